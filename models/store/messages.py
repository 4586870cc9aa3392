"""Messages of a thread: kept, found by their ids on the wire, and read for the next answer."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, or_, select, update
from sqlmodel import Session, col

from models.tables.record import Attachment, Message
from models.types.mail import AttachedFile
from models.types.message import Direction, MailClass, MessageKind

NO_ID_DOMAIN = "missing.invalid"  # Message-IDs made here for mail that came without one


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to keep; times are given, ids are the database's."""

    record_id: int
    kind: MessageKind
    direction: Direction
    created_at: datetime
    author_name: str
    author_address: str
    text: str
    author_agent_id: int | None = None
    author_contact_id: int | None = None
    mail_class: MailClass = MailClass.HUMAN
    verified: bool = False
    subject: str = ""
    new_text: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    sender: str = ""
    account_id: int | None = None
    raw_id: int | None = None
    tried: tuple[tuple[str, str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What services read of a stored message."""

    id: int
    record_id: int
    kind: MessageKind
    direction: Direction
    mail_class: MailClass
    author_agent_id: int | None
    author_name: str
    author_address: str
    subject: str
    text: str
    new_text: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    message_id: str
    relay_id: str
    in_reply_to: str
    sender: str
    sent_at: datetime | None
    created_at: datetime

    @property
    def public(self) -> bool:
        """Outsiders may see it."""
        return self.kind is MessageKind.EMAIL


@dataclass(frozen=True, slots=True)
class Linked:
    """A stored message found by an id on the wire."""

    wire_id: str  # the id it was asked for
    id: int
    record_id: int
    kind: MessageKind
    direction: Direction


def add(session: Session, new: NewMessage) -> int:
    """Keep a message; its id."""
    values = {
        "record_id": new.record_id,
        "kind": new.kind,
        "direction": new.direction,
        "mail_class": new.mail_class,
        "author_agent_id": new.author_agent_id,
        "author_contact_id": new.author_contact_id,
        "author_name": new.author_name,
        "author_address": new.author_address,
        "verified": new.verified,
        "subject": new.subject,
        "text": new.text,
        "new_text": new.new_text,
        "to": list(new.to),
        "cc": list(new.cc),
        "message_id": new.message_id,
        "relay_id": "",
        "in_reply_to": new.in_reply_to,
        "references": list(new.references),
        "sender": new.sender,
        "account_id": new.account_id,
        "raw_id": new.raw_id,
        "tried": [list(one) for one in new.tried],
        "warnings": list(new.warnings),
        "sent_at": new.sent_at,
        "created_at": new.created_at,
    }
    return int(session.execute(insert(Message).values(values).returning(col(Message.id))).scalar_one())


def add_files(session: Session, message_id: int, files: Sequence[AttachedFile]) -> None:
    """Keep what came with a message; the content stays in the raw mail."""
    if files:
        session.execute(
            insert(Attachment),
            [
                {
                    "message_id": message_id,
                    "name": file.name[:255],
                    "media_type": file.media_type[:120],
                    "size_bytes": file.size_bytes,
                    "path": file.path,
                }
                for file in files
            ],
        )


def file_names(session: Session, message_id: int) -> list[tuple[str, int]]:
    """Give name and size in bytes of a message's files."""
    statement = select(col(Attachment.name), col(Attachment.size_bytes)).where(col(Attachment.message_id) == message_id)
    return [(name, size) for name, size in session.execute(statement.order_by(col(Attachment.id)))]


def set_relay_id(session: Session, message_id: int, relay_id: str) -> None:
    """Fix the Message-ID under which an incoming mail is relayed."""
    session.execute(update(Message).where(col(Message.id) == message_id).values(relay_id=relay_id))


def remove(session: Session, message_id: int) -> None:
    """Take a message out; its deliveries must be gone."""
    session.execute(delete(Attachment).where(col(Attachment.message_id) == message_id))
    session.execute(delete(Message).where(col(Message.id) == message_id))


def read(session: Session, message_id: int) -> MessageFacts | None:
    """Read one message."""
    found = session.execute(_facts().where(col(Message.id) == message_id)).first()
    return _as_facts(found) if found else None


def newest(session: Session, record_id: int, *, limit: int = 200) -> list[MessageFacts]:
    """Read the newest messages of a record, newest first."""
    statement = _facts().where(col(Message.record_id) == record_id).order_by(col(Message.id).desc()).limit(limit)
    return [_as_facts(row) for row in session.execute(statement)]


def newest_id(session: Session, record_id: int) -> int:
    """Give the id of a record's newest message; 0 when it has none."""
    statement = select(col(Message.id)).where(col(Message.record_id) == record_id)
    return session.scalar(statement.order_by(col(Message.id).desc()).limit(1)) or 0


def linked(session: Session, wire_ids: Sequence[str]) -> dict[str, Linked]:
    """Find the messages these Message-IDs name, as sent or as relayed; the newest where several share one."""
    wanted = [wire_id for wire_id in dict.fromkeys(wire_ids) if wire_id]
    if not wanted:
        return {}
    statement = (
        select(
            col(Message.message_id),
            col(Message.relay_id),
            col(Message.id),
            col(Message.record_id),
            col(Message.kind),
            col(Message.direction),
        )
        .where(or_(col(Message.message_id).in_(wanted), col(Message.relay_id).in_(wanted)))
        .order_by(col(Message.id))
    )
    asked = set(wanted)
    return {
        wire_id: Linked(wire_id, row.id, row.record_id, row.kind, row.direction)
        for row in session.execute(statement)
        for wire_id in (row.message_id, row.relay_id)
        if wire_id in asked
    }


def incoming_with_id(session: Session, wire_id: str) -> list[MessageFacts]:
    """Read the messages that came in under this Message-ID."""
    statement = _facts().where(col(Message.message_id) == wire_id, col(Message.direction) != Direction.OUT)
    return [_as_facts(row) for row in session.execute(statement.order_by(col(Message.id)))]


def of_raw(session: Session, raw_id: int) -> int | None:
    """Give the first message made of a raw mail; None when there is none."""
    statement = select(col(Message.id)).where(col(Message.raw_id) == raw_id).order_by(col(Message.id)).limit(1)
    return session.scalar(statement)


_COLUMNS = tuple(getattr(Message, field.name) for field in fields(MessageFacts))


def _facts() -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS)


def _as_facts(row: Row[*tuple[Any, ...]]) -> MessageFacts:
    facts = MessageFacts(*row)
    return replace(facts, to=tuple(facts.to), cc=tuple(facts.cc))
