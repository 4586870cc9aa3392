"""The write-ahead log during an import: carried over by a thread, put back to SQLite's own habit at the end."""

import os
from pathlib import Path

import pytest
from sqlalchemy import text

from models.store import checkpoints
from models.store.checkpoints import checkpoints_aside
from models.store.database import Database
from models.store.migrate import ensure


def pages(database: Database) -> int:
    with database.reading() as session:
        return int(session.scalar(text("PRAGMA wal_autocheckpoint")) or 0)


def test_a_log_that_grew_long_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "LOG_BYTES", 200_000)
    url = f"sqlite:///{tmp_path}/desk.db"
    ensure(url)
    database = Database(url)
    usual = pages(database)
    longest = 0
    with checkpoints_aside(database) as written:
        assert pages(database) == 0
        for number in range(60):
            with database.writing() as session:
                session.execute(
                    text("INSERT INTO setting (key, value) VALUES (:key, :value)"),
                    {"key": str(number), "value": "x" * 50_000},
                )
            written()
            longest = max(longest, os.stat(tmp_path / "desk.db-wal").st_size)
    assert pages(database) == usual
    assert longest < 1_000_000, "3 MB were written"
    database.close()


def test_elsewhere_there_is_nothing_to_do(database: Database) -> None:
    if not database.sqlite:
        with checkpoints_aside(database) as written:
            written()
