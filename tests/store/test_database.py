import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from models.store.database import Database
from models.tables.desk import Contact
from models.types.errors import DatabaseError

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def _add(session: Session, email: str) -> None:
    session.add(Contact(email=email, created_at=NOW))


def _emails(session: Session) -> list[str]:
    return list(session.exec(select(Contact.email).order_by(Contact.email)))


def test_a_failing_unit_leaves_nothing(database: Database) -> None:
    def work(session: Session) -> None:
        _add(session, "a@example.org")
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(work)
    assert database.read(_emails) == []


def test_times_come_back_aware(database: Database) -> None:
    database.write(_add, "a@example.org")
    found = database.read(lambda session: session.exec(select(Contact.created_at)).one())
    assert found == NOW
    assert found.tzinfo is not None


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    database.write(_add, "a@example.org")
    with database.writing() as session:
        _add(session, "b@example.org")
        session.flush()
        assert database.read(_emails) == ["a@example.org"]
    assert database.read(_emails) == ["a@example.org", "b@example.org"]


def test_a_locked_database_says_so(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.store.database.BUSY_MS", 50)
    one, two = Database(f"sqlite:///{tmp_path}/desk.db"), Database(f"sqlite:///{tmp_path}/desk.db")
    try:
        with one.writing() as first:
            first.execute(text("SELECT 1"))
            with pytest.raises(DatabaseError, match="locked by another program"), two.writing() as second:
                second.execute(text("SELECT 1"))
    finally:
        one.close()
        two.close()


def test_a_transaction_that_stands_still_is_ended(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    if database.sqlite:
        return
    monkeypatch.setattr("models.store.database.IDLE_MS", 50)
    hung = Database(database.url)
    alive = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
    with pytest.raises(DatabaseError), hung.writing() as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        deadline = time.monotonic() + 10
        while database.read(lambda other: other.scalar(alive, {"pid": pid})):
            assert time.monotonic() < deadline
        session.execute(text("SELECT 1"))
    hung.close()
