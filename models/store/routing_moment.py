"""What the moment adds to the facts of routing: limits used up, records closed for good, what was said of the sender.

Apart from ``routing_context`` because none of it bears on old mail that is imported.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from models.rules.address import domain
from models.rules.limits import CREATIONS, UPDATES, WINDOW, most
from models.store import contacts, sender_rules, traffic
from models.store.desk_facts import DeskFacts
from models.tables.record import Following, Record
from models.types.mail import IncomingMail
from models.types.record import Need
from models.types.routing import ClosedFact, Policy, RoutingContext, SenderFact

_HOPS = 20  # how often a record was continued in another is followed


def with_moment(
    session: Session, desk: DeskFacts, context: RoutingContext, mail: IncomingMail, now: datetime
) -> RoutingContext:
    """Fill in what holds now."""
    sender = context.sender_address
    policies = {alias.policy for alias in context.aliases}
    restricted = policies - {Policy.EVERYONE} and not context.sender_is_agent
    contact = contacts.by_email(session, [sender]).get(sender) if restricted else None
    return replace(
        _with_limits(session, context, mail, now),
        closed=tuple(_closed(session, desk, _candidates(context), now)),
        sender_rule=_sender_rule(session, sender) if sender else None,
        sender_known=contact is not None or not restricted,
        sender_follows=_followed(session, contact.id if contact else None)
        if Policy.FOLLOWERS in policies and restricted
        else None,
    )


def _with_limits(session: Session, context: RoutingContext, mail: IncomingMail, now: datetime) -> RoutingContext:
    sender = context.sender_address
    if not sender or (context.sender_is_agent and context.sender_verified):
        return context
    since = now - WINDOW
    written = traffic.written(session, sender, since)
    creations, updates = (most(limit, mail.date, now) for limit in (CREATIONS, UPDATES))
    return replace(
        context,
        creation_quota_left=len(written) < creations or traffic.opened(session, sender, since) < creations,
        over_quota=frozenset(record_id for record_id, mails in written.items() if mails >= updates),
    )


def _candidates(context: RoutingContext) -> frozenset[int]:
    tokens = (token.record_id for token in context.tokens if token.valid)
    return frozenset((*tokens, *(one.record_id for one in (*context.known, *context.tagged))))


def _closed(session: Session, desk: DeskFacts, record_ids: frozenset[int], now: datetime) -> Iterator[ClosedFact]:
    if not desk.reopen_days:
        return
    for record_id in sorted(record_ids):
        found = _closed_one(session, desk, record_id, now)
        if found is not None:
            yield replace(found, continued_in=_continued_in(session, desk, record_id, now))


def _continued_in(session: Session, desk: DeskFacts, record_id: int, now: datetime) -> int | None:
    """Follow the chain to the newest record; None when that is closed for good, too."""
    newest = record_id
    for _ in range(_HOPS):
        statement = select(col(Record.id)).where(col(Record.continues_id) == newest)
        later = session.scalar(statement.order_by(col(Record.id).desc()).limit(1))
        if later is None:
            break
        newest = later
    if newest == record_id or _closed_one(session, desk, newest, now) is not None:
        return None
    return newest


def _closed_one(session: Session, desk: DeskFacts, record_id: int, now: datetime) -> ClosedFact | None:
    statement = select(
        col(Record.id), col(Record.number), col(Record.kind), col(Record.brand_id), col(Record.need_since)
    ).where(col(Record.id) == record_id, col(Record.need) == Need.DONE, col(Record.kind).in_(desk.reopen_days))
    row = session.execute(statement).first()
    if row is None or now < row.need_since + timedelta(days=desk.reopen_days[row.kind]):
        return None
    return ClosedFact(record_id, row.number, row.kind, row.brand_id, None)


def _sender_rule(session: Session, sender: str) -> SenderFact | None:
    found = sender_rules.of(session, sender, f"@{domain(sender)}")
    return found.get(sender) or next(iter(found.values()), None)


def _followed(session: Session, contact_id: int | None) -> frozenset[str]:
    """Name the kinds of the records a customer follows."""
    if contact_id is None:
        return frozenset()
    statement = (
        select(col(Record.kind))
        .join(Following, col(Following.record_id) == col(Record.id))
        .where(col(Following.contact_id) == contact_id)
        .distinct()
    )
    return frozenset(session.scalars(statement))
