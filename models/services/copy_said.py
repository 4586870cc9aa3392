"""What one copy of a message says, out of what was gathered for many."""

from models.rules import auto_reply, threading, tokens
from models.rules.address import normal
from models.services.files_along import Along
from models.services.gathered import Gathered
from models.store.answered import Quoted
from models.store.copy_facts import CopyFacts
from models.store.messages import NO_ID_DOMAIN, MessageFacts
from models.store.records import bare
from models.types.mail import Mailbox, OutgoingMail
from models.types.message import MailClass, MessageKind

AUTOMATIC = "auto-generated"  # RFC 3834 5; a notification no person addressed to this recipient


def answer(gathered: Gathered, message: MessageFacts, copy: CopyFacts, along: Along) -> OutgoingMail:
    """Say the message itself. ``NotAllowed``: its sender may not send it any more."""
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
        attachments=along.attachments,
        quoted=(answered.new_text or answered.text) if answered else "",
        quoted_intro=_intro(answered) if answered else "",
        automatic=auto_reply.AUTOMATIC if automatic else "",
        loop_tag=gathered.loop_tag if automatic else "",
    )


def notification(gathered: Gathered, message: MessageFacts, copy: CopyFacts, number: int, along: Along) -> OutgoingMail:
    """Say that there is a message, from the desk's address. ``number``: the record's."""
    brand = gathered.desk.brand(copy.brand_id)
    identity = gathered.judge.through(copy.brand_id, copy.by_rule, copy.account_id)
    author = message.author_name or message.author_address
    thread = [one.relay_id or one.message_id for one in reversed(gathered.threads[message.id])]
    subject = " ".join(message.subject.split())
    tag = tokens.subject_tag(number)
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
        text=message.text + along.named + _inside(message),
        attachments=along.attachments,
        forwarded=along.forwarded,
        forwarded_from=along.forwarded_from,
        automatic=AUTOMATIC,
        loop_tag=gathered.loop_tag,
        extra=(("X-Auto-Response-Suppress", "All"),),
    )


def mailbox(line: str) -> Mailbox:
    """Read a stored "Name <address>"."""
    name = line.rpartition("<")[0].strip() if line.endswith(">") else ""
    return Mailbox(name, bare(line))


def _identity(gathered: Gathered, message: MessageFacts, copy: CopyFacts) -> tuple[Mailbox, str]:
    """Who it is from, judged anew, and the signature that goes with that."""
    fixed, of_brand = mailbox(message.sender), gathered.desk.brand(copy.brand_id).signature
    if message.sending_address_id is None:  # written before addresses were remembered
        return fixed, of_brand
    choice = gathered.judge.confirmed(copy.brand_id, message, copy.account_id)
    written_as = fixed if fixed.address == choice.address else Mailbox(choice.display_name, choice.address)
    return written_as, gathered.signatures.get(message.sending_address_id) or of_brand


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
