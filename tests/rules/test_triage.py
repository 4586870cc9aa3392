from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.triage import position, range_of, rank
from models.types.record import Need

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
IN_TURN = (Need.NEEDS_US, Need.WAITING, Need.LATER, Need.DONE)


@given(st.sampled_from(IN_TURN), MOMENTS, st.sampled_from(IN_TURN), MOMENTS)
def test_the_turn_comes_first_then_the_newest(need: Need, since: datetime, other: Need, other_since: datetime) -> None:
    comes_first = position(need, since) < position(other, other_since)
    if need is other:
        assert comes_first == (since > other_since)
    else:
        assert comes_first == (IN_TURN.index(need) < IN_TURN.index(other))


@given(st.sampled_from(IN_TURN), st.datetimes(timezones=st.just(UTC)))
def test_every_place_lies_in_its_range_and_in_64_bits(need: Need, since: datetime) -> None:
    low, high = range_of(need)
    assert 0 <= low <= position(need, since) <= high < 1 << 63


def test_the_ranges_are_in_turn_and_do_not_touch() -> None:
    ends = [bound for need in IN_TURN for bound in range_of(need)]
    assert ends == sorted(ends)
    assert len(set(ends)) == len(ends)
    assert [rank(need) for need in IN_TURN] == [0, 1, 2, 3]


@pytest.mark.parametrize("microseconds", [1, 999_999])
def test_a_microsecond_counts(microseconds: int) -> None:
    now = datetime(2026, 10, 1, 12, tzinfo=UTC)
    later = now + timedelta(microseconds=microseconds)
    assert position(Need.NEEDS_US, now) - position(Need.NEEDS_US, later) == microseconds


def test_the_time_zone_does_not_matter() -> None:
    here = datetime(2026, 10, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert position(Need.DONE, here) == position(Need.DONE, datetime(2026, 10, 1, 12, tzinfo=UTC))
