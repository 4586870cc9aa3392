"""Records as the list shows them: kind, number, title, who waits for whom, and the views that select them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Need(StrEnum):
    """Who has to act next, over all kinds of record (R22, states)."""

    NEEDS_US = "needs_us"  # the last word is a customer's, or a delivery failed
    WAITING = "waiting"  # the last word is ours
    LATER = "later"  # put off until a date or a reply
    DONE = "done"


class View(StrEnum):
    """What the record list selects. ``QUARANTINE`` lists mail, the others list records."""

    OPEN = "open"  # needs_us, then waiting, then later
    NEEDS_US = "needs_us"
    MINE = "mine"  # assigned to me, not done
    DONE = "done"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A row's place in the stream: the keyset cursor of every list page.

    ``position`` is ``rules.triage.position(need, since)`` (ascending is newest need first), ``id`` breaks ties.
    """

    position: int
    id: int


@dataclass(slots=True)  # nobody changes one; to forbid it would be half the cost of a page (measured: 420 us, not 170)
class RecordRow:
    """One line of the record list. Text fields are foreign and unwashed: only ``tui.render`` may show them."""

    id: int
    kind: str  # "ticket", "opportunity", "order", "invoice" or a kind the desk defines
    number: int  # unique over all kinds; written #1001
    title: str
    stage: str
    need: Need
    need_since: datetime
    need_reason: str  # "" or why it stands here: "bounced", "reply", "new"
    assignee: str  # login; "" = nobody
    contact: str  # name or address of the customer; "" = none
    brand: str
    tags: tuple[str, ...]
    priority: int  # 0 normal, 1 high, 2 urgent, -1 low
    amount_cents: int | None  # None: this kind carries no amount
    currency: str  # ISO 4217, "" with no amount
    preview: str  # first words of the newest message, at most 190 characters
    watchers: tuple[str, ...]  # logins that have it open now, without mine (presence)
    revision: int
    place: Place


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """One mail that could not be routed; ``id`` is the raw mail's. ``place`` orders newest first."""

    id: int
    sender: str
    subject: str
    reason: str
    received_at: datetime
    place: Place


ListRow = RecordRow | QuarantineRow


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows each view has."""

    open: int
    needs_us: int
    mine: int
    done: int
    quarantine: int
