"""A mail as the gateway sees it, before it is anybody's message; plain values, JSON-able, no MIME objects."""

from dataclasses import dataclass, field
from datetime import datetime

from models.types.message import MailClass


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address from a header; either may be empty."""

    name: str
    address: str  # addr-spec as written, domain lower-cased; "" when the header held only a name

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A part to be shown as a file. ``path`` finds it again in the raw mail ("2.1": IMAP section style)."""

    name: str  # safe to save under (rules.filename.safe)
    media_type: str
    size_bytes: int
    path: str
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class BounceRecipient:
    """One recipient of a delivery report. ``kind``: hard, soft, delayed, delivered or unknown."""

    address: str
    status: str  # enhanced code (RFC 3463), "" when the report has none
    kind: str
    reason: str  # a ``Reason`` value
    text: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report or complaint says. ``original_ids``: Message-IDs of the returned mail."""

    is_bounce: bool = False
    is_complaint: bool = False
    recipients: tuple[BounceRecipient, ...] = ()
    original_ids: tuple[str, ...] = ()
    probable: bool = False  # free text, recognised by pattern only


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """Everything the gateway read out of one raw mail. Never raises to make: what is unreadable is empty and warned of.

    Ids carry angle brackets and no white space. Strings are unwashed (display washing is ``tui.render``'s) but hold
    no NUL and no lone surrogate, so both databases take them.
    """

    sender: tuple[Mailbox, ...]  # From, may be several or none
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    delivered_to: tuple[str, ...]  # Delivered-To, X-Original-To, Envelope-To, in order, addresses
    return_path: str | None  # None: no header; "" is the null sender
    subject: str
    message_id: str  # "" = missing or unusable
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    text: str
    reply_text: str  # what the writer added: no quote, no signature
    has_html: bool
    attachments: tuple[AttachedFile, ...]
    mail_class: MailClass
    auto_generated: bool
    no_autoreply: bool  # never answer this automatically
    bounce: Bounce
    loop_tag: str  # our own X-Nightdesk-Loop value, "" = none
    list_id: str
    auth_results: tuple[str, ...]  # Authentication-Results, topmost first, unparsed
    warnings: tuple[str, ...] = ()
    spam: bool = False  # a filter on its way marked it


@dataclass(frozen=True, slots=True)
class FileOut:
    """An attachment to send."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ForwardedFile:
    """A part of a mail that came in, to be sent along (``AttachedFile.path``)."""

    name: str
    media_type: str
    path: str


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """Everything ``mime.compose`` needs to make the bytes of one copy. Ids with angle brackets, addresses bare."""

    sender: Mailbox
    reply_to: Mailbox | None
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    subject: str
    message_id: str
    in_reply_to: str  # "" for a first message
    references: tuple[str, ...]
    date: datetime
    text: str
    quoted: str = ""  # the answered text, unquoted; compose adds "> "
    quoted_intro: str = ""  # "On ..., Anna wrote:"
    attachments: tuple[FileOut, ...] = ()
    forwarded: tuple[ForwardedFile, ...] = ()  # cut from ``forwarded_from`` before the mail is composed
    forwarded_from: bytes = b""
    automatic: str = ""  # "" = a human wrote it; else the Auto-Submitted value (RFC 3834 5)
    loop_tag: str = ""  # X-Nightdesk-Loop, on relays and automatic mail
    extra: tuple[tuple[str, str], ...] = field(default_factory=tuple)
