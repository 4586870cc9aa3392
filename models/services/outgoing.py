"""Gather everything copies of messages say, for ``mime.compose`` to make their bytes."""

from collections.abc import Iterator, Sequence

from sqlmodel import Session

from models.rules import auto_reply, threading, tokens
from models.rules.address import normal
from models.services import files_along
from models.services.gathered import Gathered, gather, is_answer
from models.store.answered import Quoted
from models.store.copy_facts import CopyFacts
from models.store.desk_facts import DeskFacts
from models.store.messages import NO_ID_DOMAIN, MessageFacts
from models.store.records import bare
from models.types.errors import NotAllowed, NotFound
from models.types.mail import Mailbox, OutgoingMail
from models.types.message import MailClass, MessageKind

Unsendable = NotFound | NotAllowed | ValueError

AUTOMATIC = "auto-generated"  # RFC 3834 5; a notification no person addressed to this recipient


def outgoing(session: Session, delivery_id: int, desk: DeskFacts | None = None) -> OutgoingMail:
    """Say what this copy is. The same at every try, as far as the rows it is made of stay the same.

    ``desk``: read already in the same transaction.

    ``NotAllowed``: its sender may not send it any more.

    People addressed get the message itself; followers, and agents told of a note, get a notification of it, from the
    desk's address and marked as automatic.
    """
    said = many(session, [delivery_id], desk)[delivery_id]
    if isinstance(said, Exception):
        raise said
    return said


def many(
    session: Session, delivery_ids: Sequence[int], desk: DeskFacts | None = None
) -> dict[int, OutgoingMail | Unsendable]:
    """Say the same of many copies by one reading; the error of one that cannot be sent stands in its place."""
    return dict(each(session, delivery_ids, desk))


def each(
    session: Session, delivery_ids: Sequence[int], desk: DeskFacts | None = None
) -> Iterator[tuple[int, OutgoingMail | Unsendable]]:
    """Say it of one after the other, so that the files of only one need be in memory."""
    gathered = gather(session, delivery_ids, desk)
    for delivery_id in delivery_ids:
        try:
            yield delivery_id, _one(session, gathered, delivery_id)
        except (NotFound, NotAllowed, ValueError) as error:
            yield delivery_id, error


def _one(session: Session, gathered: Gathered, delivery_id: int) -> OutgoingMail:
    copy = gathered.copies.get(delivery_id)
    message = gathered.messages.get(copy.message_id) if copy else None
    if copy is None or message is None:
        raise NotFound("This message is not there any more.")
    if copy.number is None:
        raise NotFound("This record is not there any more.")
    if is_answer(message, copy):
        return _answer(session, gathered, message, copy)
    return _notification(session, gathered, message, copy, copy.number)


def _answer(session: Session, gathered: Gathered, message: MessageFacts, copy: CopyFacts) -> OutgoingMail:
    answered = gathered.quoted.get(message.id)
    written_as, signature = _identity(gathered, message, copy)
    people = tuple([mailbox(line) for line in message.to])
    if copy.recipient not in {normal(one.address) for one in people}:  # sent again to a corrected address
        people = (Mailbox(copy.name, copy.recipient),)
    thread = [one.message_id for one in reversed(gathered.threads[message.id])]
    automatic = message.mail_class is MailClass.AUTOREPLY
    return OutgoingMail(
        sender=written_as,
        reply_to=Mailbox(gathered.desk.brand(copy.brand_id).name, copy.reply_to),
        to=people[:1],
        cc=people[1:],
        subject=message.subject,
        message_id=message.message_id,
        in_reply_to=message.in_reply_to,
        references=_references(thread, message.in_reply_to),
        date=message.created_at,
        text=_signed(message.text, signature),
        attachments=files_along.with_answer(session, gathered.files.get(message.id, ())),
        quoted=(answered.new_text or answered.text) if answered else "",
        quoted_intro=_intro(answered) if answered else "",
        automatic=auto_reply.AUTOMATIC if automatic else "",
        loop_tag=gathered.loop_tag if automatic else "",
    )


def _notification(
    session: Session, gathered: Gathered, message: MessageFacts, copy: CopyFacts, number: int
) -> OutgoingMail:
    brand = gathered.desk.brand(copy.brand_id)
    identity = gathered.judge.through(copy.brand_id, copy.by_rule, copy.account_id)
    author = message.author_name or message.author_address
    thread = [one.relay_id or one.message_id for one in reversed(gathered.threads[message.id])]
    subject = " ".join(message.subject.split())
    tag = tokens.subject_tag(number)
    files = files_along.with_notification(session, gathered.files.get(message.id, ()))
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
        loop_tag=gathered.loop_tag,
        extra=(("X-Auto-Response-Suppress", "All"),),
    )


def _identity(gathered: Gathered, message: MessageFacts, copy: CopyFacts) -> tuple[Mailbox, str]:
    """Who it is from, judged anew, and the signature that goes with that."""
    fixed, of_brand = mailbox(message.sender), gathered.desk.brand(copy.brand_id).signature
    if message.sending_address_id is None:  # written before addresses were remembered
        return fixed, of_brand
    choice = gathered.judge.confirmed(copy.brand_id, message, copy.account_id)
    written_as = fixed if fixed.address == choice.address else Mailbox(choice.display_name, choice.address)
    return written_as, gathered.signatures.get(message.sending_address_id) or of_brand


def mailbox(line: str) -> Mailbox:
    """Read a stored "Name <address>"."""
    name = line.rpartition("<")[0].strip() if line.endswith(">") else ""
    return Mailbox(name, bare(line))


def _references(thread: list[str], answered: str) -> tuple[str, ...]:
    return threading.references([one for one in thread if _on_the_wire(one)], answered)


def _newest_id(thread: list[str]) -> str:
    return next((one for one in reversed(thread) if _on_the_wire(one)), "")


def _on_the_wire(message_id: str) -> bool:
    return bool(message_id) and not message_id.endswith(f"@{NO_ID_DOMAIN}>")


def _intro(message: Quoted) -> str:
    when = message.sent_at or message.created_at
    who = message.author_name or message.author_address or "you"
    return f"On {when:%d %b %Y at %H:%M} UTC, {who} wrote:"


def _signed(text: str, signature: str) -> str:
    return f"{text}\n\n-- \n{signature}" if signature.strip() and signature.strip() not in text else text


def _inside(message: MessageFacts) -> str:
    return "\n\n(Internal note: an answer to this mail stays inside, too.)" if message.kind is MessageKind.NOTE else ""
