"""Who a reply or note would go to, computed before it is sent and again when it is (R8)."""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from models.rules import recipients
from models.rules.address import normal, plus_stripped
from models.store import contacts, messages, records
from models.store.answered import ThreadLine
from models.store.desk_facts import DeskFacts
from models.store.messages import MessageFacts
from models.store.records import RecordFacts
from models.types.draft_mode import DraftMode
from models.types.message import Direction, MailClass
from models.types.people import Audience, Channel, Recipient, Why

UNPROVED = "not proved to take part here: choose them if you know them"
MOST_ANSWERED = 20  # people in To and Cc of the answered mail; a mail to more is answered to its author only


def of(
    session: Session,
    desk: DeskFacts,
    record: RecordFacts,
    mode: DraftMode,
    agent_id: int,
    to: Sequence[str] | None,
) -> Audience:
    """Compute the recipients. ``to`` None: whoever the answered mail's author and its readers were."""
    followers = records.followers(session, record.id)
    if mode is DraftMode.NOTE:
        return recipients.note(followers=followers, author_agent_id=agent_id, own=desk.own)
    people = _answered(session, desk, record) if to is None else _named(session, desk, to)
    audience = recipients.reply(to=people, followers=followers, author_agent_id=agent_id, own=desk.own)
    left_out = doubtful(session, record.id) if to is None else ()
    return replace(audience, left_out=(*audience.left_out, *left_out)) if left_out else audience


def answered(session: Session, record_id: int) -> MessageFacts | None:
    """Find the mail a reply answers: the newest of a person outside who takes part for certain; None before it."""
    found = (one for one in messages.newest(session, record_id) if from_outside(one) and not one.outsider)
    return next(found, None)


def doubtful(session: Session, record_id: int) -> tuple[tuple[str, str], ...]:
    """Name who wrote since without having been proved to take part: an answer reaches them only if they are chosen."""
    people: dict[str, None] = {}
    for one in messages.newest(session, record_id):
        if from_outside(one):
            if not one.outsider:
                break
            people[_line(one.author_name, one.author_address)] = None
    return tuple((who, UNPROVED) for who in people)


def from_outside(message: MessageFacts | ThreadLine) -> bool:
    """Tell whether a person who is no agent sent us this."""
    incoming = message.public and message.direction is Direction.IN
    return incoming and message.mail_class is MailClass.HUMAN and message.author_agent_id is None


def _answered(session: Session, desk: DeskFacts, record: RecordFacts) -> list[Recipient]:
    """The author first, then who else read the mail, then the record's customer; agents are told as followers."""
    lines: list[str] = []
    message = answered(session, record.id)
    if message is not None and message.author_address:
        lines.append(_line(message.author_name, message.author_address))
        others = [*message.to, *message.cc]
        lines += others if len(others) <= MOST_ANSWERED else []
    if record.contact_id is not None and (customer := contacts.contact(session, record.contact_id)):
        lines.append(_line(customer.name, customer.email))
    named = _named(session, desk, [line for line in lines if desk.agent_by_email(_address(line)) is None])
    return [one for one in named if one.address and one.address not in desk.own and not _ours(desk, one.address)]


def _ours(desk: DeskFacts, address: str) -> bool:
    # an answer to one of our own reply addresses must not be sent round to ourselves
    return plus_stripped(address) in desk.own


def _named(session: Session, desk: DeskFacts, lines: Sequence[str]) -> list[Recipient]:
    addresses = {line: _address(line) for line in lines}
    known = contacts.by_email(session, addresses.values())
    found = []
    for line, address in addresses.items():
        contact = known.get(address)
        agent = desk.agent_by_email(address)
        found.append(
            Recipient(
                name=_name(line) or (contact.name if contact else "") or (agent.name if agent else ""),
                address=address or line.strip(),
                channel=Channel.EMAIL,
                why=Why.TO,
                contact_id=contact.id if contact else None,
                agent_id=agent.id if agent and not contact else None,
            )
        )
    return found


def _line(name: str, address: str) -> str:
    return f"{name} <{address}>" if name else address


def _address(line: str) -> str:
    return normal(line.rpartition("<")[2].rstrip("> ") if line.rstrip().endswith(">") else line)


def _name(line: str) -> str:
    return line.rpartition("<")[0].strip().strip('"') if line.rstrip().endswith(">") else ""
