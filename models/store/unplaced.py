"""A quarantined mail as a thread of one message, and the bytes behind any message; plain reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from models.store.plain import Reader
from models.store.quarantine import rows
from models.store.values import moment, triples
from models.types.message import AttachmentView, Direction, MessageKind, MessageView, Thread
from models.types.record import QuarantineRow

if TYPE_CHECKING:
    from models.types.mail import IncomingMail


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A raw mail no rule could place, with every rule that was tried."""

    row: QuarantineRow
    content: bytes
    tried: tuple[tuple[str, str, str], ...]
    received_at: datetime


def unplaced(reader: Reader, raw_id: int) -> Unplaced | None:
    """Read a raw mail; None when there is no such mail."""
    found = reader.one("SELECT received_at, tried, content FROM raw_mail WHERE id = :id", id=raw_id)
    listed = rows(reader, [raw_id])
    if found is None or not listed:
        return None
    return Unplaced(listed[0], bytes(found["content"]), triples(found["tried"]), moment(found["received_at"]))


def as_thread(mail: Unplaced, parsed: "IncomingMail") -> Thread:
    """Show it as a thread; its message has the raw mail's id and no record. Attachments have no ids yet: 0."""
    author = parsed.sender[0] if parsed.sender else None
    message = MessageView(
        id=mail.row.id,
        record_id=None,
        kind=MessageKind.EMAIL,
        direction=Direction.IN,
        mail_class=parsed.mail_class,
        author_name=author.name if author else "",
        author_address=author.address if author else "",
        author_login="",
        verified=False,
        subject=parsed.subject,
        text=parsed.text,
        new_text=parsed.reply_text,
        to=tuple(map(str, parsed.to)),
        cc=tuple(map(str, parsed.cc)),
        created_at=mail.received_at,
        sent_at=parsed.date,
        deliveries=(),
        attachments=tuple(
            AttachmentView(0, file.name, file.media_type, file.size_bytes) for file in parsed.attachments
        ),
        why=mail.tried,
        warnings=parsed.warnings,
        message_id=parsed.message_id,
    )
    return Thread(mail.row, (message,), 0, ())


def wire(reader: Reader, message: MessageView) -> bytes:
    """Return the mail as it came, or as its first copy went out; b"" for what never was a mail."""
    if message.record_id is None:
        found = reader.one("SELECT content FROM raw_mail WHERE id = :id", id=message.id)
    else:
        found = reader.one(
            "SELECT r.content FROM message m JOIN raw_mail r ON r.id = m.raw_id WHERE m.id = :id", id=message.id
        ) or reader.one(
            "SELECT wire AS content FROM delivery WHERE message_id = :id AND wire IS NOT NULL ORDER BY id LIMIT 1",
            id=message.id,
        )
    return bytes(found["content"]) if found else b""
