"""Drafts: one per agent, record and mode; kept as typed until sent or thrown away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlmodel import Session, col

from models.tables.record import Draft
from models.types.draft_mode import DraftMode


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft as it is stored. ``to`` None: the computed audience."""

    id: int
    record_id: int
    agent_id: int
    mode: DraftMode
    subject: str
    text: str
    to: tuple[str, ...] | None
    base: int
    version: int
    saved_at: datetime
    sender: str  # the address chosen in the composer; "" = as the rules say


def read(session: Session, draft_id: int, agent_id: int) -> DraftRow | None:
    """Read an agent's draft; None when it is not there or not theirs."""
    return _one(session, col(Draft.id) == draft_id, col(Draft.agent_id) == agent_id)


def on_record(session: Session, record_id: int, agent_id: int, mode: DraftMode) -> DraftRow | None:
    """Read the draft an agent has on a record in this mode."""
    return _one(session, col(Draft.record_id) == record_id, col(Draft.agent_id) == agent_id, col(Draft.mode) == mode)


def begin(
    session: Session,
    *,
    record_id: int,
    agent_id: int,
    mode: DraftMode,
    subject: str,
    text: str,
    to: Sequence[str] | None,
    base: int,
    now: datetime,
    sender: str = "",
) -> int:
    """Store a new draft; its id. There must be none of this agent on the record in this mode."""
    statement = insert(Draft).values(
        record_id=record_id,
        agent_id=agent_id,
        mode=mode,
        subject=subject,
        text=text,
        to=None if to is None else list(to),
        base=base,
        version=1,
        saved_at=now,
        sender=sender,
    )
    return int(session.execute(statement.returning(col(Draft.id))).scalar_one())


def save(session: Session, draft_id: int, *, subject: str, text: str, to: Sequence[str] | None, now: datetime) -> None:
    """Keep it as typed."""
    values = {"subject": subject, "text": text, "to": None if to is None else list(to)}
    session.execute(
        update(Draft).where(col(Draft.id) == draft_id).values(**values, version=col(Draft.version) + 1, saved_at=now)
    )


def set_sender(session: Session, draft_id: int, sender: str, now: datetime) -> None:
    """Keep the address chosen for it; "" = as the rules say. The database refuses one bound to another brand."""
    statement = update(Draft).where(col(Draft.id) == draft_id)
    session.execute(statement.values(sender=sender, version=col(Draft.version) + 1, saved_at=now))


def remove(session: Session, draft_id: int) -> None:
    """Take it out."""
    session.execute(delete(Draft).where(col(Draft.id) == draft_id))


def _one(session: Session, *conditions: ColumnElement[bool]) -> DraftRow | None:
    found = session.execute(
        select(
            col(Draft.id),
            col(Draft.record_id),
            col(Draft.agent_id),
            col(Draft.mode),
            col(Draft.subject),
            col(Draft.text),
            col(Draft.to),
            col(Draft.base),
            col(Draft.version),
            col(Draft.saved_at),
            col(Draft.sender),
        ).where(*conditions)
    ).first()
    if found is None:
        return None
    draft_id, record_id, agent_id, mode, subject, text, to, *rest = found
    chosen = None if to is None else tuple(to)
    return DraftRow(draft_id, record_id, agent_id, DraftMode(mode), subject, text, chosen, *rest)
