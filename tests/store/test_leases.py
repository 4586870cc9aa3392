"""Leases: one holder at a time, fencing numbers that only grow, across threads and processes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from models.store import leases
from models.store.database import Database

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_one_holder_until_it_ends(database: Database) -> None:
    def take(holder: str, now: datetime) -> int | None:
        return database.write(leases.acquire, name="fetch:1", holder=holder, now=now, seconds=30)

    assert take("a", NOW) == 1
    assert take("b", NOW + timedelta(seconds=29)) is None
    assert database.read(leases.holder_of, "fetch:1", NOW) == "a"
    assert take("a", NOW + timedelta(seconds=29)) == 2, "its own again, as a new incarnation"
    assert take("b", NOW + timedelta(seconds=59)) == 3
    assert take("b", NOW - timedelta(days=400)) == 4, "a clock that jumped back takes nothing from others"
    assert database.read(leases.holder_of, "fetch:1", NOW) == ""


def test_renewing_needs_the_fence(database: Database) -> None:
    fence = database.write(leases.acquire, name="send:1", holder="a", now=NOW, seconds=30)

    def renew(holder: str, fence: int, now: datetime) -> bool:
        return database.write(leases.renew, name="send:1", holder=holder, fence=fence, now=now, seconds=30)

    late = NOW + timedelta(seconds=40)
    assert renew("a", fence, late), "nobody took it meanwhile"
    assert not renew("b", fence, late)
    assert database.write(leases.acquire, name="send:1", holder="b", now=late + timedelta(seconds=31), seconds=30) == 2
    assert not renew("a", fence, late)


def test_a_released_lease_is_free_and_its_fence_stays(database: Database) -> None:
    fence = database.write(leases.acquire, name="x", holder="a", now=NOW, seconds=30)
    database.write(leases.release, name="x", holder="b", fence=fence, now=NOW)
    assert database.write(leases.acquire, name="x", holder="b", now=NOW, seconds=30) is None
    database.write(leases.release, name="x", holder="a", fence=fence, now=NOW)
    assert database.write(leases.acquire, name="x", holder="b", now=NOW, seconds=30) == fence + 1


def test_eight_at_once_get_one_holder(database: Database) -> None:
    def take(n: int) -> int | None:
        return database.write(leases.acquire, name="race", holder=f"h{n}", now=NOW, seconds=30)

    with ThreadPoolExecutor(8) as pool:
        taken = Counter(pool.map(take, range(8)))
    assert taken == {1: 1, None: 7}
