"""A reply or note being written, and what sending it can answer."""

from dataclasses import dataclass
from datetime import datetime

from models.types.draft_mode import DraftMode
from models.types.message import AttachmentView, MessageView
from models.types.people import Audience


@dataclass(frozen=True, slots=True)
class DraftView:
    """One agent's draft on one record in one mode; saved as typed.

    ``base`` is the newest message id the writer has seen: the reply guard compares it at send (C5).
    ``to`` None: the computed audience; else the addresses the writer chose.
    """

    id: int
    record_id: int
    mode: DraftMode
    subject: str
    text: str
    to: tuple[str, ...] | None
    base: int
    audience: Audience
    sender: str  # "Name <address>" it will go out as; "" for a note
    sender_rule: str  # the rule of choose_sender that won, in words
    version: int
    saved_at: datetime
    chosen: str = ""  # the sending address its writer chose; "" = as the rules say
    notices: tuple[str, ...] = ()  # what to know of the sender before it goes
    files: tuple[AttachmentView, ...] = ()  # attached, in their order


@dataclass(frozen=True, slots=True)
class Sent:
    """It stands in the thread and the outbox. ``hold_until`` None: nothing had to be mailed."""

    message_id: int
    hold_until: datetime | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Something happened on the record since the composer opened; nothing was sent, the draft is kept.

    Sending again with ``base`` raised to ``newest`` is the writer's "send anyway".
    """

    news: tuple[MessageView, ...]
    newest: int


@dataclass(frozen=True, slots=True)
class NotSendable:
    """The draft has problems; each is one sentence saying what to do."""

    problems: tuple[str, ...]


SendResult = Sent | Stopped | NotSendable


@dataclass(frozen=True, slots=True)
class Undone:
    """What ``z`` took back. ``draft`` is set when a held message returned to the composer."""

    sentence: str
    record_id: int | None
    draft: DraftView | None = None
