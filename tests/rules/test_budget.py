"""No window ever holds more than its limit, whatever is asked and whatever clocks do."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.rules import budget
from models.rules.budget import Spent
from models.types.limits import NO_LIMITS, Limits
from models.types.outbox import Lane

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LENGTH = {"minute": 60, "hour": 3600, "day": 86400}
SECONDS = st.one_of(st.floats(0, 3), st.floats(0, 90), st.floats(0, 4000), st.floats(0, 90_000))
LIMITS = st.builds(
    Limits,
    messages_per_minute=st.none() | st.integers(0, 12),
    messages_per_hour=st.none() | st.integers(0, 30),
    messages_per_day=st.none() | st.integers(0, 60),
    recipients_per_minute=st.none() | st.integers(0, 12),
    recipients_per_day=st.none() | st.integers(0, 60),
)


def most_in_any(window: str, sent: Sequence[tuple[float, int]]) -> int:
    """How many the fullest window of this length holds; windows that begin with a mail suffice."""
    return max(
        (sum(n for at, n in sent if begin <= at < begin + LENGTH[window]) for begin, _ in sent),
        default=0,
    )


def judge(limits: Limits, sent: Sequence[tuple[float, int]]) -> None:
    for window in LENGTH:
        for unit in ("messages", "recipients"):
            most = getattr(limits, f"{unit}_per_{window}")
            assert most is None or most_in_any(window, sent) <= most, (window, sent)


@given(LIMITS, st.lists(st.tuples(SECONDS, st.sampled_from(Lane), st.integers(1, 20), st.booleans()), max_size=60))
def test_no_window_holds_more_than_its_limit(limits: Limits, asks: list[tuple[float, Lane, int, bool]]) -> None:
    spent, now, sent = Spent(), START, []
    for wait, lane, wanted, given_back in asks:
        now += timedelta(seconds=wait)
        granted = min(wanted, budget.allowance(limits, spent, now)[lane])
        if granted:
            spent, at = budget.spend(limits, spent, now, granted, granted)
            if given_back:
                spent = budget.refund(spent, at, granted, granted)
            else:
                sent.append(((now - START).total_seconds(), granted))
    judge(limits, sent)


@given(LIMITS, st.lists(st.tuples(SECONDS, st.floats(-200_000, 200_000) | st.just(0.0), st.booleans()), max_size=60))
@example(Limits(messages_per_minute=1), [(0.0, 0.0, True), (1.0, -86_400.0, True), (1.0, 0.0, True)])
def test_a_clock_that_is_set_back_gives_nothing_for_free(
    limits: Limits, moves: list[tuple[float, float, bool]]
) -> None:
    """Times the clock ran through count, a leap back does not. A leap forward cannot be told from time that passed."""
    spent, clock, passed, sent = Spent(), START, 0.0, []
    for wait, leap, greedy in moves:
        clock += timedelta(seconds=wait + leap)
        passed += max(0.0, wait + leap)
        granted = budget.allowance(limits, spent, clock)[Lane.HUMAN]
        granted = min(granted, 40) if greedy else min(granted, 1)
        if granted:
            spent, _ = budget.spend(limits, spent, clock, granted, granted)
            sent.append((passed, granted))
    judge(limits, sent)


@given(LIMITS, st.lists(SECONDS, min_size=1, max_size=20), st.floats(400, 40_000_000))
def test_a_clock_that_was_ahead_shuts_nothing_for_longer_than_its_window(
    limits: Limits, waits: list[float], ahead: float
) -> None:
    spent, now = Spent(), START + timedelta(seconds=ahead)
    for wait in waits:
        now += timedelta(seconds=wait)
        granted = budget.allowance(limits, spent, now)[Lane.HUMAN]
        if granted:
            spent, _ = budget.spend(limits, spent, now, min(granted, 9), min(granted, 9))
    spent, at = budget.as_of(spent, START)
    longest = START + timedelta(days=1, seconds=1440)
    for opens in budget.opens_at(limits, spent, at).values():
        assert opens is None or opens <= max(longest, at + timedelta(days=1, seconds=1440))


@given(LIMITS, st.lists(st.tuples(SECONDS, st.sampled_from(Lane)), max_size=80))
def test_a_lane_opens_when_it_is_said(limits: Limits, asks: list[tuple[float, Lane]]) -> None:
    spent, now = Spent(), START
    for wait, lane in asks:
        now += timedelta(seconds=wait)
        opens = budget.opens_at(limits, spent, now)[lane]
        allowed = budget.allowance(limits, spent, now)[lane]
        assert (opens is None) == (allowed > 0)
        if opens is not None and all(getattr(limits, name) != 0 for name in limits.__slots__):
            assert budget.allowance(limits, spent, opens)[lane] > 0
            before = budget.allowance(limits, spent, opens - timedelta(seconds=1))[lane]
            assert before == 0 or opens - timedelta(seconds=1) < now
        if allowed:
            spent, _ = budget.spend(limits, spent, now, 1, 1)


@given(st.integers(2, 500), st.integers(1, 600))
def test_relays_and_reminders_leave_something_for_people(most: int, wanted: int) -> None:
    limits = Limits(messages_per_minute=most)
    spent = Spent()
    for lane in (Lane.AUTO, Lane.RELAY):
        granted = min(wanted, budget.allowance(limits, spent, START)[lane])
        if granted:
            spent, _ = budget.spend(limits, spent, START, granted, granted)
    people = budget.allowance(limits, spent, START)[Lane.HUMAN]
    assert people >= most - max(1, most * 4 // 5)
    assert people >= 1


@pytest.mark.parametrize("most", [1, 2, 3])
def test_every_lane_of_a_small_limit_gets_its_turn(most: int) -> None:
    assert min(budget.allowance(Limits(messages_per_minute=most), Spent(), START).values()) >= 1


def test_without_limits_nothing_is_counted() -> None:
    spent, _ = budget.spend(NO_LIMITS, Spent(), START, 5, 5)
    assert spent == Spent(slots={})
    assert budget.left(NO_LIMITS, spent, START).left is None
    assert all(at is None for at in budget.opens_at(NO_LIMITS, spent, START).values())


def test_too_many_halves_the_rate_and_it_comes_back_slowly() -> None:
    limits, minute = Limits(messages_per_minute=40, messages_per_day=1000), timedelta(minutes=1)
    spent = budget.slowed(Spent(), START)
    assert budget.allowance(limits, spent, START)[Lane.HUMAN] == 0, "it rests"
    assert budget.opens_at(limits, spent, START)[Lane.HUMAN] == START + minute
    assert budget.allowance(limits, spent, START + minute)[Lane.HUMAN] == 20
    assert "slowed down" in budget.left(limits, spent, START + minute).sentence
    again = budget.slowed(spent, START + timedelta(seconds=30))
    assert budget.allowance(limits, again, START + 3 * minute)[Lane.HUMAN] == 20, "once a minute at most"
    again = budget.slowed(spent, START + 2 * minute)
    assert budget.allowance(limits, again, START + 4 * minute)[Lane.HUMAN] == 10
    assert budget.allowance(limits, again, START + 33 * minute)[Lane.HUMAN] == 20
    assert budget.allowance(limits, again, START + 63 * minute)[Lane.HUMAN] == 40
    worst, now = Spent(), START
    for _ in range(30):
        now += 2 * minute
        worst = budget.slowed(worst, now)
    assert budget.allowance(limits, worst, now + minute)[Lane.HUMAN] == 1, "never nothing"


def test_an_account_without_a_limit_is_slowed_to_half_a_usual_rate() -> None:
    spent = budget.slowed(Spent(), START)
    assert budget.allowance(NO_LIMITS, spent, START + timedelta(minutes=1))[Lane.HUMAN] == 30
    assert budget.allowance(NO_LIMITS, spent, START + timedelta(minutes=31))[Lane.HUMAN] > 1000


def test_what_is_left_is_said_by_the_tightest_limit() -> None:
    limits = Limits(messages_per_minute=30, recipients_per_day=100)
    spent, _ = budget.spend(limits, Spent(), START, 10, 10)
    assert budget.left(limits, spent, START).sentence == "20 of 30 messages a minute left"
    spent, _ = budget.spend(limits, spent, START + timedelta(hours=1), 20, 85)
    later = START + timedelta(hours=2)
    assert budget.left(limits, spent, later).sentence == "5 of 100 recipients a day left"
    spent, _ = budget.spend(limits, spent, later, 1, 5)
    found = budget.left(limits, spent, later)
    assert found.left == 0
    assert found.next_at is not None
    assert later < found.next_at <= START + timedelta(days=1, seconds=1440)


@pytest.mark.parametrize(
    ("recipients", "waiting", "refused"),
    [(20, 0, False), (20, 500, False), (21, 0, False), (90, 0, False), (91, 0, True), (50, 41, True), (50, 40, False)],
)
def test_mass_mail_beyond_the_day_is_refused(recipients: int, waiting: int, refused: bool) -> None:
    limits = Limits(messages_per_minute=1, messages_per_day=100)
    spent, _ = budget.spend(limits, Spent(), START, 10, 10)
    said = budget.mass_refusal(limits, spent, recipients, waiting, "Support", START)
    assert bool(said) is refused
    if refused:
        assert f"{recipients} people" in said
        assert "100 a day" in said


def test_a_limit_of_a_minute_refuses_nobody() -> None:
    assert not budget.mass_refusal(Limits(messages_per_minute=1), Spent(), 5000, 0, "Support", START)
