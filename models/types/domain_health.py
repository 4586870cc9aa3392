"""What the world sees of a mail domain of ours, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.types.dkim import DkimView


class Grade(StrEnum):
    """How a check ended, from the best to the worst."""

    GOOD = "good"
    HINT = "hint"  # could be there, need not
    WARNING = "warning"  # mail goes out, and some receivers will trust it less
    UNKNOWN = "unknown"  # DNS could not be asked: nothing is said about what is there
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. With a ``record_value``: what to add to DNS, or put in the place of what is there.

    The sentence may quote DNS: it is foreign, and unwashed.
    """

    check: str  # MX, SPF, DKIM, DMARC, reverse, TLS-RPT, MTA-STS
    grade: Grade
    sentence: str
    record_name: str = ""
    record_type: str = ""
    record_value: str = ""


@dataclass(frozen=True, slots=True)
class DomainReport:
    """All findings on one domain."""

    domain: str
    findings: tuple[Finding, ...]
    at: datetime

    @property
    def grade(self) -> Grade:
        """The worst of them."""
        order = list(Grade)
        return max((one.grade for one in self.findings), key=order.index, default=Grade.GOOD)


@dataclass(frozen=True, slots=True)
class SendingHost:
    """A server mail of the domain leaves by."""

    account: str
    host: str  # as it is set for SMTP
    own: bool  # on the premises: its address is the one receivers see
    bounce_domain: str  # of the envelope sender; SPF is asked of this one


@dataclass(frozen=True, slots=True)
class DomainQuestion:
    """What is to be judged."""

    domain: str
    keys: tuple[DkimView, ...]
    hosts: tuple[SendingHost, ...]
    ours: frozenset[str]  # all domains of ours; the DNS of others is their business
