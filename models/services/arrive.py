"""Put an incoming mail on a record: its message, its files, the record's turn, and the copies for those who follow."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from models.rules import limits, recipients, tokens, triage
from models.rules.address import domain, normal
from models.services import automation, way
from models.services.copies import enqueue
from models.services.from_mail import (
    NO_SUBJECT,
    NOBODY,
    Author,
    author_of,
    becomes_customer,
    message_of,
    one_line,
    preview,
)
from models.services.need import turn
from models.store import contacts, messages, records, settings, traffic
from models.store.changes import announce
from models.store.desk_facts import DeskFacts
from models.store.raw_mail import RawFacts
from models.store.records import RecordFacts
from models.types.automation import Trigger
from models.types.errors import NotFound
from models.types.mail import IncomingMail
from models.types.message import MailClass
from models.types.people import Audience, Channel, Recipient, Why
from models.types.record import Need
from models.types.routing import Creation, RoutingDecision


def open_record(
    session: Session, desk: DeskFacts, mail: IncomingMail, creation: Creation, now: datetime
) -> RecordFacts:
    """Open a record for a mail; a human sender who is no agent becomes its customer."""
    stages = desk.stages.get(creation.kind)
    if stages is None:
        raise NotFound(f"There is no kind of record called {creation.kind}.")
    author = _author(session, desk, mail, proved=False)
    contact_id = author.contact_id
    if contact_id is None and becomes_customer(desk, mail, author):
        contact_id = contacts.ensure(session, author.address, author.name, now).id
    return records.create(
        session,
        kind=creation.kind,
        number=settings.next_number(session),
        title=one_line(mail.subject) or NO_SUBJECT,
        stage=next(iter(stages), ""),
        position=triage.position(Need.NEEDS_US, now),
        reason="new",
        contact_id=contact_id,
        brand_id=creation.brand_id,
        now=now,
    )


def append(
    session: Session,
    desk: DeskFacts,
    record: RecordFacts,
    mail: IncomingMail,
    raw: RawFacts,
    decision: RoutingDecision,
    now: datetime,
    *,
    fresh: bool = False,
) -> int:
    """Add a mail to a record as ``decision`` says; the message's id. ``fresh``: the record was opened for it."""
    author = _author(session, desk, mail, proved=decision.verified)
    # a new record needs us already, and nobody follows it
    audience = NOBODY if fresh else _audience(session, desk, record, mail, decision, author, now)
    message = message_of(record.id, mail, raw, decision, author, now, audience)
    message_id = messages.add(session, message)
    messages.add_files(session, message_id, mail.attachments)
    records.touch(session, record.id, preview(message.new_text or message.text))
    if author.undeliverable and mail.mail_class is MailClass.HUMAN:
        contacts.mark_undeliverable(session, author.address, "")
    if fresh:
        announce(session, now, record.id)
    else:
        _take_turn(session, record, decision, author, now)
    if audience.recipients:
        _relay(session, desk, record, message_id, audience, now)
    event = _event(decision, author, fresh=fresh)
    if event is not None:
        automation.mail_came(session, desk, record.id, message_id, mail, event, now)
    return message_id


def _author(session: Session, desk: DeskFacts, mail: IncomingMail, *, proved: bool) -> Author:
    known = contacts.by_email(session, (normal(mailbox.address) for mailbox in mail.sender[:1]))
    return author_of(desk, mail, known, proved=proved)


def _event(decision: RoutingDecision, author: Author, *, fresh: bool) -> Trigger | None:
    """What a mail is to automation rules; a machine's mail on an old record, and an answer to a note, is nothing."""
    if fresh:
        return Trigger.OPENED
    if not decision.changes_state or decision.internal:
        return None
    return Trigger.WRITTEN if author.agent_id is None else Trigger.ANSWERED


def _take_turn(session: Session, record: RecordFacts, decision: RoutingDecision, author: Author, now: datetime) -> None:
    """A person's word is ours to answer; a proved agent's word to the customer was the answer."""
    if decision.changes_state and author.agent_id is None:
        turn(session, record.id, Need.NEEDS_US, "reply", now)
    elif decision.changes_state and not decision.internal:
        turn(session, record.id, Need.WAITING, "", now)
    else:
        announce(session, now, record.id)


def _audience(
    session: Session,
    desk: DeskFacts,
    record: RecordFacts,
    mail: IncomingMail,
    decision: RoutingDecision,
    author: Author,
    now: datetime,
) -> Audience:
    if not (decision.relay or decision.tell_staff):
        return NOBODY
    already = frozenset(normal(mailbox.address) for mailbox in (*mail.to, *mail.cc)) - {""}
    audience = recipients.relay(
        followers=records.followers(session, record.id),
        author_address=author.address,
        author_agent_id=author.agent_id,
        already=already,
        own=desk.own,
        internal=decision.internal or not decision.relay,
        customer_relay=author.agent_id is not None or relays_to_customers(desk, record),
    )
    if author.agent_id is not None and decision.relay and not decision.internal:
        audience = _with_customer(session, record, audience, already | desk.own)
    mailed = any(person.channel is Channel.EMAIL for person in audience.recipients)
    if mailed and traffic.relayed(session, record.id, now - limits.RELAY_WINDOW) >= limits.RELAYS:
        return recipients.held_back(audience)
    return audience


def relays_to_customers(desk: DeskFacts, record: RecordFacts) -> bool:
    """Tell whether customers who follow a record get what other customers write there."""
    if record.customer_relay is None:
        return desk.brand(record.brand_id).customer_relay
    return record.customer_relay


def _with_customer(session: Session, record: RecordFacts, audience: Audience, has_it: frozenset[str]) -> Audience:
    """An agent answered by mail: the customer gets it too, unless they have it."""
    customer = contacts.contact(session, record.contact_id) if record.contact_id is not None else None
    if customer is None or customer.email in has_it | {one.address for one in audience.recipients}:
        return audience
    person = Recipient(customer.name, customer.email, Channel.EMAIL, Why.CONTACT, contact_id=customer.id)
    return replace(audience, recipients=(person, *audience.recipients))


def _relay(
    session: Session, desk: DeskFacts, record: RecordFacts, message_id: int, audience: Audience, now: datetime
) -> None:
    there_and_back = way.relay_way(session, desk, record)
    if any(person.channel is Channel.EMAIL for person in audience.recipients):
        host = domain(there_and_back.reply)
        relay_id = tokens.new_message_id(desk.key, record_id=record.id, nonce=f"r{message_id}", domain=host)
        messages.set_relay_id(session, message_id, relay_id)
    enqueue(
        session,
        desk,
        message_id=message_id,
        record_id=record.id,
        audience=audience,
        way=there_and_back,
        hold_until=None,
        now=now,
    )
