"""When the outbox has something to do next, account by account: what lets a sender sleep until then."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.store.outbox import DUE, UNFINISHED
from models.tables.mail import Account, Delivery
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
        select(col(Delivery.account_id), func.min(col(Delivery.ready_at)), col(Account.send_retry_at))
        .join(Account, col(Account.id) == col(Delivery.account_id))
        .where(
            col(Delivery.state).in_(DUE),
            col(Delivery.channel) == Channel.EMAIL,
            col(Delivery.account_id).in_(list(account_ids)),
            col(Account.active),
            ~blocked,
        )
        .group_by(col(Delivery.account_id), col(Account.send_retry_at))
    )
    return {
        account_id: max(ready_at, retry_at) if retry_at else ready_at
        for account_id, ready_at, retry_at in session.execute(statement)
    }
