"""Gather everything one copy of a message says, for ``mime.compose`` to make its bytes."""

from sqlmodel import Session

from models.rules import auto_reply, threading, tokens
from models.rules.address import normal
from models.services import audience, files_along, sender
from models.services.composing import record_of
from models.store import addresses, desk_facts, messages, outbox
from models.store.desk_facts import DeskFacts
from models.store.messages import NO_ID_DOMAIN, MessageFacts
from models.store.outbox import DeliveryFacts
from models.store.records import RecordFacts, bare
from models.types.errors import NotFound
from models.types.mail import Mailbox, OutgoingMail
from models.types.message import Direction, MailClass, MessageKind
from models.types.people import Why

AUTOMATIC = "auto-generated"  # RFC 3834 5; a notification no person addressed to this recipient


def outgoing(session: Session, delivery_id: int, desk: DeskFacts | None = None) -> OutgoingMail:
    """Say what this copy is. The same at every try, as far as the rows it is made of stay the same.

    ``desk``: read already in the same transaction.

    ``NotAllowed``: its sender may not send it any more.

    People addressed get the message itself; followers, and agents told of a note, get a notification of it, from the
    desk's address and marked as automatic.
    """
    copy = outbox.read(session, delivery_id)
    message = messages.read(session, copy.message_id) if copy else None
    if copy is None or message is None:
        raise NotFound("This message is not there any more.")
    desk = desk or desk_facts.read(session)
    record = record_of(session, copy.record_id, lock=False)
    if message.direction is Direction.OUT and copy.why is not Why.FOLLOWER:
        return _answer(session, desk, record, message, copy)
    return _notification(session, desk, record, message, copy)


def _answer(
    session: Session, desk: DeskFacts, record: RecordFacts, message: MessageFacts, copy: DeliveryFacts
) -> OutgoingMail:
    thread = _public_before(session, message)
    answered = next((one for one in thread if _is_answered(one, message.in_reply_to)), None)
    written_as, signature = _identity(session, desk, record, message, copy)
    people = tuple(mailbox(line) for line in message.to)
    if copy.recipient not in {normal(one.address) for one in people}:  # sent again to a corrected address
        people = (Mailbox(copy.name, copy.recipient),)
    return OutgoingMail(
        sender=written_as,
        reply_to=Mailbox(desk.brand(record.brand_id).name, copy.reply_to),
        to=people[:1],
        cc=people[1:],
        subject=message.subject,
        message_id=message.message_id,
        in_reply_to=message.in_reply_to,
        references=_references([one.message_id for one in reversed(thread)], message.in_reply_to),
        date=message.created_at,
        text=_signed(message.text, signature),
        attachments=files_along.with_answer(session, message.id),
        quoted=(answered.new_text or answered.text) if answered else "",
        quoted_intro=_intro(answered) if answered else "",
        automatic=auto_reply.AUTOMATIC if message.mail_class is MailClass.AUTOREPLY else "",
        loop_tag=tokens.loop_tag(desk.key) if message.mail_class is MailClass.AUTOREPLY else "",
    )


def _notification(
    session: Session, desk: DeskFacts, record: RecordFacts, message: MessageFacts, copy: DeliveryFacts
) -> OutgoingMail:
    brand = desk.brand(record.brand_id)
    identity = sender.choose_through(session, desk, record, copy.account_id)
    author = message.author_name or message.author_address
    thread = [one.relay_id or one.message_id for one in reversed(_public_before(session, message))]
    subject = " ".join(message.subject.split())
    tag = tokens.subject_tag(record.number)
    files = files_along.with_notification(session, message.id)
    return OutgoingMail(
        sender=Mailbox(f"{author} via {brand.name}" if brand.name else author, identity.address),
        reply_to=Mailbox(brand.name, copy.reply_to),
        to=(Mailbox(copy.name, copy.recipient),),
        cc=(),
        subject=subject if tag in subject else f"{subject} {tag}".strip(),
        message_id=message.relay_id or message.message_id,
        in_reply_to=_newest_id(thread),
        references=_references(thread, ""),
        date=message.created_at,
        text=message.text + files.named + _inside(message),
        attachments=files.attachments,
        forwarded=files.forwarded,
        forwarded_from=files.forwarded_from,
        automatic=AUTOMATIC,
        loop_tag=tokens.loop_tag(desk.key),
        extra=(("X-Auto-Response-Suppress", "All"),),
    )


def _identity(
    session: Session, desk: DeskFacts, record: RecordFacts, message: MessageFacts, copy: DeliveryFacts
) -> tuple[Mailbox, str]:
    """Who it is from, judged anew, and the signature that goes with that."""
    fixed, of_brand = mailbox(message.sender), desk.brand(record.brand_id).signature
    if message.sending_address_id is None:  # written before addresses were remembered
        return fixed, of_brand
    choice = sender.confirm(session, desk, record, message, copy.account_id)
    written_as = fixed if fixed.address == choice.address else Mailbox(choice.display_name, choice.address)
    return written_as, addresses.signature(session, message.sending_address_id) or of_brand


def _is_answered(one: MessageFacts, in_reply_to: str) -> bool:
    # a mail that came without an id cannot be named in a header, but can be quoted
    return one.message_id == in_reply_to if in_reply_to else audience.from_outside(one)


def mailbox(line: str) -> Mailbox:
    """Read a stored "Name <address>"."""
    name = line.rpartition("<")[0].strip() if line.endswith(">") else ""
    return Mailbox(name, bare(line))


def _public_before(session: Session, message: MessageFacts) -> list[MessageFacts]:
    """What outsiders may know of, newest first: nothing of a note ever gets into a mail by way of the thread."""
    return [one for one in messages.newest(session, message.record_id) if one.public and one.id < message.id]


def _references(thread: list[str], answered: str) -> tuple[str, ...]:
    return threading.references([one for one in thread if _on_the_wire(one)], answered)


def _newest_id(thread: list[str]) -> str:
    return next((one for one in reversed(thread) if _on_the_wire(one)), "")


def _on_the_wire(message_id: str) -> bool:
    return bool(message_id) and not message_id.endswith(f"@{NO_ID_DOMAIN}>")


def _intro(message: MessageFacts) -> str:
    when = message.sent_at or message.created_at
    who = message.author_name or message.author_address or "you"
    return f"On {when:%d %b %Y at %H:%M} UTC, {who} wrote:"


def _signed(text: str, signature: str) -> str:
    return f"{text}\n\n-- \n{signature}" if signature.strip() and signature.strip() not in text else text


def _inside(message: MessageFacts) -> str:
    return "\n\n(Internal note: an answer to this mail stays inside, too.)" if message.kind is MessageKind.NOTE else ""
