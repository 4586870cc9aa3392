"""The ladder of a delivery: what an attempt's outcome makes of it, and when to try again (R11)."""

from datetime import datetime, timedelta

from models.rules.smtp_reply import LOGIN_CODES, sentence
from models.types.delivery import DeliveryState
from models.types.outbox import Accepted, Deferred, Outcome, Phase, Reason, Refused, Step, Unknown

GIVE_UP_AFTER = timedelta(hours=48)
GIVE_UP_FULL_AFTER = timedelta(hours=24)  # a mailbox full for a day is nobody's mailbox
LEAST_ATTEMPTS = 6  # a clock that jumps, or workers that slept for days, fail nothing at the first try
_BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
LONGEST_BACK_OFF = _BACK_OFF[-1]
_MAYBE = "The connection broke after the whole message was sent to {}: it may have arrived. Look before sending again."


def step(
    *, state: DeliveryState, attempts: int, first_try_at: datetime, outcome: Outcome, now: datetime, address: str
) -> Step:
    """Decide what an attempt's outcome makes of a claimed delivery.

    ``attempts`` counts this one. A row that is not claimed (any state but sending and in_data) stays as it is.
    """
    if state not in (DeliveryState.SENDING, DeliveryState.IN_DATA):
        return Step(state, now if state is DeliveryState.QUEUED else None, None, "")
    if isinstance(outcome, Accepted):
        return Step(DeliveryState.SENT, None, None, "")
    if isinstance(outcome, Unknown) or _unanswered(outcome):
        return Step(DeliveryState.UNSURE, None, Reason.SYSTEM, _MAYBE.format(address), tell_agent=True)
    said = (outcome.sentence if isinstance(outcome, Refused) else "") or sentence(outcome.reason, address=address)
    if _account_must_stop(outcome):
        # the account's fault uses up none of the recipient's time: it waits as long as the repair takes
        return Step(DeliveryState.QUEUED, now, outcome.reason, said, pause_account=True)
    if _final(outcome) or _too_late(outcome, attempts, now - first_try_at):
        return Step(DeliveryState.FAILED, None, outcome.reason, said, tell_agent=True)
    return Step(DeliveryState.QUEUED, now + back_off(attempts), outcome.reason, said)


def back_off(attempts: int) -> timedelta:
    """Give the wait after this many attempts: 1, 5, 15, 60 minutes, then hourly."""
    return _BACK_OFF[min(max(attempts, 1), len(_BACK_OFF)) - 1]


def expired(state: DeliveryState) -> DeliveryState:
    """Give the state of a row whose lease ran out: nothing was promised before ``in_data``, anything after it."""
    return {DeliveryState.SENDING: DeliveryState.QUEUED, DeliveryState.IN_DATA: DeliveryState.UNSURE}.get(state, state)


def may_cancel(state: DeliveryState) -> bool:
    """Tell whether a person may still take the delivery out of the outbox."""
    return state in (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.FAILED)


def may_resend(state: DeliveryState) -> bool:
    """Tell whether a person may send it again, with the same Message-ID."""
    return state in (DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.UNSURE)


def _unanswered(outcome: Deferred | Refused) -> bool:
    # after the final dot only a reply says no; a fault without one says nothing (RFC 1047)
    return outcome.phase is Phase.DOT and outcome.code is None


def _account_must_stop(outcome: Deferred | Refused) -> bool:
    login = outcome.code in LOGIN_CODES
    return login or (isinstance(outcome, Refused) and outcome.account_wide and not _may_pass(outcome))


def _final(outcome: Deferred | Refused) -> bool:
    return isinstance(outcome, Refused) and not _may_pass(outcome)


def _may_pass(outcome: Deferred | Refused) -> bool:
    # "too many" says nothing of this mail, whichever code it comes with (Gmail: 550 5.4.5, Microsoft: 5.7.232)
    return _says_later(outcome) or outcome.reason is Reason.RATE


def _says_later(outcome: Deferred | Refused) -> bool:
    # the reply code's class decides, whatever the enhanced code claims (RFC 5321 4.2.1)
    return outcome.code is not None and 400 <= outcome.code < 500


def _too_late(outcome: Deferred | Refused, attempts: int, since_first_try: timedelta) -> bool:
    limit = GIVE_UP_FULL_AFTER if outcome.reason is Reason.FULL else GIVE_UP_AFTER
    return attempts >= LEAST_ATTEMPTS and since_first_try >= limit
