"""The outbox: states of one copy for one recipient, and what a transport can say of an attempt."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from models.types.delivery import DeliveryState


class Lane(IntEnum):
    """Priority among what is due; lower first (R11)."""

    HUMAN = 0
    RELAY = 1
    AUTO = 2


class Reason(StrEnum):
    """Class of a send failure (R21); the value is also the word in ``--json``."""

    AUTH = "auth"  # the account's login was refused
    SENDER = "sender"  # this account may not send as this address
    USER = "user"  # the recipient does not exist
    DOMAIN = "domain"  # the recipient's domain does not exist or takes no mail
    FULL = "full"  # mailbox full
    SIZE = "size"
    SPAM = "spam"
    POLICY = "policy"
    RATE = "rate"
    GREYLIST = "greylist"
    SYSTEM = "system"  # temporary trouble at the server or on the way
    TLS = "tls"
    CONNECT = "connect"
    CONTENT = "content"
    INACTIVE = "inactive"  # the account exists and is switched off
    SUPPRESSED = "suppressed"  # we did not try
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """Where in the SMTP dialogue a reply was read or a fault struck."""

    CONNECT = "connect"  # dial, greeting, EHLO, TLS
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"  # before the final dot was sent
    DOT = "dot"  # after the final dot


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took responsibility (2xx after the final dot)."""

    text: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not accepted, worth another try. ``account_wide``: the fault is the connection's, not this recipient's."""

    reason: Reason
    phase: Phase
    text: str  # the server's words, or ours for a local fault
    code: int | None = None
    enhanced: str = ""
    account_wide: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Not accepted, for good. ``account_wide`` (535, 530): stop the account and keep the queue."""

    reason: Reason
    phase: Phase
    text: str
    code: int | None = None
    enhanced: str = ""
    account_wide: bool = False
    sentence: str = ""  # ours for people; "" = that of the reason


@dataclass(frozen=True, slots=True)
class Unknown:
    """The final dot went out and no reply was read: accepted or not, nobody here knows (RFC 1047)."""

    text: str


Outcome = Accepted | Deferred | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Claim:
    """One delivery claimed for sending. ``fence`` grows with every claim; a settle with an old one is refused."""

    delivery_id: int
    message_id: int
    record_id: int | None
    account_id: int
    fence: int
    attempt: int  # 1 for the first
    envelope_from: str  # "" is the null sender
    envelope_to: str
    made: bool  # its bytes were made for an earlier attempt: they are sent again
    spent_at: datetime | None = None  # when it was booked on the account's budget; None: it has no limit


@dataclass(frozen=True, slots=True)
class Step:
    """What ``rules.outbox.step`` decided: the row's next state and when to look again."""

    state: DeliveryState
    next_try_at: datetime | None  # set for QUEUED only
    reason: Reason | None
    sentence: str  # for people; "" when all is well
    pause_account: bool = False  # stop this account's queue until somebody acts
    tell_agent: bool = False  # the record needs us again
