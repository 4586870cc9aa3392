"""How much an account may send: the provider's limits, and what is left of them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that may be handed to a provider within any minute, hour or day. None: no limit known.

    Messages are SMTP transactions, recipients the addresses named in them.
    """

    messages_per_minute: int | None = None
    messages_per_hour: int | None = None
    messages_per_day: int | None = None
    recipients_per_minute: int | None = None
    recipients_per_hour: int | None = None
    recipients_per_day: int | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """What an account may still send now. ``left`` None: it has no limit."""

    left: int | None = None  # messages a person may send at this moment
    sentence: str = ""  # the tightest limit in words; "" without one
    next_at: datetime | None = None  # when the next may go, when none may now
