"""Say who has which record open; heartbeats keep it true, and it goes stale by itself."""

from datetime import datetime, timedelta

from sqlmodel import Session

from models.store import here
from models.store.changes import announce
from models.store.presence import STALE_SECONDS


def look(
    session: Session, *, terminal: str, agent_id: int, record_id: int | None, composing: bool, now: datetime
) -> None:
    """Note what one terminal shows; None: nothing. Colleagues are told when that changed, not at each heartbeat."""
    before = here.put(session, terminal=terminal, agent_id=agent_id, record_id=record_id, composing=composing, now=now)
    swept = here.sweep(session, older_than=now - timedelta(seconds=STALE_SECONDS))
    changed = {one for one in (before, record_id) if one is not None and before != record_id}
    for touched in sorted(changed | swept):
        announce(session, now, touched)


def leave(session: Session, *, terminal: str, now: datetime) -> None:
    """The terminal is closed."""
    record_id = here.remove(session, terminal)
    if record_id is not None:
        announce(session, now, record_id)
