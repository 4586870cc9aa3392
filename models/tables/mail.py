"""Accounts, sending addresses, raw mail, cursors, the outbox, leases, the change log."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint, false, text, true
from sqlmodel import JSON, Column, Field, LargeBinary, SQLModel

from models.tables.columns import word
from models.tables.edited import Edited
from models.types.account import Auth, Security
from models.types.delivery import DeliveryState
from models.types.health import AccountState
from models.types.outbox import Reason
from models.types.people import Channel, Why
from models.types.sender import Proof

_WAITS = text("state IN ('held', 'queued')")


class Account(Edited, table=True):
    """A mail account. ``secret`` is a reference (``env:``, ``file:``, ``cmd:``) or ``sealed:`` text, never a password.

    An empty host means: does not send, or does not fetch. ``state`` and its fellows are the fetching half's,
    ``send_state`` and its fellows the sending half's: one may fail while the other works.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120, unique=True)
    email: str = Field(max_length=320)
    user: str = Field(default="", max_length=320)
    secret: str = ""
    smtp_host: str = Field(default="", max_length=255)
    smtp_port: int = 465
    smtp_security: Security = Field(default=Security.TLS, sa_type=word(Security))
    imap_host: str = Field(default="", max_length=255)
    imap_port: int = 993
    imap_security: Security = Field(default=Security.TLS, sa_type=word(Security))
    pop3_host: str = Field(default="", max_length=255)
    pop3_port: int = 995
    pop3_security: Security = Field(default=Security.TLS, sa_type=word(Security))
    leave_days: int | None = None  # POP3: days mail stays on the server once stored; None: for ever
    ca_file: str = ""
    folder: str = Field(default="INBOX", max_length=255)
    more_folders: str = Field(default="", sa_column_kwargs={"server_default": ""})  # fetched, too; one a line
    after_fetch: str = Field(default="keep", max_length=320, sa_column_kwargs={"server_default": "keep"})
    poll_seconds: int = 60
    default_kind: str = ""  # opened for mail no rule places; "" = quarantine
    brand_id: int | None = Field(default=None, foreign_key="brand.id")
    active: bool = True
    state: AccountState = Field(default=AccountState.OK, sa_type=word(AccountState))
    sentence: str = ""
    failures: int = 0
    last_success_at: datetime | None = None
    retry_at: datetime | None = None  # fetching waits until then
    send_state: AccountState = Field(default=AccountState.OK, sa_type=word(AccountState))
    send_sentence: str = ""
    send_failures: int = 0
    send_success_at: datetime | None = None
    send_retry_at: datetime | None = None  # sending waits until then
    # addresses and domains its server sends as, comma between them; "" = any
    sends_as: str = Field(default="", sa_column_kwargs={"server_default": ""})
    auth: Auth = Field(default=Auth.PASSWORD, sa_type=word(Auth), sa_column_kwargs={"server_default": "password"})
    preset: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    proof: Proof = Field(default=Proof.UNTESTED, sa_type=word(Proof), sa_column_kwargs={"server_default": "untested"})
    tested_at: datetime | None = None
    fingerprint: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})  # of what was tested
    trial: list[list[str]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )  # the newest test's steps
    plus_addressing: bool | None = None  # None: not known
    other_from: bool | None = None  # its server takes mail from another address of ours; None: not known
    authserv_id: str = Field(default="", max_length=255, sa_column_kwargs={"server_default": ""})
    removed_at: datetime | None = None  # kept only because mail refers to it
    limits: dict[str, int | None] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}")
    )  # types.limits.Limits by its names


class OauthGrant(SQLModel, table=True):
    """A consent somebody gave at a provider. Accounts name it as ``oauth:ID``; it outlives a failed save.

    ``tokens`` is a secret reference to JSON (access, refresh), never the tokens themselves.
    """

    __tablename__ = "oauth_grant"
    id: str = Field(primary_key=True, max_length=32)
    provider: str = Field(max_length=32)
    user: str = Field(default="", max_length=320)
    tokens: str = ""
    granted_at: datetime
    access_until: datetime  # the access token's end
    grant_until: datetime | None = None  # the refresh token's end, where the provider says it
    refusal: str = ""  # why the provider renews it no more; "" while it does


class LoginRefusal(SQLModel, table=True):
    """A login a server refused during a trial, so that trying again cannot lock the account there.

    ``place`` is a digest of server and user, ``tag`` 16 bits of a keyed digest of the secret: enough to know it again,
    too little to find it by.
    """

    __tablename__ = "login_refusal"
    id: int | None = Field(default=None, primary_key=True)
    place: str = Field(max_length=64, index=True)
    tag: str = Field(max_length=4)
    at: datetime


class SendingAddress(Edited, table=True):
    """An address records are answered from: the company's (``agent_id`` None) or an employee's own (B1).

    Bound to the brands in ``address_brand``; without any it serves them all. ``everybody``: every agent may use it,
    else only those in ``address_agent`` and ``address_group``. ``removed``: hidden, kept for the mail that names it.
    """

    __tablename__ = "sending_address"
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=320)  # normalised
    display_name: str = Field(default="", max_length=120)
    account_id: int = Field(foreign_key="account.id")
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    sequence: int = 10
    active: bool = True
    signature: str = Field(default="", sa_column_kwargs={"server_default": ""})  # "" = the brand's
    everybody: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    removed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class FolderCursor(SQLModel, table=True):
    """How far a folder of an account was fetched."""

    __tablename__ = "folder_cursor"
    account_id: int = Field(foreign_key="account.id", primary_key=True)
    folder: str = Field(primary_key=True, max_length=255)
    uidvalidity: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_uid: int = Field(sa_column=Column(BigInteger, nullable=False))


class ServerChore(SQLModel, table=True):
    """A stored message the IMAP server has still to be told of: to mark, move or delete it (``Account.after_fetch``).

    Written in the transaction that stores the message, taken out when the server confirmed.
    """

    __tablename__ = "server_chore"
    account_id: int = Field(foreign_key="account.id", primary_key=True)
    folder: str = Field(primary_key=True, max_length=255)
    uidvalidity: int = Field(sa_column=Column(BigInteger, primary_key=True, nullable=False, autoincrement=False))
    uid: int = Field(sa_column=Column(BigInteger, primary_key=True, nullable=False, autoincrement=False))
    copied: bool = False  # a copy is in the folder it moves to; the original is still to be removed


class PopSeen(SQLModel, table=True):
    """A message of a POP3 mailbox that is stored here: fetched never again, deleted there when its days are over."""

    __tablename__ = "pop_seen"
    account_id: int = Field(foreign_key="account.id", primary_key=True)
    uidl: str = Field(primary_key=True, max_length=70)  # RFC 1939 7: 1 to 70 characters
    raw_id: int = Field(foreign_key="raw_mail.id")
    seen_at: datetime
    whole: bool = True  # False: too large, only the header is stored; never deleted there
    deleted: bool = False  # the server confirmed it with its answer to QUIT


class RawMail(SQLModel, table=True):
    """A mail as it came, stored before anything else (C2).

    ``state``: stored, routed, quarantined, duplicate, ignored, spam.
    """

    __tablename__ = "raw_mail"
    __table_args__ = (
        UniqueConstraint("account_id", "sha256"),
        Index("ix_raw_mail_state", "state", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    account_id: int | None = Field(default=None, foreign_key="account.id")  # None: came by pipe, LMTP or file
    folder: str = ""
    uidvalidity: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    uid: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    sha256: str = Field(max_length=64)
    size_bytes: int
    envelope_from: str | None = None
    envelope_to: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    received_at: datetime
    state: str = Field(default="stored", max_length=16)
    attempts: int = 0  # times a parse or route of it died
    reason: str = ""
    sender: str = ""  # for the quarantine list
    subject: str = ""
    tried: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    # last, or SQLite walks through it to reach what stands behind
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Delivery(SQLModel, table=True):
    """One copy of one message for one recipient over one channel: the outbox row (R11).

    ``fence`` grows with each claim. ``wire`` is the exact bytes, made once at the first attempt.
    ``ready_at`` orders what is due: hold end, retry time. Key (message, recipient, channel) makes a relay idempotent.
    """

    __table_args__ = (
        UniqueConstraint("message_id", "recipient", "channel"),
        Index("ix_delivery_due", "state", "ready_at"),
        Index(
            "ix_delivery_queue", "account_id", "lane", "ready_at", "id", sqlite_where=_WAITS, postgresql_where=_WAITS
        ),
        Index("ix_delivery_order", "record_id", "recipient", "id"),
        Index("ix_delivery_inbox", "agent_id", "channel", "read_at"),
        Index("ix_delivery_auto", "ready_at", sqlite_where=text("lane = 2"), postgresql_where=text("lane = 2")),
        {"sqlite_autoincrement": True},  # an id stands in envelope senders: never used again
    )
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    record_id: int = Field(foreign_key="record.id")
    recipient: str = Field(max_length=320)  # normalised address, or "agent:ID" for the inbox
    name: str = ""
    channel: Channel = Field(sa_type=word(Channel))
    why: Why = Field(sa_type=word(Why))
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    account_id: int | None = Field(default=None, foreign_key="account.id")  # None for the inbox
    lane: int = 0
    state: DeliveryState = Field(sa_type=word(DeliveryState))
    ready_at: datetime
    first_try_at: datetime | None = None
    attempts: int = 0
    fence: int = 0
    lease_until: datetime | None = None
    holder: str = Field(default="", max_length=64)  # session of the process that claimed it
    envelope_from: str = ""
    reply_to: str = ""  # our signed reply address for this recipient
    reason: Reason | None = Field(default=None, sa_type=word(Reason))
    sentence: str = ""
    server_text: str = ""
    read_at: datetime | None = None  # inbox: when the agent saw it
    wire: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))  # last, like RawMail.content


class Attempt(SQLModel, table=True):
    """One try at a delivery, stored before dialing."""

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="delivery.id", index=True)
    number: int
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str = Field(default="", max_length=16)  # "" while it runs
    phase: str = Field(default="", max_length=16)
    code: int | None = None
    text: str = ""


class Lease(SQLModel, table=True):
    """Who does a job nobody else may do now ("fetch:3", "send:3"). ``fence`` grows when it changes hands."""

    name: str = Field(primary_key=True, max_length=64)
    holder: str = Field(max_length=64)
    fence: int
    until: datetime


class ChangeLog(SQLModel, table=True):
    """Append-only "look again at". Written in the same transaction as what changed; swept after an hour.

    AUTOINCREMENT: SQLite would give the ids of swept rows again, and a feed that saw them would miss the change.
    """

    __tablename__ = "change_log"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True)
    record_id: int | None = None
    topic: str = Field(max_length=16)  # record, quarantine, accounts, stored
    at: datetime
