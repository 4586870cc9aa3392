"""What each agent did that ``z`` can take back, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from models.tables.record import UndoStep

KEEP = timedelta(hours=12)  # a shift: what was done yesterday is not taken back by one key


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done. ``before`` is what its verb needs to restore."""

    id: int
    record_id: int | None
    verb: str
    before: dict[str, object]
    at: datetime


def push(
    session: Session, *, agent_id: int, record_id: int | None, verb: str, before: Mapping[str, object], now: datetime
) -> None:
    """Remember a thing done; forget this agent's steps of earlier shifts."""
    old = col(UndoStep.at) < now - KEEP
    session.execute(delete(UndoStep).where(col(UndoStep.agent_id) == agent_id, old))
    session.execute(
        insert(UndoStep).values(
            agent_id=agent_id, record_id=record_id, verb=verb, before=dict(before), at=now, undone=False
        )
    )


def newest(session: Session, agent_id: int, now: datetime) -> Step | None:
    """Return the newest thing this agent did and has not taken back."""
    statement = (
        select(col(UndoStep.id), col(UndoStep.record_id), col(UndoStep.verb), col(UndoStep.before), col(UndoStep.at))
        .where(col(UndoStep.agent_id) == agent_id, ~col(UndoStep.undone), col(UndoStep.at) >= now - KEEP)
        .order_by(col(UndoStep.id).desc())
        .limit(1)
    )
    found = session.execute(statement).first()
    return Step(*found) if found else None


def of_message(session: Session, agent_id: int, verb: str, message_id: int) -> Step | None:
    """Return the step of this agent that made a message (``before["message_id"]``), taken back or not."""
    statement = (
        select(col(UndoStep.id), col(UndoStep.record_id), col(UndoStep.verb), col(UndoStep.before), col(UndoStep.at))
        .where(col(UndoStep.agent_id) == agent_id, col(UndoStep.verb) == verb)
        .order_by(col(UndoStep.id).desc())
    )
    steps = (Step(*found) for found in session.execute(statement))
    return next((step for step in steps if step.before.get("message_id") == message_id), None)


def spend(session: Session, step_id: int) -> None:
    """Mark a step as taken back."""
    session.execute(update(UndoStep).where(col(UndoStep.id) == step_id).values(undone=True))
