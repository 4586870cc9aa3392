"""Times that lie further ahead than anybody writes them: the clock was ahead when they were written, and was set back.

Without this a claim or a wait written in that hour would last until the clock comes there again.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from models.tables.mail import Account, Delivery
from models.tables.record import Message
from models.types.delivery import DeliveryState

SLACK = timedelta(minutes=5)  # the clocks of a database's hosts may disagree by this much


def end_waits(session: Session, now: datetime, *, longest_wait: timedelta, hold: timedelta) -> int:
    """Make copies due now that wait longer than ``longest_wait``, and holds begin anew that began in the future."""
    waiting = (col(Delivery.state) == DeliveryState.QUEUED, col(Delivery.ready_at) > now + longest_wait + SLACK)
    due = update(Delivery).where(*waiting).values(ready_at=now).returning(col(Delivery.id))
    held = (col(Delivery.state) == DeliveryState.HELD, col(Delivery.ready_at) > now + hold + SLACK)
    written_ahead = select(col(Message.id)).where(col(Message.created_at) > now + SLACK)
    again = update(Delivery).where(*held, col(Delivery.message_id).in_(written_ahead)).values(ready_at=now + hold)
    ended = 0
    for statement in (due, again.returning(col(Delivery.id))):
        ended += len(session.scalars(statement.execution_options(synchronize_session=False)).all())
    return ended


def end_absences(session: Session, now: datetime, *, longest_wait: timedelta) -> int:
    """Let accounts be tried again that stay away longer than ``longest_wait``."""
    ended = 0
    for column in (col(Account.retry_at), col(Account.send_retry_at)):
        statement = update(Account).where(column > now + longest_wait + SLACK).values({column: None})
        ended += len(session.scalars(statement.returning(col(Account.id))).all())
    return ended
