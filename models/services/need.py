"""Give a record its turn: who has to act next, and with it its place in the list (R22)."""

from datetime import datetime

from sqlmodel import Session

from models.rules.triage import position
from models.store import records
from models.store.changes import announce
from models.types.record import Need


def turn(session: Session, record_id: int, need: Need, reason: str, now: datetime) -> None:
    """Set who acts next from now on and say so to the feed. ``reason``: "new", "reply", "bounced" ... or ""."""
    records.move(session, record_id, need, now, reason, position(need, now))
    announce(session, now, record_id)


def restore(session: Session, record_id: int, need: Need, since: datetime, reason: str, now: datetime) -> None:
    """Put a record back where it stood."""
    records.move(session, record_id, need, since, reason, position(need, since))
    announce(session, now, record_id)
