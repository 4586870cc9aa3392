"""How much mail went to and fro of late, for the limits that end loops (R6); every count runs over an index."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, text
from sqlmodel import Session

from models.rules.auto_reply import Automatic
from models.tables.all import metadata
from models.types.message import Direction
from models.types.outbox import Lane
from models.types.people import Channel

_MESSAGE, _RECORD, _DELIVERY = (metadata.tables[name] for name in ("message", "record", "delivery"))


def written(session: Session, author: str, since: datetime) -> dict[int, int]:
    """Count this address's mails on each record."""
    return {row.record_id: row.mails for row in session.execute(_WRITTEN, {"author": author, "since": since})}


def opened(session: Session, author: str, since: datetime) -> int:
    """Count the records this address's mails opened."""
    return session.scalar(_OPENED, {"author": author, "since": since}) or 0


def newest_record(session: Session, author: str) -> int | None:
    """Find the record this address wrote to last."""
    return session.scalar(_NEWEST, {"author": author})


def relayed(session: Session, record_id: int, since: datetime) -> int:
    """Count the messages of a record whose copies were mailed to followers."""
    return session.scalar(_RELAYED, {"record": record_id, "since": since}) or 0


def automatic(session: Session, domain: str, since: datetime) -> Sequence[Automatic]:
    """Read the automatic answers sent to a domain."""
    found = session.execute(_AUTOMATIC, {"domain": f"@{domain}", "length": len(domain) + 1, "since": since})
    return [Automatic(*row) for row in found]


# Built once: building a statement costs more than running it.
_FROM_AUTHOR = (
    _MESSAGE.c.author_address == bindparam("author"),
    _MESSAGE.c.created_at > bindparam("since"),
    _MESSAGE.c.direction != Direction.OUT,
)
_WRITTEN = select(_MESSAGE.c.record_id, func.count().label("mails")).where(*_FROM_AUTHOR).group_by(_MESSAGE.c.record_id)
# a record and the mail that opened it carry the same time: they are one transaction
_OPENED = (
    select(func.count(func.distinct(_RECORD.c.id)))
    .select_from(_MESSAGE.join(_RECORD, _RECORD.c.id == _MESSAGE.c.record_id))
    .where(*_FROM_AUTHOR, _RECORD.c.created_at == _MESSAGE.c.created_at)
)
_NEWEST = (
    select(_MESSAGE.c.record_id)
    .where(_MESSAGE.c.author_address == bindparam("author"), _MESSAGE.c.direction != Direction.OUT)
    .order_by(_MESSAGE.c.created_at.desc(), _MESSAGE.c.id.desc())
    .limit(1)
)
_RELAYED = select(func.count(func.distinct(_DELIVERY.c.message_id))).where(
    _DELIVERY.c.record_id == bindparam("record"),
    _DELIVERY.c.ready_at > bindparam("since"),
    _DELIVERY.c.lane == int(Lane.RELAY),
    _DELIVERY.c.channel == Channel.EMAIL,
)
_AUTOMATIC = (
    select(_DELIVERY.c.recipient, _MESSAGE.c.subject, _DELIVERY.c.ready_at)
    .select_from(_DELIVERY.join(_MESSAGE, _MESSAGE.c.id == _DELIVERY.c.message_id))
    .where(
        text("delivery.lane = 2"),  # in words, or the partial index would not be seen to fit
        _DELIVERY.c.ready_at > bindparam("since"),
        func.substr(_DELIVERY.c.recipient, func.length(_DELIVERY.c.recipient) - bindparam("length") + 1)
        == bindparam("domain"),
    )
)
