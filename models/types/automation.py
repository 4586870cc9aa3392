"""Automation rules: when what holds of a record, do this; and what came of asking them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.types.record import Need


class Trigger(StrEnum):
    """What happened to a record."""

    OPENED = "opened"  # a mail opened it
    WRITTEN = "written"  # a person's mail was added to it
    ANSWERED = "answered"  # an agent answered, here or by mail
    STAGE = "stage"  # an agent changed its stage


class About(StrEnum):
    """What a condition looks at. What is said of mail is, without one, said of the newest that came."""

    KIND = "kind"
    BRAND = "brand"
    TAG = "tag"
    STAGE = "stage"
    ASSIGNEE = "assignee"  # a login, or ``NOBODY``
    SENDER = "sender"  # an address, or "@" and a domain
    TO = "to"  # our address it was written to
    SUBJECT = "subject"  # words next to each other
    TEXT = "text"  # likewise, in what the writer added
    ATTACHMENT = "attachment"  # "yes"


class Operator(StrEnum):
    """How the values are meant: one of them holds, or none of them."""

    IS = "is"
    NOT = "not"


class Deed(StrEnum):
    """What a rule does."""

    SENDER = "sender"  # answers leave from this address (B8)
    ASSIGN = "assign"  # a login, or ``NOBODY``
    TAG = "tag"
    UNTAG = "untag"
    STAGE = "stage"
    FOLLOW = "follow"  # a login
    NEED = "need"
    REPLY = "reply"  # a template's name


NOBODY = "nobody"
YES = "yes"
MAIL_TRIGGERS = (Trigger.OPENED, Trigger.WRITTEN)  # there is a mail to answer
NEEDS = (Need.NEEDS_US, Need.WAITING, Need.DONE)  # what a rule may turn a record to: "later" wants a date


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold."""

    about: About
    values: tuple[str, ...]  # alternatives
    operator: Operator = Operator.IS


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do."""

    deed: Deed
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """An automation rule. All conditions must hold; none: it is for every record. ``id`` 0: not kept yet."""

    name: str
    when: tuple[Trigger, ...]
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()
    sequence: int = 10  # asked in this order, then by id
    active: bool = True
    stop: bool = False  # once it matched, no later rule is asked
    id: int = 0
    revision: int = 0


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as the list shows it. ``problems``: what it names that is not there any more."""

    rule: Rule
    changed_by: str
    changed_at: datetime | None
    applied: int
    applied_at: datetime | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule may name."""

    stages: Mapping[str, tuple[str, ...]]  # of each kind
    brands: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()  # logins
    senders: tuple[str, ...] = ()  # sending addresses
    templates: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()  # in use, for completion: others may be named
    aliases: tuple[str, ...] = ()  # for completion


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What rules judge: the record as it stands, and the mail. Addresses are normal."""

    kind: str
    brand: str
    tags: tuple[str, ...]
    stage: str
    assignee: str  # login; "" = nobody
    need: Need
    sender: str  # set by a rule before; "" = none
    followers: frozenset[str] = frozenset()  # logins
    stages: tuple[str, ...] = ()  # of this kind
    agents: frozenset[str] = frozenset()
    senders: frozenset[str] = frozenset()  # sending addresses this record's brand may use
    templates: frozenset[str] = frozenset()
    author: str = ""  # the mail's; "" = there is none
    written_to: frozenset[str] = frozenset()
    subject: str = ""
    text: str = ""
    attachments: int = 0
    replied: frozenset[int] = frozenset()  # ids of the rules that answered on this record before
    unanswerable: str = ""  # why this mail gets no automatic answer; "" = it may


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule that was asked, and why it did or did not match."""

    rule_id: int
    name: str
    matched: bool
    because: str


@dataclass(frozen=True, slots=True)
class Step:
    """One change a rule makes. ``before``: the value it replaces, "" where there is none."""

    rule_id: int
    name: str
    action: Action
    before: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What asking the rules came to: every verdict, and what is to be done, in order."""

    tried: tuple[Verdict, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Application:
    """What one rule once did to a record."""

    id: int
    record_id: int
    number: int  # the record's
    rule_id: int
    rule_name: str
    trigger: Trigger
    at: datetime
    sentences: tuple[str, ...]
    undone_at: datetime | None = None
    undone_by: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the rules would do to one record if this happened to it now."""

    record_id: int
    number: int
    title: str  # foreign and unwashed
    trigger: Trigger
    tried: tuple[Verdict, ...]
    sentences: tuple[str, ...]  # () = nothing


@dataclass(frozen=True, slots=True)
class Template:
    """A text rules answer with."""

    name: str
    text: str
    revision: int = 0
    changed_by: str = ""
    changed_at: datetime | None = None
