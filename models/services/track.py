"""Write field changes into the thread (R14)."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from models.store import contacts, messages, records
from models.store.changes import announce
from models.store.messages import NewMessage
from models.types.message import Direction, MessageKind

NOTHING = "none"  # how an empty value is written


def track(
    session: Session, *, record_id: int, changes: Sequence[tuple[str, str, str]], agent_id: int | None, now: datetime
) -> int | None:
    """Log what changed, one line each: "stage: new -> open". ``changes``: (field, old, new) as people read them.

    Returns the log message's id; None when nothing changed. ``agent_id`` None: the desk itself did it.
    """
    lines = [f"{field}: {old or NOTHING} -> {new or NOTHING}" for field, old, new in changes if old != new]
    if not lines:
        return None
    agent = contacts.agent(session, agent_id) if agent_id is not None else None
    log = NewMessage(
        record_id=record_id,
        kind=MessageKind.LOG,
        direction=Direction.INSIDE,
        created_at=now,
        author_agent_id=agent_id,
        author_name=agent.name if agent else "",
        author_address=agent.email if agent else "",
        verified=True,
        text="\n".join(lines),
    )
    message_id = messages.add(session, log)
    records.touch(session, record_id)
    announce(session, now, record_id)
    return message_id
