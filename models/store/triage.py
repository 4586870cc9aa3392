"""What the triage keys change of a record: its assignee and its stage."""

from sqlalchemy import select, update
from sqlmodel import Session, col

from models.tables.desk import Kind
from models.tables.record import Record


def assign(session: Session, record_id: int, agent_id: int | None) -> None:
    """Give a record to an agent; None: to nobody."""
    session.execute(update(Record).where(col(Record.id) == record_id).values(assignee_id=agent_id))


def set_stage(session: Session, record_id: int, stage: str) -> None:
    """Move a record to a stage of its kind."""
    session.execute(update(Record).where(col(Record.id) == record_id).values(stage=stage))


def stages(session: Session, kind: str) -> list[str]:
    """Return a kind's stages, the new one first, the done one last."""
    return list(session.scalar(select(col(Kind.stages)).where(col(Kind.name) == kind)) or [])
