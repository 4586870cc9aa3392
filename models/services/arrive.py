"""Put an incoming mail on a record: its message, its files, the record's turn, and the copies for those who follow."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from models.rules import limits, recipients, tokens, triage
from models.rules.address import domain, normal
from models.services import automation, way
from models.services.copies import enqueue
from models.services.need import turn
from models.store import contacts, messages, records, settings, traffic
from models.store.changes import announce
from models.store.contacts import ContactFacts
from models.store.desk_facts import DeskFacts
from models.store.messages import NewMessage
from models.store.raw_mail import RawFacts
from models.store.records import RecordFacts
from models.types.automation import Trigger
from models.types.errors import NotFound
from models.types.mail import IncomingMail
from models.types.message import Direction, MailClass, MessageKind
from models.types.people import Audience, Channel, Recipient, Why
from models.types.record import Need
from models.types.routing import Creation, RoutingDecision

PREVIEW = 190  # characters
NO_SUBJECT = "(no subject)"
MOST_REFERENCES = 200  # kept with a message, the newest
NOBODY = Audience(())


@dataclass(frozen=True, slots=True)
class Author:
    """Who an incoming mail counts as written by. ``agent_id`` only when that was proved."""

    name: str
    address: str
    agent_id: int | None = None
    contact_id: int | None = None
    undeliverable: str = ""  # what mail to them came back with


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


def author_of(desk: DeskFacts, mail: IncomingMail, customers: Mapping[str, ContactFacts], *, proved: bool) -> Author:
    """Say who wrote a mail. ``customers``: by normal address; ``proved``: From was, so it may be an agent's."""
    if not mail.sender:
        return Author("", "")
    written = mail.sender[0]
    address = normal(written.address)
    agent = desk.agent_by_email(address)
    if agent is not None and proved:
        return Author(agent.name, address, agent_id=agent.id)
    known = customers.get(address) if agent is None else None
    if known is None:
        return Author(written.name, address or written.address)
    return Author(written.name or known.name, address, contact_id=known.id, undeliverable=known.undeliverable)


def becomes_customer(desk: DeskFacts, mail: IncomingMail, author: Author) -> bool:
    """Tell whether the author of a mail that opens a record is a customer: a person, and none of us."""
    known = author.address in desk.own or desk.agent_by_email(author.address) is not None
    return bool(author.address) and not known and mail.mail_class is MailClass.HUMAN


def message_of(
    record_id: int,
    mail: IncomingMail,
    raw: RawFacts,
    decision: RoutingDecision,
    author: Author,
    now: datetime,
    audience: Audience = NOBODY,
) -> NewMessage:
    """Make the message a mail becomes on a record. ``audience``: who is told of it."""
    return NewMessage(
        record_id=record_id,
        kind=MessageKind.NOTE if decision.internal else MessageKind.EMAIL,
        direction=Direction.INSIDE if decision.internal else Direction.IN,
        mail_class=mail.mail_class,
        author_agent_id=author.agent_id,
        author_contact_id=author.contact_id,
        author_name=author.name,
        author_address=author.address,
        verified=decision.verified,
        subject=mail.subject,
        text=mail.text,
        new_text=mail.reply_text if mail.reply_text.strip() != mail.text.strip() else "",
        to=tuple(str(mailbox) for mailbox in mail.to),
        cc=tuple(str(mailbox) for mailbox in mail.cc),
        message_id=mail.message_id,
        in_reply_to=next(iter(mail.in_reply_to), ""),
        references=mail.references[-MOST_REFERENCES:],
        account_id=raw.account_id,
        raw_id=raw.id,
        tried=tuple((one.rule, one.outcome, one.because) for one in decision.tried),
        warnings=tuple(dict.fromkeys((*((raw.reason,) if raw.reason else ()), *mail.warnings, *decision.warnings))),
        left_out=audience.left_out,
        outsider=decision.outsider,
        sent_at=mail.date,
        created_at=now,
    )


def preview(text: str) -> str:
    """Give the first words of a text, for the list."""
    return one_line(text[: PREVIEW * 4])[:PREVIEW]


def one_line(text: str) -> str:
    """Fold white space."""
    return " ".join(text.split())


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
