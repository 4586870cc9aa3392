from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules import hold, outbox
from models.types.delivery import DeliveryState
from models.types.outbox import Accepted, Deferred, Outcome, Phase, Reason, Refused, Step, Unknown

S = DeliveryState
START = datetime(2026, 10, 1, 9, tzinfo=UTC)
CLAIMED = (S.SENDING, S.IN_DATA)
OUTCOMES: dict[str, Outcome] = {
    "accepted": Accepted("250 ok"),
    "greylisted": Deferred(Reason.GREYLIST, Phase.RCPT, "450 later", 450, "4.7.1"),
    "deferred after the dot": Deferred(Reason.SYSTEM, Phase.DOT, "451 disk", 451, "4.3.0"),
    "connection refused": Deferred(Reason.CONNECT, Phase.CONNECT, "refused", account_wide=True),
    "cut before the dot": Deferred(Reason.CONNECT, Phase.DATA, "connection lost"),
    "cut after the dot": Deferred(Reason.CONNECT, Phase.DOT, "connection lost"),
    "login busy": Deferred(Reason.SYSTEM, Phase.AUTH, "454 later", 454, "4.7.0", account_wide=True),
    "no such user": Refused(Reason.USER, Phase.RCPT, "550 unknown", 550, "5.1.1"),
    "refused after the dot": Refused(Reason.SPAM, Phase.DOT, "554 spam", 554, "5.7.1"),
    "refused without a reply after the dot": Refused(Reason.UNKNOWN, Phase.DOT, "?"),
    "5.x.x in a 4xx reply": Refused(Reason.USER, Phase.RCPT, "450 5.1.1 later", 450, "5.1.1"),
    "login refused": Refused(Reason.AUTH, Phase.AUTH, "535 no", 535, "5.7.8", account_wide=True),
    "login required": Refused(Reason.AUTH, Phase.MAIL, "530 authenticate", 530, "5.7.0"),
    "no answer": Unknown("connection lost after the dot"),
}
QUEUED, SENT, FAILED, UNSURE, PAUSED = "queued", "sent", "failed", "unsure", "paused"
EXPECTED = {
    "accepted": SENT,
    "greylisted": QUEUED,
    "deferred after the dot": QUEUED,
    "connection refused": QUEUED,
    "cut before the dot": QUEUED,
    "cut after the dot": UNSURE,
    "login busy": QUEUED,
    "no such user": FAILED,
    "refused after the dot": FAILED,
    "refused without a reply after the dot": UNSURE,
    "5.x.x in a 4xx reply": QUEUED,
    "login refused": PAUSED,
    "login required": PAUSED,
    "no answer": UNSURE,
}


def stepped(state: S, outcome: Outcome, *, attempts: int = 1, after: timedelta = timedelta()) -> Step:
    return outbox.step(
        state=state,
        attempts=attempts,
        first_try_at=START,
        outcome=outcome,
        now=START + after,
        address="anna@customer.example",
    )


@pytest.mark.parametrize("name", OUTCOMES)
@pytest.mark.parametrize("state", CLAIMED)
def test_each_outcome_of_a_claimed_row(state: S, name: str) -> None:
    step = stepped(state, OUTCOMES[name])
    expected = EXPECTED[name]
    assert step.pause_account == (expected == PAUSED)
    assert step.state == (S.QUEUED if expected == PAUSED else S(expected))
    assert (step.next_try_at is not None) == (step.state is S.QUEUED)
    assert step.tell_agent == (step.state in (S.FAILED, S.UNSURE))
    assert (step.sentence == "") == (step.state is S.SENT)
    assert (step.reason is None) == (step.state is S.SENT)


@pytest.mark.parametrize("name", OUTCOMES)
@pytest.mark.parametrize("state", [state for state in S if state not in CLAIMED])
def test_an_outcome_changes_no_row_that_is_not_claimed(state: S, name: str) -> None:
    step = stepped(state, OUTCOMES[name])
    assert step.state is state
    assert not step.pause_account
    assert not step.tell_agent


STATES = st.sampled_from(list(S))
ANY_OUTCOME = (
    st.builds(Accepted, st.just("250"))
    | st.builds(Unknown, st.just("lost"))
    | st.builds(
        Deferred,
        st.sampled_from(Reason),
        st.sampled_from(Phase),
        st.just(""),
        st.none() | st.integers(400, 599),
        st.sampled_from(["", "4.7.1", "5.1.1"]),
        st.booleans(),
    )
    | st.builds(
        Refused,
        st.sampled_from(Reason),
        st.sampled_from(Phase),
        st.just(""),
        st.none() | st.integers(400, 599),
        st.sampled_from(["", "4.7.1", "5.1.1"]),
        st.booleans(),
    )
)
EVENT = ANY_OUTCOME | st.sampled_from(["crash", "claim", "begin data"])


@given(st.lists(EVENT, max_size=30))
def test_whatever_happens_the_row_is_in_a_known_state(events: list[Outcome | str]) -> None:
    state, accepted, unsure, attempts = S.QUEUED, False, False, 0
    for event in events:
        before = state
        if event == "claim":
            attempts += state is S.QUEUED
            state = S.SENDING if state is S.QUEUED else state
        elif event == "begin data":
            state = S.IN_DATA if state is S.SENDING else state
        elif event == "crash":
            state = outbox.expired(state)
        elif not isinstance(event, str):
            state = stepped(state, event, attempts=attempts).state
            accepted = accepted or (before in CLAIMED and isinstance(event, Accepted))
        assert state in S
        assert (state is S.SENT) <= accepted  # only a 2xx claims that it was sent
        assert not (unsure and state is not S.UNSURE)  # nothing but a person ends that
        unsure = state is S.UNSURE
        if before is S.IN_DATA and event == "crash":
            assert state is S.UNSURE  # never tried again by itself after the server may have taken it


@given(
    st.sampled_from(CLAIMED),
    st.sampled_from(Reason),
    st.sampled_from([Phase.CONNECT, Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.DOT]),
    st.integers(400, 499),
    st.sampled_from(["5.1.1", "5.7.1", ""]),
)
def test_the_reply_codes_class_wins(state: S, reason: Reason, phase: Phase, code: int, enhanced: str) -> None:
    step = stepped(state, Refused(reason, phase, "", code, enhanced))
    assert step.state is S.QUEUED
    assert not step.pause_account


@given(st.sampled_from([r for r in Reason if r is not Reason.FULL]), st.booleans())
def test_retries_end_after_two_days(reason: Reason, account_wide: bool) -> None:
    now, attempts = START, 0
    while True:
        attempts += 1
        step = stepped(
            S.SENDING,
            Deferred(reason, Phase.RCPT, "", 450, account_wide=account_wide),
            attempts=attempts,
            after=now - START,
        )
        if step.state is S.FAILED:
            break
        assert step.next_try_at is not None
        assert step.next_try_at > now
        now = step.next_try_at
        assert now - START <= timedelta(hours=49)
    assert now - START >= timedelta(hours=48)
    assert step.tell_agent


def test_a_full_mailbox_ends_after_one_day() -> None:
    full = Deferred(Reason.FULL, Phase.RCPT, "", 452)
    assert stepped(S.SENDING, full, attempts=20, after=timedelta(hours=23)).state is S.QUEUED
    assert stepped(S.SENDING, full, attempts=20, after=timedelta(hours=24)).state is S.FAILED


@pytest.mark.parametrize("jump", [timedelta(days=365), timedelta(days=-365)])
def test_a_clock_that_jumps_fails_nothing_at_once(jump: timedelta) -> None:
    later = Deferred(Reason.GREYLIST, Phase.RCPT, "", 450)
    for attempts in range(1, 6):
        step = stepped(S.SENDING, later, attempts=attempts, after=jump)
        assert step.state is S.QUEUED
        assert step.next_try_at == START + jump + outbox.back_off(attempts)


@pytest.mark.parametrize("code", [530, 535])
@pytest.mark.parametrize("days", [0, 1, 30])
def test_a_refused_login_keeps_the_row_however_long_it_takes(code: int, days: int) -> None:
    refused = Refused(Reason.AUTH, Phase.AUTH, "", code, "5.7.8", account_wide=True)
    step = stepped(S.SENDING, refused, attempts=99, after=timedelta(days=days))
    assert (step.state, step.pause_account) == (S.QUEUED, True)


def test_the_waits() -> None:
    minutes = [outbox.back_off(attempts) / timedelta(minutes=1) for attempts in range(8)]
    assert minutes == [1, 1, 5, 15, 60, 60, 60, 60]


def test_what_a_lost_lease_leaves() -> None:
    assert {state: outbox.expired(state) for state in S if outbox.expired(state) is not state} == {
        S.SENDING: S.QUEUED,
        S.IN_DATA: S.UNSURE,
    }


def test_what_a_person_may_do() -> None:
    assert {state for state in S if outbox.may_cancel(state)} == {S.HELD, S.QUEUED, S.FAILED}
    assert {state for state in S if outbox.may_resend(state)} == {S.FAILED, S.BOUNCED, S.UNSURE}


def test_the_hold_is_longer_than_it_looks() -> None:
    assert hold.HOLD_SHOWN_SECONDS + 2 <= hold.HOLD_SECONDS <= hold.HOLD_SHOWN_SECONDS + 3
