"""Records and what hangs on them: messages, followers, attachments, presence."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint, false
from sqlmodel import JSON, Column, Field, LargeBinary, SQLModel

from models.tables.columns import word
from models.types.message import Direction, MailClass, MessageKind
from models.types.record import Need


class Record(SQLModel, table=True):
    """A ticket, opportunity, order, invoice ... with a thread. ``position`` is ``rules.triage.position``."""

    __table_args__ = (
        Index("ix_record_stream", "position", "id"),
        Index("ix_record_mine", "assignee_id", "position", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(foreign_key="kind.name")
    number: int = Field(unique=True)
    title: str
    stage: str = Field(max_length=40)
    need: Need = Field(sa_type=word(Need))
    need_since: datetime
    need_reason: str = Field(default="", max_length=60)
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    assignee_id: int | None = Field(default=None, foreign_key="agent.id")
    contact_id: int | None = Field(default=None, foreign_key="contact.id", index=True)
    brand_id: int | None = Field(default=None, foreign_key="brand.id")
    priority: int = 0
    amount_cents: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    currency: str = Field(default="", max_length=3)
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    preview: str = Field(default="", max_length=200)
    revision: int = 0
    continues_id: int | None = Field(default=None, index=True)  # the done record whose answer opened this one
    customer_relay: bool | None = None  # as of Brand; None: as its brand does
    sending_address_id: int | None = None  # chosen by an automation rule
    created_at: datetime


class Message(SQLModel, table=True):
    """One line of a thread; a quarantined mail has none.

    Ids are never used again (``take_back`` deletes rows): the reply guard compares them.
    """

    __table_args__ = (
        Index("ix_message_thread", "record_id", "id"),
        Index("ix_message_internet_id", "message_id"),
        Index("ix_message_relay_id", "relay_id"),
        Index("ix_message_author", "author_address", "created_at"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    record_id: int = Field(foreign_key="record.id")
    kind: MessageKind = Field(sa_type=word(MessageKind))
    direction: Direction = Field(sa_type=word(Direction))
    mail_class: MailClass = Field(default=MailClass.HUMAN, sa_type=word(MailClass))
    author_agent_id: int | None = Field(default=None, foreign_key="agent.id")
    author_contact_id: int | None = Field(default=None, foreign_key="contact.id")
    author_name: str = ""
    author_address: str = ""  # normalised
    verified: bool = False
    subject: str = ""
    text: str = ""
    new_text: str = ""
    to: list[str] = Field(default_factory=list, sa_column=Column("to_line", JSON, nullable=False))
    cc: list[str] = Field(default_factory=list, sa_column=Column("cc_line", JSON, nullable=False))
    message_id: str = ""  # with angle brackets; made at enqueue for our own
    relay_id: str = ""  # Message-ID of the copies relayed of an incoming mail; "" = none were
    in_reply_to: str = ""
    references: list[str] = Field(default_factory=list, sa_column=Column("refs", JSON, nullable=False))
    sender: str = ""  # outgoing: "Name <address>" chosen at enqueue
    sending_address_id: int | None = Field(default=None, index=True)  # whose identity that is
    account_id: int | None = Field(default=None, foreign_key="account.id")
    raw_id: int | None = Field(default=None, foreign_key="raw_mail.id")
    tried: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    warnings: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    left_out: list[list[str]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )  # (name or address, why they got no copy)
    # it came from somebody who was not proved to take part: neither they nor those they wrote to do so by it
    outsider: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    sent_at: datetime | None = None
    created_at: datetime


class Attachment(SQLModel, table=True):
    """A file of a message. Incoming content stays in the raw mail (``path``), outgoing content in ``FileContent``."""

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    name: str = Field(max_length=255)
    media_type: str = Field(max_length=120)
    size_bytes: int
    path: str = ""
    sha256: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})  # outgoing: a FileContent
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class FileContent(SQLModel, table=True):
    """The bytes of an outgoing file, kept once whatever uses it; swept when nothing does."""

    __tablename__ = "file_content"
    sha256: str = Field(primary_key=True, max_length=64)
    size_bytes: int
    added_at: datetime
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DraftFile(SQLModel, table=True):
    """A file attached to a draft, in the order they were attached."""

    __tablename__ = "draft_file"
    id: int | None = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="draft.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=255)
    media_type: str = Field(max_length=120)
    size_bytes: int
    sha256: str = Field(foreign_key="file_content.sha256", max_length=64)


class Following(SQLModel, table=True):
    """A follower of a record: an agent or a contact, never both."""

    __tablename__ = "following"
    __table_args__ = (UniqueConstraint("record_id", "agent_id"), UniqueConstraint("record_id", "contact_id"))
    id: int | None = Field(default=None, primary_key=True)
    record_id: int = Field(foreign_key="record.id", index=True)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    contact_id: int | None = Field(default=None, foreign_key="contact.id", index=True)


class Presence(SQLModel, table=True):
    """Who has a record open. Rows older than the heartbeat allows are ignored and swept."""

    session: str = Field(primary_key=True, max_length=64)
    agent_id: int = Field(foreign_key="agent.id")
    record_id: int | None = Field(default=None, foreign_key="record.id", index=True)
    composing: bool = False
    seen_at: datetime


class Draft(SQLModel, table=True):
    """What one agent is writing on one record in one mode. ``to`` None: the computed audience."""

    __table_args__ = (UniqueConstraint("record_id", "agent_id", "mode"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    record_id: int = Field(foreign_key="record.id")
    agent_id: int = Field(foreign_key="agent.id")
    mode: str = Field(max_length=8)
    subject: str = ""
    text: str = ""
    to: list[str] | None = Field(default=None, sa_column=Column("to_line", JSON(none_as_null=True), nullable=True))
    base: int = 0
    version: int = 0
    sender: str = Field(default="", max_length=320, sa_column_kwargs={"server_default": ""})  # "" = as the rules say
    saved_at: datetime


class UndoStep(SQLModel, table=True):
    """One thing ``z`` can take back, newest first per agent. ``before`` is what the verb needs to restore."""

    __tablename__ = "undo_step"
    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    record_id: int | None = Field(default=None, foreign_key="record.id")
    verb: str = Field(max_length=24)
    before: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime
    undone: bool = False
