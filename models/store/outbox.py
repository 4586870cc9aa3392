"""The outbox: copies queued, claimed by any process that works, and settled by the one that claimed them (R11)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session, col

from models.rules import budget
from models.store.ahead import SLACK
from models.store.among import among, given
from models.store.bulk_insert import insert_values
from models.tables.all import metadata
from models.tables.mail import Delivery
from models.types.delivery import DeliveryState
from models.types.outbox import Claim, Lane, Reason
from models.types.people import Channel, Why

UNFINISHED = (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.IN_DATA)
DUE = (DeliveryState.HELD, DeliveryState.QUEUED)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One copy to put into the outbox. ``recipient``: a normal address, or "agent:ID" for the inbox."""

    message_id: int
    record_id: int
    recipient: str
    name: str
    channel: Channel
    why: Why
    agent_id: int | None
    contact_id: int | None
    account_id: int | None
    lane: Lane
    state: DeliveryState
    ready_at: datetime
    reply_to: str = ""
    reason: Reason | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """What services judge a copy by."""

    id: int
    message_id: int
    record_id: int
    recipient: str
    name: str
    channel: Channel
    why: Why
    agent_id: int | None
    contact_id: int | None
    account_id: int | None
    state: DeliveryState
    ready_at: datetime
    first_try_at: datetime | None
    attempts: int
    fence: int
    reply_to: str


def enqueue(session: Session, new: Sequence[NewDelivery]) -> list[int]:
    """Put copies into the outbox; their ids in the same order."""
    if not new:
        return []
    rows = [
        {
            "message_id": one.message_id,
            "record_id": one.record_id,
            "recipient": one.recipient,
            "name": one.name,
            "channel": one.channel,
            "why": one.why,
            "agent_id": one.agent_id,
            "contact_id": one.contact_id,
            "account_id": one.account_id,
            "lane": int(one.lane),
            "state": one.state,
            "ready_at": one.ready_at,
            "attempts": 0,
            "fence": 0,
            "holder": "",
            "envelope_from": "",
            "reply_to": one.reply_to,
            "reason": one.reason,
            "sentence": one.sentence,
            "server_text": "",
        }
        for one in new
    ]
    statement = insert(Delivery).returning(col(Delivery.id), sort_by_parameter_order=True)
    return [row_id for row_id in session.scalars(statement, rows) if row_id is not None]


def set_envelopes(session: Session, envelopes: Iterable[tuple[int, str]]) -> None:
    """Fix the envelope senders, which carry the ids of their rows."""
    rows = [{"id": delivery_id, "envelope_from": address} for delivery_id, address in envelopes]
    if rows:
        session.execute(update(Delivery), rows)


def claim(
    session: Session,
    *,
    account_ids: Collection[int],
    holder: str,
    now: datetime,
    lease_seconds: float,
    limit: int,
    allowed: Mapping[int, Mapping[Lane, int]] = MappingProxyType({}),
) -> list[Claim]:
    """Claim what is due, best lane first, each row for one process only; the attempt is stored with it.

    A copy waits while an earlier one of the same record and recipient is unfinished, so order is kept. Accounts that
    are switched off or stay away until later (``accounts.fails``) give nothing. ``allowed``: how many copies of each
    lane the accounts may send that have a limit.
    """
    asked = {"accounts": list(account_ids), "now": now, "most": limit}
    rows: Sequence[Any] = session.connection().execute(_DUE.where(_open(allowed)) if allowed else _DUE, asked).all()
    if allowed:
        picked = set(budget.pick(((row.id, row.account_id, Lane(row.lane)) for row in rows), allowed))
        rows = [row for row in rows if row.id in picked]
    if not rows:
        return []
    until = now + timedelta(seconds=lease_seconds)
    claiming = given([row.id for row in rows]) | {"until": until, "holder": holder, "now": now}
    connection = session.connection()
    connection.execute(_CLAIM, claiming)
    attempts = [(row.id, row.attempts + 1, now, "", "", "") for row in rows]
    insert_values(session, "attempt", ("delivery_id", "number", "started_at", "outcome", "phase", "text"), attempts)
    return [
        Claim(
            delivery_id=row.id,
            message_id=row.message_id,
            record_id=row.record_id,
            account_id=row.account_id,
            fence=row.fence + 1,
            attempt=row.attempts + 1,
            envelope_from=row.envelope_from,
            envelope_to=row.recipient,
            made=bool(row.made),
        )
        for row in rows
    ]


def change(
    session: Session,
    delivery_id: int,
    fence: int,
    states: Collection[DeliveryState],
    /,
    **values: object,
) -> bool:
    """Change a claimed copy, if the claim with this fence still holds it in one of these states."""
    held = {"of_id": delivery_id, "of_fence": fence, "of_states": list(states)}
    return session.scalar(_change(tuple(values)), held | values) is not None


def read(session: Session, delivery_id: int, *, lock: bool = False) -> DeliveryFacts | None:
    """Read one copy; ``lock``: nobody else changes it before this transaction ends."""
    found = session.execute(_READ_LOCKED if lock else _READ, {"of_id": delivery_id}).first()
    return DeliveryFacts(*found) if found else None


def of_message(session: Session, message_id: int, *, lock: bool = False) -> list[DeliveryFacts]:
    """Read all copies of a message."""
    statement = select(*_COLUMNS).where(col(Delivery.message_id) == message_id).order_by(col(Delivery.id))
    return [DeliveryFacts(*row) for row in session.execute(statement.with_for_update() if lock else statement)]


def wire(session: Session, delivery_id: int) -> bytes | None:
    """Read the bytes of a copy; None: they were not made yet."""
    return session.scalar(_WIRE, {"of_id": delivery_id})


def made(session: Session, delivery_id: int) -> bool:
    """Tell whether the bytes of a copy were made."""
    statement = select(col(Delivery.wire).is_not(None)).where(col(Delivery.id) == delivery_id)
    return bool(session.scalar(statement))


def mailed_to(session: Session, message_id: int) -> list[str]:
    """Give the normal addresses a message was mailed to."""
    statement = select(col(Delivery.recipient)).where(
        col(Delivery.message_id) == message_id, col(Delivery.channel) == Channel.EMAIL
    )
    return list(session.scalars(statement))


def waiting(session: Session, account_id: int) -> int:
    """Count the copies that wait for this account."""
    unsent = (col(Delivery.account_id) == account_id, col(Delivery.state).in_(UNFINISHED))
    return session.scalar(select(func.count()).select_from(Delivery).where(*unsent)) or 0


def expired(session: Session, now: datetime, *, longest_lease: timedelta) -> list[DeliveryFacts]:
    """Read and lock the claimed copies whose lease ran out; those another process locks are its business.

    One that ends later than ``longest_lease`` from now was written by a clock that was ahead, and counts as run out.
    """
    statement = (
        select(*_COLUMNS)
        .where(
            col(Delivery.state).in_((DeliveryState.SENDING, DeliveryState.IN_DATA)),
            or_(col(Delivery.lease_until) <= now, col(Delivery.lease_until) > now + longest_lease + SLACK),
        )
        .order_by(col(Delivery.id))
        .with_for_update(skip_locked=True)
    )
    return [DeliveryFacts(*row) for row in session.execute(statement)]


def end_attempt(
    session: Session,
    delivery_id: int,
    number: int,
    *,
    now: datetime,
    outcome: str,
    phase: str = "",
    code: int | None = None,
    text: str = "",
) -> None:
    """Write down what came of an attempt that runs; numbers begin anew when a person sends again."""
    said = {"ended_at": now, "outcome": outcome, "phase": phase, "code": code, "text": text}
    session.execute(_END_ATTEMPT, {"of_delivery": delivery_id, "of_number": number} | said)


def remove(session: Session, message_id: int) -> None:
    """Take all copies of a message out; none may have been claimed."""
    session.execute(delete(Delivery).where(col(Delivery.message_id) == message_id))


_COLUMNS = tuple(getattr(Delivery, field.name) for field in fields(DeliveryFacts))

# Statements are built once: building one costs more than running it.
_DELIVERY = metadata.tables["delivery"]
_READ = select(*(_DELIVERY.c[field.name] for field in fields(DeliveryFacts))).where(
    _DELIVERY.c.id == bindparam("of_id")
)
_WIRE = select(_DELIVERY.c.wire).where(_DELIVERY.c.id == bindparam("of_id"))
_READ_LOCKED = _READ.with_for_update()
_ATTEMPT = metadata.tables["attempt"]
_END_ATTEMPT = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.delivery_id == bindparam("of_delivery"), _ATTEMPT.c.number == bindparam("of_number"))
    .where(_ATTEMPT.c.ended_at.is_(None))
    .values({name: bindparam(name) for name in ("ended_at", "outcome", "phase", "code", "text")})
)


_ACCOUNT = metadata.tables["account"]
_EARLIER = _DELIVERY.alias()
_DUE = (
    select(
        *(_DELIVERY.c[name] for name in ("id", "account_id", "lane", "message_id", "record_id", "fence", "attempts")),
        _DELIVERY.c.envelope_from,
        _DELIVERY.c.recipient,
        _DELIVERY.c.wire.is_not(None).label("made"),
    )
    .join(_ACCOUNT, _ACCOUNT.c.id == _DELIVERY.c.account_id)
    .where(
        text("delivery.state IN ('held', 'queued')"),  # as ix_delivery_queue has it: literally, or it is not used
        _DELIVERY.c.account_id.in_(bindparam("accounts", expanding=True)),
        _DELIVERY.c.ready_at <= bindparam("now"),
        _DELIVERY.c.channel == Channel.EMAIL,
        _ACCOUNT.c.active,
        or_(_ACCOUNT.c.send_retry_at.is_(None), _ACCOUNT.c.send_retry_at <= bindparam("now")),
        ~exists().where(
            _EARLIER.c.record_id == _DELIVERY.c.record_id,
            _EARLIER.c.recipient == _DELIVERY.c.recipient,
            _EARLIER.c.id < _DELIVERY.c.id,
            _EARLIER.c.state.in_(UNFINISHED),
        ),
    )
    .order_by(_DELIVERY.c.lane, _DELIVERY.c.ready_at, _DELIVERY.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=_DELIVERY)
)


_CLAIM = (
    update(_DELIVERY)
    .where(among(_DELIVERY.c.id))
    .values(
        state=DeliveryState.SENDING,
        fence=_DELIVERY.c.fence + 1,
        attempts=_DELIVERY.c.attempts + 1,
        lease_until=bindparam("until"),
        holder=bindparam("holder"),
        first_try_at=func.coalesce(_DELIVERY.c.first_try_at, bindparam("now", type_=_DELIVERY.c.first_try_at.type)),
    )
)


@lru_cache(64)
def _change(names: tuple[str, ...]) -> ReturningUpdate[Any]:
    held = (
        _DELIVERY.c.id == bindparam("of_id"),
        _DELIVERY.c.fence == bindparam("of_fence"),
        _DELIVERY.c.state.in_(bindparam("of_states", expanding=True)),
    )
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return update(_DELIVERY).where(*held).values(values).returning(_DELIVERY.c.id)


def _open(allowed: Mapping[int, Mapping[Lane, int]]) -> ColumnElement[bool]:
    """Leave out the lanes that may send nothing, or they would stand before those that may."""
    shut = [
        and_(col(Delivery.account_id) == account_id, col(Delivery.lane) == int(lane))
        for account_id, lanes in allowed.items()
        for lane, most in lanes.items()
        if most < 1
    ]
    return ~or_(false(), *shut)
