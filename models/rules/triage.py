"""The order of the record list as one number per record, so that every page of it is an index range."""

from datetime import UTC, datetime, timedelta

from models.types.record import Need

RANK_STEP = 1 << 60  # four ranks fit a signed 64-bit column; microseconds fit one step until the year 38505
_RANKS = {Need.NEEDS_US: 0, Need.WAITING: 1, Need.LATER: 2, Need.DONE: 3}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def position(need: Need, since: datetime) -> int:
    """Give a record's place: ascending is needs us, waiting, later, done, the newest ``since`` first within each."""
    age = (since - _EPOCH) // timedelta(microseconds=1)
    return rank(need) * RANK_STEP + RANK_STEP - 1 - min(max(age, 0), RANK_STEP - 1)


def rank(need: Need) -> int:
    """Give the need's turn: 0 comes first."""
    return _RANKS[need]


def range_of(need: Need) -> tuple[int, int]:
    """Give the lowest and the highest position a record with this need can have, both inclusive."""
    low = rank(need) * RANK_STEP
    return low, low + RANK_STEP - 1
