"""Tie a new record to the closed one it continues, in both threads (R4)."""

from datetime import datetime

from sqlmodel import Session

from models.store import messages, records
from models.store.changes import announce
from models.store.messages import NewMessage
from models.store.records import RecordFacts
from models.types.message import Direction, MessageKind


def continue_record(session: Session, old: RecordFacts, new: RecordFacts, now: datetime) -> None:
    """Say in the new thread what it continues, and in the old one where it went on."""
    records.set_continues(session, new.id, old.id)
    _log(session, new.id, f"continues #{old.number}: {old.title}", now)
    _log(session, old.id, f"continued in #{new.number}", now)


def _log(session: Session, record_id: int, text: str, now: datetime) -> None:
    log = NewMessage(
        record_id=record_id,
        kind=MessageKind.LOG,
        direction=Direction.INSIDE,
        created_at=now,
        author_name="",
        author_address="",
        verified=True,
        text=text,
    )
    messages.add(session, log)
    records.touch(session, record_id)
    announce(session, now, record_id)
