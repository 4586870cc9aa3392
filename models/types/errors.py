"""The one error family a user may see.

NightdeskError          a sentence for the user, a remedy, an exit code
├── SettingsError       the configuration cannot be used               (78 EX_CONFIG)
├── DatabaseError       the database cannot be reached or written      (75 EX_TEMPFAIL)
├── NotFound            a named record, account, message is not there  (66 EX_NOINPUT)
├── NotAllowed          the request is understood and not allowed      (77 EX_NOPERM)
├── Unfit               what was typed cannot be kept, field by field  (65 EX_DATAERR)
├── Overtaken           somebody else changed it since it was read     (75)
└── LeaseLost           another process serves this now; stop quietly  (75)
"""

from collections.abc import Sequence
from dataclasses import dataclass


class NightdeskError(Exception):
    """One clear sentence (``str(error)``) and what to do about it (``remedy``, may be empty)."""

    exit_code = 70  # EX_SOFTWARE, sysexits.h

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(sentence)
        self.remedy = remedy


class SettingsError(NightdeskError):
    """The configuration file, the environment or an argument cannot be used."""

    exit_code = 78


class DatabaseError(NightdeskError):
    """The database cannot be reached, is locked, full or read-only; nothing was saved."""

    exit_code = 75


class NotFound(NightdeskError):
    """What was asked for does not exist."""

    exit_code = 66


class NotAllowed(NightdeskError):
    """The request is understood and not allowed."""

    exit_code = 77


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field of a form or a command."""

    field: str
    sentence: str


class Unfit(NightdeskError):
    """What was typed cannot be kept; nothing was saved. ``problems`` says why, by field."""

    exit_code = 65

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.sentence}" for one in problems))
        self.problems = tuple(problems)


class Overtaken(NightdeskError):
    """Somebody else changed the same thing since it was read; nothing was saved. The sentence says who and what."""

    exit_code = 75


class LeaseLost(NightdeskError):
    """Another process took the lease over; whoever held it stops writing."""

    exit_code = 75
