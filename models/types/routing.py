"""Facts gathered for routing one mail, and the decision with every rule that was tried."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Target(StrEnum):
    """Where a mail goes."""

    RECORD = "record"  # appended to a record
    NEW = "new"  # opens one record per creation
    BOUNCE = "bounce"  # a delivery report, applied to what it reports on
    DUPLICATE = "duplicate"
    LOOP = "loop"  # our own mail coming back
    IGNORED = "ignored"
    SPAM = "spam"  # kept, shown to nobody: an agent said so of this sender
    QUARANTINE = "quarantine"


class Policy(StrEnum):
    """Whose mail may open records through an alias (R5); others' waits in quarantine."""

    EVERYONE = "everyone"
    KNOWN = "known"  # customers and agents
    FOLLOWERS = "followers"  # who follows a record of the kind already, and agents


class Verb(StrEnum):
    """What an agent said shall be done with a sender's mail from now on."""

    SPAM = "spam"
    OPEN = "open"  # a record of a kind, whatever address it came to


@dataclass(frozen=True, slots=True)
class SenderFact:
    """The rule for this sender; one for the address goes before one for its domain."""

    sender: str  # normal address, or "@" and a domain
    verb: Verb
    kind: str = ""  # with ``OPEN``


@dataclass(frozen=True, slots=True)
class ClosedFact:
    """A record that is done, and too long ago for an answer to open it again (R4)."""

    record_id: int
    number: int
    kind: str
    brand_id: int | None
    continued_in: int | None  # the record an earlier answer opened, if that one still takes answers


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """A stored message one of the mail's ids points at."""

    message_id: str
    record_id: int
    ours: bool  # we sent it (its id carries our tag)
    note: bool  # the answered thing was internal: the answer stays internal
    participants: frozenset[str]  # normalised addresses that took part on that record
    record_done: bool
    kind: str = ""  # the record's kind; "" = not known, then no forward is seen


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """A reply address or envelope sender of ours among the recipients, and what its signature proved (R9)."""

    address: str
    record_id: int
    message_id: int
    recipient: str  # normalised address the token was issued to; "" = not known
    valid: bool
    note: bool = False  # the answered thing was internal
    participants: frozenset[str] = frozenset()  # as of KnownMessage


@dataclass(frozen=True, slots=True)
class AliasFact:
    """An alias one of the recipients matches."""

    alias_id: int
    address: str
    creates: str  # record kind
    brand_id: int | None
    exact: bool  # False: matched by local part only
    policy: Policy = Policy.EVERYONE
    catchall: bool = False  # the recipient is nobody's address, and this alias takes such mail at its domain


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
    own_loop: bool = False  # the mail carries this desk's loop header, or a Message-ID only we can make
    sender_verified: bool = False  # our receiving server proved the From (R7)
    report_record_id: int | None = None  # whose mail a report returns, by signed envelope or our own Message-ID
    default_brand_id: int | None = None  # goes with default_kind
    creation_quota_left: bool = True  # this sender may open another record now (R6)
    update_quota_left: bool = True  # this sender may write to the same record again now
    over_quota: frozenset[int] = frozenset()  # records this sender wrote to too often (R6)
    closed: tuple[ClosedFact, ...] = ()
    sender_rule: SenderFact | None = None
    sender_known: bool = True  # a customer or an agent; True when nobody asked
    sender_follows: frozenset[str] | None = None  # kinds of the records this sender follows; None when nobody asked


class Tried(NamedTuple):
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
    verified: bool = False  # a token issued to this very sender, or the server proved the From
    changes_state: bool = True  # False: machine mail, stored and dimmed
    relay: bool = True  # False: no copies to customers
    tell_staff: bool = True  # agents who follow get their copy; True with relay False: nobody proved who wrote it
    warnings: tuple[str, ...] = ()  # to be shown with the message
    reason: str = ""  # for QUARANTINE: one sentence
    outsider: bool = False  # nobody proved that its author takes part there, so nobody named in it does by it
    continues_id: int | None = None  # with NEW: the closed record this one follows


Finding = tuple[Tried, RoutingDecision | None]  # what one rule found; None: the next rule is asked
