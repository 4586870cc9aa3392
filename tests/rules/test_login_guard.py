"""Whatever is tried in whatever order, a provider hears of few wrong logins."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.rules.login_guard import MOST_REFUSALS, SAME_AGAIN, WINDOW, Refusal, may_try_at

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@given(st.lists(st.tuples(st.integers(0, 600), st.sampled_from("abcd")), max_size=60))
def test_few_refusals_in_any_window(tries: list[tuple[int, str]]) -> None:
    refusals: list[Refusal] = []
    for seconds, tag in sorted((60 * minutes, tag) for minutes, tag in tries):
        now = START + timedelta(seconds=seconds)
        if may_try_at(refusals, tag, now) is None:
            refusals.append(Refusal(tag, now))  # it is wrong every time
    for one in refusals:
        later = [other for other in refusals if one.at <= other.at < one.at + WINDOW]
        assert len(later) <= MOST_REFUSALS
        again = [other.at for other in refusals if other.tag == one.tag and other.at > one.at]
        assert not again or min(again) >= one.at + SAME_AGAIN


@given(st.lists(st.tuples(st.integers(-90, 90), st.sampled_from("ab")), max_size=10), st.sampled_from("abc"))
def test_the_moment_that_is_told_is_true(before: list[tuple[int, str]], tag: str) -> None:
    refusals = [Refusal(said, START + timedelta(minutes=minutes)) for minutes, said in sorted(before)]
    until = may_try_at(refusals, tag, START)
    if until is not None:
        assert START < until <= START + WINDOW + timedelta(minutes=1), "a clock that was ahead locks nobody out"
        known = [one for one in refusals if one.at <= START + timedelta(minutes=1)]
        again = may_try_at(known, tag, until)
        assert again is None or again > until
