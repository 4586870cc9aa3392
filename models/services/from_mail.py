"""What a mail becomes, whether it comes alone or with many: its author, its message, its words for the list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from models.rules.address import normal
from models.store.contacts import ContactFacts
from models.store.desk_facts import DeskFacts
from models.store.messages import NewMessage
from models.store.raw_mail import RawFacts
from models.types.mail import IncomingMail
from models.types.message import Direction, MailClass, MessageKind
from models.types.people import Audience
from models.types.routing import RoutingDecision

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
        tried=decision.tried,
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
