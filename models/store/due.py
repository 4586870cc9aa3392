"""When the outbox has something to do next, account by account: what lets a sender sleep until then."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Case, case, exists, func, select, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.store.outbox import DUE, UNFINISHED
from models.tables.budget import SendBudget
from models.tables.mail import Account, Delivery
from models.types.outbox import Lane
from models.types.people import Channel


def next_times(session: Session, account_ids: Collection[int]) -> dict[int, datetime]:
    """Say when each account's next copy may be claimed; an account without one is missing.

    What waits behind an earlier copy to the same person is not counted: that one's end is announced.
    """
    if not account_ids:
        return {}
    earlier = aliased(Delivery)
    blocked = exists().where(
        col(earlier.record_id) == col(Delivery.record_id),
        col(earlier.recipient) == col(Delivery.recipient),
        col(earlier.id) < col(Delivery.id),
        col(earlier.state).in_(UNFINISHED),
    )
    statement = (
        select(
            col(Delivery.account_id),
            func.min(col(Delivery.ready_at)),
            col(Account.send_retry_at),
            _lane_opens(),
        )
        .join(Account, col(Account.id) == col(Delivery.account_id))
        .outerjoin(SendBudget, col(SendBudget.account_id) == col(Delivery.account_id))
        .where(
            col(Delivery.state).in_(DUE),
            col(Delivery.channel) == Channel.EMAIL,
            col(Delivery.account_id).in_(list(account_ids)),
            col(Account.active),
            ~blocked,
        )
        .group_by(col(Delivery.account_id), col(Account.send_retry_at), text("4"))
    )
    times: dict[int, datetime] = {}
    for account_id, ready_at, retry_at, opens_at in session.execute(statement):
        at = max(one for one in (ready_at, retry_at, opens_at) if one is not None)
        times[account_id] = min(at, times.get(account_id, at))
    return times


def _lane_opens() -> Case[datetime | None]:
    """Give the moment a copy's lane has something to spend again."""
    return case(
        (col(Delivery.lane) == int(Lane.HUMAN), col(SendBudget.human_at)),
        (col(Delivery.lane) == int(Lane.RELAY), col(SendBudget.relay_at)),
        else_=col(SendBudget.auto_at),
    )
