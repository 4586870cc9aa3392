"""Presence rows, written: one per terminal."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from models.store.upsert import insert_into
from models.tables.record import Presence


def put(
    session: Session, *, terminal: str, agent_id: int, record_id: int | None, composing: bool, now: datetime
) -> int | None:
    """Store what a terminal shows; the record it showed before, None when it showed none."""
    before = session.scalar(select(col(Presence.record_id)).where(col(Presence.session) == terminal))
    values = {"agent_id": agent_id, "record_id": record_id, "composing": composing, "seen_at": now}
    statement = insert_into(session, Presence).values(session=terminal, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["session"], set_=values))
    return before


def remove(session: Session, terminal: str) -> int | None:
    """Take a terminal out; the record it showed."""
    mine = col(Presence.session) == terminal
    return session.scalar(delete(Presence).where(mine).returning(col(Presence.record_id)))


def sweep(session: Session, older_than: datetime) -> set[int]:
    """Take out terminals that went without saying so; the records they showed."""
    gone = delete(Presence).where(col(Presence.seen_at) < older_than).returning(col(Presence.record_id))
    return {record_id for record_id in session.scalars(gone) if record_id is not None}
