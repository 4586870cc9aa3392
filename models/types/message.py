"""Messages of a record's thread, and what became of each copy."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.types.delivery import DeliveryState
from models.types.people import Channel, Why
from models.types.record import ListRow


class MessageKind(StrEnum):
    """What a line of the thread is."""

    EMAIL = "email"
    NOTE = "note"  # internal; never leaves the house
    LOG = "log"  # field changes
    SMS = "sms"
    WHATSAPP = "whatsapp"


class Direction(StrEnum):
    """Which way a message went."""

    IN = "in"
    OUT = "out"
    INSIDE = "inside"  # notes and logs


class MailClass(StrEnum):
    """Who or what wrote an incoming mail (R6). Anything but ``HUMAN`` is dimmed and changes no state."""

    HUMAN = "human"
    AUTOREPLY = "autoreply"
    LIST = "list"
    REPORT = "report"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One copy of one message and its state in words the thread can show."""

    id: int
    name: str
    address: str
    channel: Channel
    why: Why
    state: DeliveryState
    hold_until: datetime | None  # set while held
    next_try_at: datetime | None  # set while queued after a deferral
    attempts: int
    sentence: str  # our words for a failure (R21); "" when there is none
    server_text: str  # the server's own words, foreign and unwashed; "" when there are none


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A file that came with or goes out with a message."""

    id: int
    name: str  # cleaned for saving (rules.filename)
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message of a thread. Text fields are foreign and unwashed: only ``tui.render`` may show them."""

    id: int
    record_id: int | None  # None: a quarantined mail, shown but on no record
    kind: MessageKind
    direction: Direction
    mail_class: MailClass
    author_name: str
    author_address: str
    author_login: str  # "" = not an agent
    verified: bool  # the sender was proved (token or authentication); False shows a mark on incoming mail
    subject: str
    text: str  # readable text; HTML mail already turned into text
    new_text: str  # without quote and signature; "" when nothing was folded away
    to: tuple[str, ...]  # as in the header, "Name <address>"
    cc: tuple[str, ...]
    created_at: datetime
    sent_at: datetime | None  # Date header; None = missing or unreadable
    deliveries: tuple[DeliveryView, ...]
    attachments: tuple[AttachmentView, ...]
    why: tuple[tuple[str, str, str], ...]  # routing rules tried: (rule, outcome, because)
    warnings: tuple[str, ...]  # "not fully parsed", "same Message-ID as ..."
    message_id: str  # RFC 5322 3.6.4, with angle brackets
    left_out: tuple[tuple[str, str], ...] = ()  # who got no copy: (name or address, why)


@dataclass(frozen=True, slots=True)
class FollowerView:
    """A follower as the thread's head lists them."""

    name: str
    address: str
    channel: Channel
    staff: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """A record (or a quarantined mail) with its newest messages, oldest first."""

    row: ListRow
    messages: tuple[MessageView, ...]
    older: int  # messages before the first one shown
    followers: tuple[FollowerView, ...]
