"""Facts gathered for routing one mail, and the decision with every rule that was tried."""

from dataclasses import dataclass
from enum import StrEnum


class Target(StrEnum):
    """Where a mail goes."""

    RECORD = "record"  # appended to a record
    NEW = "new"  # opens one record per creation
    BOUNCE = "bounce"  # a delivery report, applied to what it reports on
    DUPLICATE = "duplicate"
    LOOP = "loop"  # our own mail coming back
    IGNORED = "ignored"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """A stored message one of the mail's ids points at."""

    message_id: str
    record_id: int
    ours: bool  # we sent it (its id carries our tag)
    note: bool  # the answered thing was internal: the answer stays internal
    participants: frozenset[str]  # normalised addresses that took part on that record
    record_done: bool


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """A reply address of ours found among the recipients, and what its signature proved (R9)."""

    address: str
    record_id: int
    message_id: int
    recipient: str  # normalised address the token was issued to; "" = not known
    valid: bool


@dataclass(frozen=True, slots=True)
class AliasFact:
    """An alias one of the recipients matches."""

    alias_id: int
    address: str
    creates: str  # record kind
    brand_id: int | None
    exact: bool  # False: matched by local part only


@dataclass(frozen=True, slots=True)
class RoutingContext:
    """Everything the store knows that bears on one mail; gathered in one read before ``rules.routing.route``."""

    own_addresses: frozenset[str]  # aliases, sending addresses, notification and bounce addresses
    own_domains: frozenset[str]
    tokens: tuple[ReplyToken, ...]
    known: tuple[KnownMessage, ...]  # newest reference first
    tagged: tuple[KnownMessage, ...]  # records named by a subject tag [#1001]
    aliases: tuple[AliasFact, ...]
    duplicate_of: int | None  # message id of the same mail, already stored
    same_id_other_content: int | None
    default_kind: str  # "" = the account has no default
    sender_is_agent: bool
    sender_address: str  # normalised; "" = none
    quarantined_before: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule, what came of it, and because of what. The list of these is what ``w`` shows."""

    rule: str
    outcome: str  # "yes", "no", "skipped"
    because: str


@dataclass(frozen=True, slots=True)
class Creation:
    """A record to open."""

    kind: str
    alias_id: int | None
    brand_id: int | None


@dataclass(frozen=True, slots=True)
class RoutingDecision:
    """Where the mail goes and why. ``record_id`` with RECORD and BOUNCE (None: nothing of ours is reported on)."""

    target: Target
    tried: tuple[Tried, ...]
    record_id: int | None = None
    creations: tuple[Creation, ...] = ()
    internal: bool = False  # becomes a note: it answers one
    verified: bool = False  # a token issued to this very sender
    changes_state: bool = True  # False: machine mail, stored and dimmed
    relay: bool = True
    reason: str = ""  # for QUARANTINE: one sentence
