"""Serve the outbox: claim copies, mark the point of no return, settle what became of them, pick up after the dead.

The row's state says at any moment what may have happened: ``sending`` nothing was promised; ``in_data`` committed
before the final dot, so that after a crash it is ``unsure`` and never sent again by itself, unless the sender's journal
knows better.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from models.rules import outbox as ladder
from models.rules.budget import allowance
from models.rules.hold import HOLD_SECONDS
from models.services import pacing
from models.services.need import turn
from models.store import accounts, ahead, budget, outbox, outbox_turn
from models.store.accounts import Half
from models.store.changes import announce, announce_records
from models.store.outbox import DeliveryFacts
from models.store.outbox_turn import Claimed
from models.types.delivery import DeliveryState
from models.types.errors import LeaseLost
from models.types.failpoint import Point, reach
from models.types.outbox import Accepted, Claim, Deferred, Outcome, Reason, Refused, Step, Unknown
from models.types.record import Need

DOT_LEASE = timedelta(minutes=11)  # the final dot's answer may take 10 minutes (RFC 5321 4.5.3.2.6)
CLAIMED = (DeliveryState.SENDING, DeliveryState.IN_DATA)
OPEN = (*CLAIMED, DeliveryState.UNSURE)
_CRASHED = "The sending process ended after the whole message was sent: it may have arrived. Look before sending again."


def claim(
    session: Session,
    *,
    account_ids: Collection[int],
    holder: str,
    now: datetime,
    lease_seconds: float,
    limit: int,
) -> list[Claim]:
    """Claim due copies of these accounts for this process, in the order to send them; [] when there is nothing."""
    if not account_ids or limit < 1:
        return []
    budgets = budget.read(session, account_ids, lock=True)
    claims = outbox.claim(
        session,
        account_ids=account_ids,
        holder=holder,
        now=now,
        lease_seconds=lease_seconds,
        limit=limit,
        allowed={account_id: allowance(one.limits, one.spent, now) for account_id, one in budgets.items()},
    )
    if budgets:
        claims = pacing.book(session, budgets, claims, now)
    if claims:
        reach(Point.CLAIM)
    return claims


def promise(
    session: Session, claims: Sequence[Claim], fresh: Mapping[int, bytes], now: datetime, lease_seconds: float
) -> frozenset[int]:
    """Commit to the final dots of a turn. ``fresh``: bytes just made, by delivery; every later try sends the same.

    Returns the copies that another process has by now: nothing of them may be sent. ``NotAllowed``: one of them may not
    leave as its sender any more, so none was promised.
    """
    rows = outbox_turn.locked(session, [claim.delivery_id for claim in claims])
    ours = [one.delivery_id for one in claims if _held(rows.get(one.delivery_id), one, (DeliveryState.SENDING,))]
    outbox_turn.promise(session, {one: fresh.get(one) for one in ours}, now + timedelta(seconds=lease_seconds))
    reach(Point.PROMISE)
    return frozenset(claim.delivery_id for claim in claims) - frozenset(ours)


def renew(session: Session, claim: Claim, now: datetime, lease_seconds: float) -> None:
    """Keep a claim longer. ``LeaseLost`` when it is no longer ours."""
    _change(session, claim, CLAIMED, lease_until=now + timedelta(seconds=lease_seconds))


def settle(session: Session, outcomes: Sequence[tuple[Claim, Outcome]], now: datetime) -> frozenset[int]:
    """Write down what became of claimed copies, and what follows from it for their records and accounts.

    A late answer still settles a copy that was given up as unsure. Returns the copies that were claimed or sent again
    since: nothing was written of them.
    """
    rows = outbox_turn.locked(session, [claim.delivery_id for claim, _ in outcomes])
    ours = [(rows[one.delivery_id], one, said) for one, said in outcomes if _held(rows.get(one.delivery_id), one, OPEN)]
    steps = [(row, claim, said, _step(row, said, now)) for row, claim, said in ours]
    _sent(session, [(row, claim) for row, claim, _, step in steps if step.state is DeliveryState.SENT], now)
    for row, claim, said, step in steps:
        if step.state is not DeliveryState.SENT:
            _not_sent(session, row, claim, said, step, now)
    reach(Point.SETTLE)
    return frozenset(claim.delivery_id for claim, _ in outcomes) - frozenset(row.id for row, _, _ in ours)


def release(session: Session, claim: Claim, now: datetime) -> None:
    """Give a copy back whose final dot was not sent, whatever its row fears. ``LeaseLost``: it is no longer ours."""
    _change(session, claim, OPEN, state=DeliveryState.QUEUED, ready_at=now, lease_until=None)
    outbox.end_attempt(session, claim.delivery_id, claim.attempt, now=now, outcome="released")
    pacing.refund(session, claim, now)


def recover(session: Session, now: datetime) -> int:
    """Pick up the copies whose process died or hangs; how many. Those past the final dot become unsure, visibly."""
    rows = outbox.expired(session, now, longest_lease=DOT_LEASE)
    for row in rows:
        state = ladder.expired(row.state)
        if state is DeliveryState.UNSURE:
            step = Step(state, None, Reason.SYSTEM, _CRASHED, tell_agent=True)
        else:
            step = Step(state, now, None, "")
        _write(session, row, step, "", now)
        outbox.end_attempt(session, row.id, row.attempts, now=now, outcome="lost")
    if rows:
        reach(Point.RECOVER)
    return len(rows)


def set_right(session: Session, now: datetime) -> int:
    """End the waits a clock left behind that was ahead and has been set back; how many."""
    hold = timedelta(seconds=HOLD_SECONDS)
    ended = ahead.end_waits(session, now, longest_wait=ladder.LONGEST_BACK_OFF, hold=hold)
    ended += ahead.end_absences(session, now, longest_wait=accounts.LONGEST_WAIT)
    ended += pacing.set_right(session, now, ahead.SLACK)
    if ended:
        announce(session, now, topic="accounts")
    return ended


def _change(session: Session, claim: Claim, states: Collection[DeliveryState], **values: object) -> None:
    if not outbox.change(session, claim.delivery_id, claim.fence, states, **values):
        raise LeaseLost("Another process took this message over.")


def _held(row: Claimed | None, claim: Claim, states: Collection[DeliveryState]) -> bool:
    return row is not None and row.fence == claim.fence and row.state in states


def _step(row: Claimed, outcome: Outcome, now: datetime) -> Step:
    return ladder.step(
        state=DeliveryState.IN_DATA if row.state is DeliveryState.UNSURE else row.state,
        attempts=row.attempts,
        first_try_at=row.first_try_at or now,
        outcome=outcome,
        now=now,
        address=row.recipient,
    )


def _sent(session: Session, taken: Sequence[tuple[Claimed, Claim]], now: datetime) -> None:
    if not taken:
        return
    outbox_turn.sent(session, [row for row, _ in taken], now)
    announce_records(session, now, [row.record_id for row, _ in taken])
    for account_id in {claim.account_id for _, claim in taken}:
        if accounts.works(session, account_id, Half.SEND, now):
            announce(session, now, topic="accounts")


def _not_sent(session: Session, row: Claimed, claim: Claim, outcome: Outcome, step: Step, now: datetime) -> None:
    step = _account(session, claim.account_id, outcome, step, now)
    pacing.heed(session, claim, outcome, now)
    text = "" if isinstance(outcome, Accepted) else outcome.text
    _write(session, row, step, text, now)
    outbox.end_attempt(
        session,
        row.id,
        row.attempts,
        now=now,
        outcome=type(outcome).__name__.lower(),
        phase=str(getattr(outcome, "phase", "")),
        code=getattr(outcome, "code", None),
        text=text,
    )


def _account(session: Session, account_id: int, outcome: Outcome, step: Step, now: datetime) -> Step:
    """Note what the outcome says of the account; its whole queue waits with it, not only this copy."""
    if step.pause_account:
        accounts.fails(session, account_id, Half.SEND, step.sentence, now, stop=True)
    elif isinstance(outcome, Deferred | Refused) and outcome.account_wide and outcome.reason is not Reason.RATE:
        retry_at = accounts.fails(session, account_id, Half.SEND, step.sentence, now)
        if step.state is DeliveryState.QUEUED:
            step = replace(step, next_try_at=retry_at)
    elif isinstance(outcome, Unknown) or not accounts.works(session, account_id, Half.SEND, now):
        return step
    announce(session, now, topic="accounts")
    return step


def _write(session: Session, row: Claimed | DeliveryFacts, step: Step, server_text: str, now: datetime) -> None:
    outbox.change(
        session,
        row.id,
        row.fence,
        (row.state,),
        state=step.state,
        ready_at=step.next_try_at or now,
        lease_until=None,
        reason=step.reason,
        sentence=step.sentence,
        server_text=server_text,
    )
    if step.tell_agent:
        turn(session, row.record_id, Need.NEEDS_US, _reason(step.state), now)
    else:
        announce(session, now, row.record_id)


def _reason(state: DeliveryState) -> str:
    return "unsure" if state is DeliveryState.UNSURE else "not delivered"
