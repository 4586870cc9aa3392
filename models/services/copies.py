"""Put a message's copies into the outbox: one row per recipient, with everything fixed that a retry must not change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from models.rules import tokens
from models.rules.smtp_reply import sentence
from models.store import contacts, outbox
from models.store.desk_facts import DeskFacts
from models.store.outbox import NewDelivery
from models.types.delivery import DeliveryState
from models.types.failpoint import Point, reach
from models.types.outbox import Lane, Reason
from models.types.people import Audience, Channel, Recipient, Why

NO_ACCOUNT = "There is no account this could be sent from: set one up, then send it again."


@dataclass(frozen=True, slots=True)
class Way:
    """How copies leave and come back: through which account (None: there is none), answers and reports to where."""

    account_id: int | None
    reply: str  # bare address that reaches us; each copy's answer address is signed onto it
    bounce: str  # likewise for delivery reports


def enqueue(
    session: Session,
    desk: DeskFacts,
    *,
    message_id: int,
    record_id: int,
    audience: Audience,
    way: Way,
    hold_until: datetime | None,
    now: datetime,
) -> None:
    """Store one copy per recipient. Mail waits until ``hold_until`` (None: due at once); the inbox has it now.

    Nothing is sent to a follower whose mail came back before; that copy says why and can be sent by hand.
    """
    reach(Point.ENQUEUE)
    suppressed = _suppressed(session, audience.recipients)
    rows = [
        _mailed(person, desk, message_id, record_id, way, suppressed, hold_until, now)
        if person.channel is Channel.EMAIL
        else _shown(person, message_id, record_id, now)
        for person in audience.recipients
    ]
    ids = outbox.enqueue(session, rows)
    mailed = [row_id for row_id, row in zip(ids, rows, strict=True) if row.channel is Channel.EMAIL]
    outbox.set_envelopes(session, ((i, tokens.envelope_sender(desk.key, way.bounce, i)) for i in mailed))
    reach(Point.ENQUEUED)


def _suppressed(session: Session, people: Sequence[Recipient]) -> frozenset[str]:
    followers = [person.address for person in people if person.why is Why.FOLLOWER and not person.staff]
    return frozenset(address for address, one in contacts.by_email(session, followers).items() if one.undeliverable)


def _shown(person: Recipient, message_id: int, record_id: int, now: datetime) -> NewDelivery:
    return NewDelivery(
        message_id=message_id,
        record_id=record_id,
        recipient=f"agent:{person.agent_id}",
        name=person.name,
        channel=Channel.INBOX,
        why=person.why,
        agent_id=person.agent_id,
        contact_id=None,
        account_id=None,
        lane=Lane.RELAY,
        state=DeliveryState.DELIVERED,
        ready_at=now,
    )


def _mailed(
    person: Recipient,
    desk: DeskFacts,
    message_id: int,
    record_id: int,
    way: Way,
    suppressed: frozenset[str],
    hold_until: datetime | None,
    now: datetime,
) -> NewDelivery:
    row = NewDelivery(
        message_id=message_id,
        record_id=record_id,
        recipient=person.address,
        name=person.name,
        channel=Channel.EMAIL,
        why=person.why,
        agent_id=person.agent_id,
        contact_id=person.contact_id,
        account_id=way.account_id,
        lane=Lane.RELAY if person.why is Why.FOLLOWER else Lane.HUMAN,
        state=DeliveryState.QUEUED if hold_until is None else DeliveryState.HELD,
        ready_at=hold_until or now,
        reply_to=tokens.reply_address(
            desk.key, way.reply, record_id=record_id, message_id=message_id, recipient=person.address
        ),
    )
    if way.account_id is None:
        return replace(row, state=DeliveryState.FAILED, reason=Reason.SENDER, sentence=NO_ACCOUNT)
    if person.address in suppressed:
        said = sentence(Reason.SUPPRESSED, address=person.address)
        return replace(row, state=DeliveryState.FAILED, reason=Reason.SUPPRESSED, sentence=said)
    return row
