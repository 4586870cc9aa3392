"""When a login may be tried again after it was refused: providers lock accounts that fail too often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SAME_AGAIN = timedelta(minutes=15)
MOST_REFUSALS = 3  # with whatever passwords, within the window
WINDOW = timedelta(minutes=30)
SLACK = timedelta(minutes=1)  # an entry from a clock that was ahead counts no longer than this


@dataclass(frozen=True, slots=True)
class Refusal:
    """A login that was refused: ``tag`` is the secret's."""

    tag: str
    at: datetime


def may_try_at(refusals: Sequence[Refusal], tag: str, now: datetime) -> datetime | None:
    """Say when this secret may be tried next; None: now."""
    recent = [one for one in refusals if now - WINDOW < one.at <= now + SLACK]
    same = [one.at + SAME_AGAIN for one in recent if one.tag == tag]
    full = sorted(one.at for one in recent)[-MOST_REFUSALS:]
    if len(full) == MOST_REFUSALS:
        same.append(full[0] + WINDOW)
    later = max(same, default=None)
    return later if later is not None and later > now else None
