"""Messages of a thread: kept, found by their ids on the wire, and read for the next answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, or_, select, update
from sqlmodel import Session, col

from models.store.among import among, rows
from models.tables.all import metadata
from models.tables.record import Attachment, Message
from models.types.mail import AttachedFile
from models.types.message import Direction, MailClass, MessageKind

THREAD = 200  # the newest messages of a record, of any kind, that an answer is made from
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
    sending_address_id: int | None = None  # whose identity ``sender`` is
    raw_id: int | None = None
    tried: tuple[tuple[str, str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()  # (name or address, why they got no copy)
    outsider: bool = False
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
    sending_address_id: int | None
    sent_at: datetime | None
    created_at: datetime
    outsider: bool = False  # its author was not proved to take part

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
        "to_line": list(new.to),
        "cc_line": list(new.cc),
        "message_id": new.message_id,
        "relay_id": "",
        "in_reply_to": new.in_reply_to,
        "refs": list(new.references),
        "sender": new.sender,
        "account_id": new.account_id,
        "sending_address_id": new.sending_address_id,
        "raw_id": new.raw_id,
        "tried": [list(one) for one in new.tried],
        "warnings": list(new.warnings),
        "left_out": [list(one) for one in new.left_out],
        "outsider": new.outsider,
        "sent_at": new.sent_at,
        "created_at": new.created_at,
    }
    return int(session.execute(_ADD, values).scalar_one())


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


def set_relay_id(session: Session, message_id: int, relay_id: str) -> None:
    """Fix the Message-ID under which an incoming mail is relayed."""
    session.execute(update(Message).where(col(Message.id) == message_id).values(relay_id=relay_id))


def remove(session: Session, message_id: int) -> None:
    """Take a message out; its deliveries must be gone."""
    session.execute(delete(Attachment).where(col(Attachment.message_id) == message_id))
    session.execute(delete(Message).where(col(Message.id) == message_id))


def read(session: Session, message_id: int) -> MessageFacts | None:
    """Read one message."""
    found = session.execute(_READ, {"id": message_id}).first()
    return _as_facts(found) if found else None


def read_many(session: Session, message_ids: Collection[int]) -> dict[int, MessageFacts]:
    """Read these messages; those that are gone are left out."""
    return {row[0]: _as_facts(row) for row in rows(session, _READ_MANY, message_ids)}


def newest(session: Session, record_id: int, *, limit: int = THREAD) -> list[MessageFacts]:
    """Read the newest messages of a record, newest first."""
    return [_as_facts(row) for row in session.execute(_NEWEST, {"record_id": record_id, "most": limit})]


def newest_id(session: Session, record_id: int) -> int:
    """Give the id of a record's newest message; 0 when it has none."""
    statement = select(col(Message.id)).where(col(Message.record_id) == record_id)
    return session.scalar(statement.order_by(col(Message.id).desc()).limit(1)) or 0


def linked(session: Session, wire_ids: Sequence[str]) -> dict[str, Linked]:
    """Find the messages these Message-IDs name, as sent or as relayed; the newest where several share one."""
    wanted = [wire_id for wire_id in dict.fromkeys(wire_ids) if wire_id]
    asked = set(wanted)
    return {
        wire_id: Linked(wire_id, row.id, row.record_id, row.kind, row.direction)
        for row in rows(session, _LINKED, wanted)
        for wire_id in (row.message_id, row.relay_id)
        if wire_id in asked
    }


def incoming_with_id(session: Session, wire_id: str) -> list[MessageFacts]:
    """Read the messages that came in under this Message-ID."""
    return [_as_facts(row) for row in session.execute(_WITH_ID, {"wire_id": wire_id})]


def of_raw(session: Session, raw_id: int) -> int | None:
    """Give the first message made of a raw mail; None when there is none."""
    statement = select(col(Message.id)).where(col(Message.raw_id) == raw_id).order_by(col(Message.id)).limit(1)
    return session.scalar(statement)


# Statements are built once: building one costs more than running it (measured: 4 ms of 12 a mail).
_MESSAGE = metadata.tables["message"]
_ADD = insert(_MESSAGE).returning(_MESSAGE.c.id)
_NAMES = {"to": "to_line", "cc": "cc_line"}
_LISTS = [field.name for field in fields(MessageFacts)].index("to")  # "cc" is the next
_FACTS = select(*(_MESSAGE.c[_NAMES.get(field.name, field.name)] for field in fields(MessageFacts)))
_READ = _FACTS.where(_MESSAGE.c.id == bindparam("id"))
_READ_MANY = _FACTS.where(among(_MESSAGE.c.id))
_NEWEST = (
    _FACTS.where(_MESSAGE.c.record_id == bindparam("record_id")).order_by(_MESSAGE.c.id.desc()).limit(bindparam("most"))
)
_WITH_ID = _FACTS.where(_MESSAGE.c.message_id == bindparam("wire_id"), _MESSAGE.c.direction != Direction.OUT).order_by(
    _MESSAGE.c.id
)
_LINKED = (
    select(
        _MESSAGE.c.message_id,
        _MESSAGE.c.relay_id,
        _MESSAGE.c.id,
        _MESSAGE.c.record_id,
        _MESSAGE.c.kind,
        _MESSAGE.c.direction,
    )
    .where(
        or_(
            among(_MESSAGE.c.message_id),
            among(_MESSAGE.c.relay_id),
        )
    )
    .order_by(_MESSAGE.c.id)
)


def _as_facts(row: Row[*tuple[Any, ...]]) -> MessageFacts:
    values = list(row)
    values[_LISTS : _LISTS + 2] = tuple(row[_LISTS]), tuple(row[_LISTS + 1])
    return MessageFacts(*values)
