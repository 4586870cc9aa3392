"""How a mail account fares; a module of its own, because the first frame needs it and none of the rest."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AccountState(StrEnum):
    """Whether an account works."""

    OK = "ok"
    FAILING = "failing"  # retried with back-off
    STOPPED = "stopped"  # login refused or switched off; somebody must act; the queue is kept


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """What the status line says of an account."""

    id: int
    name: str
    state: AccountState
    fetches: bool
    sends: bool
    last_success_at: datetime | None  # None: never yet
    failures: int  # in a row
    sentence: str  # what is wrong and what to do; "" when all is well
    queued: int  # deliveries waiting on this account
    left: int | None = None  # mails a person may send by it now, as its provider limits it; None: no limit
    budget: str = ""  # the tightest of its limits in words; "" without one
    next_at: datetime | None = None  # when the next may go, when none may now
