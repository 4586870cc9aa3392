import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from models.store.plain import Reader
from models.store.window import window
from models.types.record import RecordRow, View
from tests.bench import generate, row
from tests.bench.generate import NOW


def test_a_row_is_one_object_with_the_named_fields() -> None:
    held = json.loads(row.against("start", "list", 3.0, 2.0, 1.6).as_json())
    assert held == {"bench": "start", "row": "list", "ours": 3.0, "peer": 2.0, "ratio": 1.5, "target": 1.6, "ok": True}
    assert row.against("start", "list", 4.0, 2.0, 1.6).ok is False
    assert row.against("start", "list", 4.0, 2.0, None).ok is None


def test_limits_and_rates_are_ratios_too() -> None:
    assert row.limit("keys", "j ms", 61.0, 60).ok is False
    assert row.limit("keys", "j ms", 60.0, 60).ok is True
    assert row.at_least("ingest", "mails/s", 151.0, 150).ok is True
    assert row.at_least("ingest", "mails/s", 149.0, 150).ok is False


def test_a_missing_peer_is_named() -> None:
    told = row.missing("ingest", "notmuch new", "notmuch", "notmuch")
    assert "notmuch is not installed (apt-get install notmuch)" in told.row
    assert (told.ours, told.ok) == (None, None)


def test_percentiles() -> None:
    assert row.percentile(list(range(100)), 95) == 95
    assert row.percentile([7.0], 99.9) == 7.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "desk.db"
    generate._make(path, 60)
    return path


def test_a_generated_desk_is_sound(made: Path) -> None:
    with closing(sqlite3.connect(made)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for index in ("message_search", "record_search"):
            connection.execute(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")
        indexing = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name GLOB '*_search_*'"
        triggers = connection.execute(indexing).fetchone()
        assert triggers == (6,)


def test_a_generated_desk_is_a_desk(made: Path) -> None:
    reader = Reader(f"sqlite:///{made}")
    open_, done = (window(reader, view, agent_id=1, now=NOW) for view in (View.OPEN, View.DONE))
    reader.close()
    assert len(open_) + len(done) == 60
    assert {record.kind for record in open_ if isinstance(record, RecordRow)} == {
        "ticket",
        "opportunity",
        "order",
        "invoice",
    }


def test_the_same_rows_every_time(made: Path, tmp_path: Path) -> None:
    again = tmp_path / "desk.db"
    generate._make(again, 60)
    content = "SELECT number, title, position FROM record ORDER BY id"
    with closing(sqlite3.connect(made)) as one, closing(sqlite3.connect(again)) as two:
        assert one.execute(content).fetchall() == two.execute(content).fetchall()
