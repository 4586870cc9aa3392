"""The limit of an account, shared by everybody who claims from one database."""

import json
import random
import subprocess
import sys
import threading
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from models.rules.budget import Spent
from models.services import account_limits, settle
from models.store import budget, due
from models.store.database import Database
from models.store.health import health
from models.store.plain import Reader
from models.types.delivery import DeliveryState
from models.types.health import AccountState
from models.types.limits import NO_LIMITS, Limits
from models.types.outbox import Claim, Deferred, Lane, Phase, Reason, Refused
from tests.store.world import NOW, World

MINUTE = timedelta(minutes=1)
CLAIMER = """
import json, sys, time
from datetime import UTC, datetime
from models.services import settle
from models.store.database import Database
database, got = Database(sys.argv[1]), 0
end = time.monotonic() + 2
while time.monotonic() < end:
    asked = {"account_ids": [int(sys.argv[2])], "holder": sys.argv[3], "lease_seconds": 60, "limit": 3}
    claims = database.write(settle.claim, now=datetime.now(UTC), **asked)
    got += len(claims)
database.close()
print(json.dumps(got))
"""


@pytest.fixture
def account(world: World) -> int:
    return world.account()


def limit(world: World, account: int, limits: Limits) -> None:
    world.database.write(account_limits.put, account, limits, NOW)


def queue(world: World, account: int, number: int, lane: Lane = Lane.HUMAN) -> None:
    message = world.message(record := world.record())
    for one in range(number):
        address = f"{lane.name.lower()}{one}@example.org"
        world.delivery(message, record, address, account_id=account, lane=int(lane))


def claim(world: World, account: int, now: datetime = NOW, most: int = 100) -> list[Claim]:
    return world.database.write(settle.claim, account_ids=[account], holder="h", now=now, lease_seconds=60, limit=most)


def lanes(claims: list[Claim]) -> dict[str, int]:
    words = [one.envelope_to.rstrip("0123456789").partition("@")[0].rstrip("0123456789") for one in claims]
    return {word: words.count(word) for word in words}


def test_people_always_have_something_left(world: World, account: int) -> None:
    limit(world, account, Limits(messages_per_minute=10))
    queue(world, account, 20, Lane.RELAY)
    assert lanes(claim(world, account)) == {"relay": 8}
    assert claim(world, account) == []
    queue(world, account, 5, Lane.HUMAN)
    assert lanes(claim(world, account)) == {"human": 2}
    assert lanes(claim(world, account, NOW + 2 * MINUTE)) == {"human": 3, "relay": 5}


def test_reminders_do_not_hold_up_what_stands_behind_them(world: World, account: int) -> None:
    limit(world, account, Limits(messages_per_minute=10))
    queue(world, account, 30, Lane.AUTO)
    assert len(claim(world, account)) == 6
    queue(world, account, 30, Lane.RELAY)
    assert lanes(claim(world, account, most=1)) == {"relay": 1}
    other = world.account(name="other")
    queue(world, other, 1)
    both = world.database.write(
        settle.claim, account_ids=[account, other], holder="h", now=NOW, lease_seconds=60, limit=100
    )
    assert lanes(both) == {"relay": 1, "human": 1}


def test_a_shut_account_sleeps_until_a_lane_opens(world: World, account: int, reader: Reader) -> None:
    limit(world, account, Limits(messages_per_minute=5, messages_per_day=6))
    queue(world, account, 20)
    claim(world, account)
    claim(world, account)
    times = world.database.read(due.next_times, [account])
    assert NOW + MINUTE <= times[account] <= NOW + MINUTE + timedelta(seconds=2)
    queue(world, account, 1, Lane.RELAY)
    later = NOW + timedelta(seconds=62)
    assert len(claim(world, account, later)) == 1
    assert claim(world, account, later) == []
    assert world.database.read(due.next_times, [account])[account] == later + MINUTE, "looked at again each minute"
    (found,) = health(reader, later)
    assert (found.left, found.budget) == (0, "0 of 6 messages a day left")
    assert found.next_at is not None
    assert found.next_at > NOW + timedelta(hours=23)


def test_a_limit_taken_away_opens_at_once(world: World, account: int) -> None:
    limit(world, account, Limits(messages_per_day=1))
    queue(world, account, 3)
    assert len(claim(world, account)) == 1
    assert claim(world, account) == []
    assert world.database.read(due.next_times, [account])[account] > NOW
    limit(world, account, NO_LIMITS)
    assert world.database.read(due.next_times, [account])[account] <= NOW
    assert len(claim(world, account)) == 2


def test_what_was_never_offered_costs_nothing(world: World, account: int) -> None:
    limit(world, account, Limits(messages_per_day=2))
    queue(world, account, 3)
    first, second = claim(world, account)
    world.database.write(settle.release, first, NOW)
    (again,) = claim(world, account)
    refused = Deferred(Reason.CONNECT, Phase.CONNECT, "no answer", account_wide=True)
    world.database.write(settle.settle, [(again, refused)], NOW)
    late = NOW + timedelta(hours=1)
    (third,) = claim(world, account, late)
    offered = Deferred(Reason.GREYLIST, Phase.RCPT, "450 later", code=450)
    world.database.write(settle.settle, [(second, offered)], late)
    world.database.write(settle.settle, [(third, offered)], late)
    assert claim(world, account, late + timedelta(hours=2)) == [], "what was offered counts, taken or not"


@pytest.mark.parametrize("limits", [NO_LIMITS, Limits(messages_per_minute=60)])
@pytest.mark.parametrize(
    "outcome",
    [
        Deferred(Reason.RATE, Phase.MAIL, "450 4.7.1 too many messages", code=450),
        Refused(Reason.RATE, Phase.DATA, "550 5.4.5 Daily user sending quota exceeded", code=550),
        Refused(Reason.RATE, Phase.MAIL, "550 5.7.232 tenant over the limit", code=550, account_wide=True),
    ],
)
def test_too_many_slows_the_account_and_fails_nothing(
    world: World, account: int, reader: Reader, outcome: Deferred | Refused, limits: Limits
) -> None:
    limit(world, account, limits)
    queue(world, account, 100)
    first, *others = claim(world, account, most=8)
    world.database.write(settle.settle, [(first, outcome)], NOW)
    (copy,) = reader.rows("SELECT state FROM delivery WHERE id = :id", id=first.delivery_id)
    assert copy["state"] == DeliveryState.QUEUED
    assert health(reader, NOW)[0].state is not AccountState.STOPPED
    for one in others:
        world.database.write(settle.release, one, NOW)
    assert claim(world, account, NOW + timedelta(seconds=59)) == []
    rested = NOW + timedelta(minutes=2)
    world.database.write(lambda session: settle.set_right(session, rested))
    assert len(claim(world, account, rested)) == 30
    assert claim(world, account, rested) == []
    (found,) = health(reader, rested)
    assert "slowed down" in found.budget


def test_lanes_a_clock_shut_that_was_ahead_open_when_it_is_set_back(world: World, account: int) -> None:
    limit(world, account, Limits(messages_per_minute=1))
    queue(world, account, 9)
    ahead = NOW + timedelta(days=400)
    assert len(claim(world, account, ahead)) == 1
    assert claim(world, account, ahead) == []
    assert world.database.read(due.next_times, [account])[account] > NOW + timedelta(days=300)
    world.database.write(settle.set_right, NOW)
    assert world.database.read(due.next_times, [account])[account] <= NOW
    assert claim(world, account, NOW) == [], "it counts as spent now"
    assert len(claim(world, account, NOW + 2 * MINUTE)) == 1


def test_four_threads_share_one_budget(world: World, account: int) -> None:
    """Their clocks differ a little; the moments booked are those the provider sees, in order."""
    limits = Limits(messages_per_minute=7, messages_per_hour=60)
    limit(world, account, limits)
    queue(world, account, 200)
    booked: list[datetime] = []
    lock, clock = threading.Lock(), [NOW]

    def work(number: int) -> None:
        chance = random.Random(number)
        with closing(Database(world.database.url)) as database:
            for _ in range(40):
                with lock:
                    clock[0] += timedelta(seconds=chance.uniform(0, 4))
                    now = clock[0]
                claims = database.write(
                    settle.claim, account_ids=[account], holder="h", now=now, lease_seconds=900, limit=5
                )
                with lock:
                    booked.extend(one.spent_at for one in claims if one.spent_at is not None)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(booked) > 20
    for begin in booked:
        assert sum(begin <= at < begin + MINUTE for at in booked) <= 7
        assert sum(begin <= at < begin + 60 * MINUTE for at in booked) <= 60


def test_four_processes_share_one_budget(world: World, account: int) -> None:
    limit(world, account, Limits(messages_per_minute=23))
    queue(world, account, 100)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMER, world.database.url, str(account), f"p{number}"], stdout=subprocess.PIPE
        )
        for number in range(4)
    ]
    got = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert sum(got) == 23


def test_what_is_stored_is_read_again(world: World, account: int) -> None:
    spent = Spent({"minute": ((1, 2, 3), (4, 5, 6)), "day": ((7, 8, 9),)}, 3, NOW, NOW + MINUTE)
    world.database.write(budget.put_slowed, account, spent, {Lane.RELAY: NOW})
    found = world.database.read(budget.of, account)
    assert found.spent == spent
    assert found.times == {Lane.HUMAN: None, Lane.RELAY: NOW, Lane.AUTO: None}
    assert found.limits == NO_LIMITS
