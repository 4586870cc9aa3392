"""Keep accounts within their providers' limits: what is claimed is booked in the same transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from models.rules import budget as rule
from models.store import budget
from models.store.budget import Budget
from models.types.limits import Limits
from models.types.outbox import Claim, Deferred, Lane, Outcome, Phase, Reason, Refused

LOOK_AGAIN = timedelta(minutes=1)  # a lane that is shut is looked at this often, whatever clocks do meanwhile


def book(session: Session, budgets: dict[int, Budget], claims: Sequence[Claim], now: datetime) -> list[Claim]:
    """Book what was claimed, and write down when each lane opens; the claims with the moment they are booked on."""
    counts = Counter(claim.account_id for claim in claims)
    booked: dict[int, datetime] = {}
    for account_id, one in budgets.items():
        spent, _ = rule.as_of(one.spent, now)  # kept even when nothing is claimed: a clock may have been set back
        if counts[account_id]:
            spent, booked[account_id] = rule.spend(one.limits, spent, now, counts[account_id], counts[account_id])
        times = _times(one.limits, spent, now)
        if spent != one.spent or times != one.times:
            budget.put(session, account_id, spent, times)
    return [replace(claim, spent_at=booked.get(claim.account_id)) for claim in claims]


def refund(session: Session, claim: Claim, now: datetime) -> None:
    """Give back what a claim was booked for: its mail never reached the provider."""
    if claim.spent_at is None:
        return
    one = budget.of(session, claim.account_id, lock=True)
    spent = rule.refund(one.spent, claim.spent_at, 1, 1)
    budget.put(session, claim.account_id, spent, _times(one.limits, spent, now))


def heed(session: Session, claim: Claim, outcome: Outcome, now: datetime) -> None:
    """Book back a mail that never got as far as being offered; slow down after a "too many"."""
    if not isinstance(outcome, Deferred | Refused):
        return
    if outcome.phase in (Phase.CONNECT, Phase.AUTH):
        refund(session, claim, now)
    if outcome.reason is Reason.RATE:
        one = budget.of(session, claim.account_id, lock=True)
        spent = rule.slowed(one.spent, now)
        budget.put_slowed(session, claim.account_id, spent, _times(one.limits, spent, now))


def set_right(session: Session, now: datetime, slack: timedelta) -> int:
    """Open lanes that a clock shut which was ahead."""
    return budget.end_waits(session, now + LOOK_AGAIN + slack)


def _times(limits: Limits, spent: rule.Spent, now: datetime) -> dict[Lane, datetime | None]:
    latest = now + LOOK_AGAIN
    return {lane: min(at, latest) if at else None for lane, at in rule.opens_at(limits, spent, now).items()}
