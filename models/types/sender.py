"""Addresses a message may go out as, the question which, and the answer with every candidate weighed (R10)."""

from dataclasses import dataclass
from enum import StrEnum


class Proof(StrEnum):
    """What the newest test of an account said (B5)."""

    OK = "ok"
    UNTESTED = "untested"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sending address with what decides about its use. Addresses and domains are normal (rules.address)."""

    id: int
    address: str
    display_name: str
    account_id: int
    agent_id: int | None = None  # whose own address it is; None: the company's
    brands: frozenset[int] = frozenset()  # that it is bound to; none: unbound, may serve every brand
    sequence: int = 10
    active: bool = True
    proof: Proof = Proof.OK
    allowed: bool = True  # the author, or a group of theirs, may use it
    server_filter: tuple[str, ...] = ()  # addresses and domains its server sends as; () = any
    removed: bool = False  # taken out of the desk; known for what was written under it


@dataclass(frozen=True, slots=True)
class SenderQuestion:
    """Who answers what, and what was wished for."""

    agent_id: int | None  # the author; None: an automation
    author_name: str
    brand_id: int | None  # the record's
    brand_name: str
    company_domains: frozenset[str] = frozenset()  # of the record's company
    explicit: str = ""  # chosen in the composer
    by_rule: str = ""  # chosen by an automation rule
    stay_on: str = ""  # the address the customer wrote to, where the brand wishes to stay on it
    last_seen: str = ""  # the sender the customer saw last
    personal_senders: bool = True  # False: the brand forbids employees' unbound addresses
    notification: Candidate | None = None  # the brand's, for what a server may not send as


@dataclass(frozen=True, slots=True)
class Weighed:
    """One candidate and what came of it."""

    address: str
    rule: str  # the rule it could win by
    available: bool
    because: str
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class SenderOptions:
    """The addresses a draft could go out as. ``usual``: what the rules say without a choice; "" = none."""

    usual: str
    listed: tuple[Weighed, ...]  # in the order of the rules, those that are not available too


@dataclass(frozen=True, slots=True)
class SenderChoice:
    """What a message goes out as. ``refusal`` set: it cannot go, and the rest but ``tried`` is empty."""

    address: str
    display_name: str
    account_id: int | None
    rule: str  # in words, with its letter: "E the brand's address"
    tried: tuple[Weighed, ...]
    notices: tuple[str, ...] = ()  # what the composer should say: rewritten sender, another one than last time
    refusal: str = ""  # why not, and who can help
    address_id: int | None = None  # of the sending address that was chosen, whatever it goes out as
