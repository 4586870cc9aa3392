"""Soft bounces, kept with the attempts of the copies they report on."""

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from models.store.outbox import DeliveryFacts
from models.tables.mail import Attempt, Delivery
from models.tables.record import Message
from models.types.delivery import DeliveryState
from models.types.message import Direction, MailClass

OUTCOME = "soft bounce"


def note(session: Session, row: DeliveryFacts, server_text: str, now: datetime) -> None:
    """Keep that a copy was given up for now."""
    values = {"delivery_id": row.id, "number": row.attempts, "started_at": now, "ended_at": now}
    session.execute(insert(Attempt).values(**values, outcome=OUTCOME, phase="", text=server_text))


def first(session: Session, recipient: str) -> datetime | None:
    """Say when the recipient's soft bounces began: the first since a person wrote from there or took a copy."""
    bounced = select(func.min(col(Attempt.started_at))).join(Delivery, col(Delivery.id) == col(Attempt.delivery_id))
    bounced = bounced.where(col(Delivery.recipient) == recipient, col(Attempt.outcome) == OUTCOME)
    good = [moment for moment in (_wrote(session, recipient), _took(session, recipient)) if moment is not None]
    return session.scalar(bounced.where(col(Attempt.started_at) > max(good)) if good else bounced)


def _wrote(session: Session, recipient: str) -> datetime | None:
    written = (col(Message.author_address) == recipient, col(Message.direction) == Direction.IN)
    human = col(Message.mail_class) == MailClass.HUMAN
    return session.scalar(select(func.max(col(Message.created_at))).where(*written, human))


def _took(session: Session, recipient: str) -> datetime | None:
    taken = (col(Delivery.recipient) == recipient, col(Delivery.state) == DeliveryState.DELIVERED)
    statement = select(func.max(col(Attempt.started_at))).join(Delivery, col(Delivery.id) == col(Attempt.delivery_id))
    return session.scalar(statement.where(*taken))
