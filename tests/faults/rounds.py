"""kill -9 at random times: a desk that works in both directions, killed again and again, judged each time."""

import asyncio
import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

from models.store.database import Database
from models.types.errors import DatabaseError
from tests.faults.judge import after_power_loss, broken, read_ledgers
from tests.faults.program import agent, kill, start, workers
from tests.faults.scene import Scene, scene
from tests.servers.faulty_imap import FaultyImap
from tests.servers.scripted import Fault

T = TypeVar("T")

LONGEST_LIFE = 2.5  # seconds until a process is killed; its predecessor's leases last 2
WORKERS = 2  # alive at once
REST = 300  # seconds to come to rest on a machine that has other work, too
SMTP_FAULTS = (
    ("connect", "reset"), ("ehlo", "close"), ("mail", "reset"), ("mail", "say 421 4.3.2 not now"),
    ("rcpt", "say 450 4.2.0 later"), ("rcpt", "close"), ("data", "reset"), ("body", "close"),
    ("dot", "drip"), ("dot", "accept_then_reset"), ("dot", "reject_then_reset"), ("dot", "say 451 4.3.0 later"),
)  # fmt: skip
IMAP_FAULTS = (("connect", "close"), ("search", "reset"), ("sizes", "close"), ("bodies", "cut"), ("bodies", "skip"))


@dataclass
class Result:
    """What came of it; ``found`` must stay empty."""

    kills: int = 0
    rounds: int = 0
    copies_judged: int = 0
    states: dict[str, int] = field(default_factory=dict)
    accepted: int = 0
    offered: int = 0
    told: int = 0
    quarantined: int = 0
    longest_rest: float = 0.0
    found: list[str] = field(default_factory=list)


async def one_round(folder: Path, database: Database, kills: int, dice: random.Random, result: Result) -> None:
    """Kill this many processes of one desk, then let it come to rest and judge."""
    async with scene(folder, database, smtp_faults=_faults(dice, SMTP_FAULTS), imap=FaultyImap()) as here:
        here.imap.faults = list(_faults(dice, IMAP_FAULTS))
        await asyncio.to_thread(here.begin, 6)
        alive = [start(workers, folder, here.url, f"first {number}") for number in range(WORKERS)]
        try:
            for number in range(kills):
                await _work(here, number, dice, alive)
                victim = alive.pop(0)
                judged = await asyncio.to_thread(_stopped, here, [victim, *alive], dice)
                kill(victim)
                result.kills += 1
                result.copies_judged += judged[0]
                result.found += [f"{folder.name}, kill {number}: {one}" for one in judged[1]]
                alive.append(start(workers, folder, here.url, f"next {number}"))
        finally:
            for process in alive:
                kill(process)
        await _rest(here, result)
    result.rounds += 1


async def _work(here: Scene, number: int, dice: random.Random, alive: list[BaseProcess]) -> None:
    """Let mail come in and an agent answer, until it is time to kill somebody; now and then it is the agent."""
    here.offer(fresh=1, replies=1)
    drafts = [await _insist(here.draft) for _ in range(2)]
    anton = here.desk.world.anton.id
    writer = start(agent, here.folder, here.url, anton, drafts, here.folder / "told.jsonl")
    await asyncio.sleep(dice.uniform(0.05, LONGEST_LIFE))
    if number % 4 == 0:
        writer.kill()
    await asyncio.to_thread(writer.join)
    await _insist(here.desk.hurry)


async def _insist(work: Callable[[], T]) -> T:
    """Do it in spite of a machine so busy that the database stays locked for five seconds."""
    while True:
        try:
            return await asyncio.to_thread(work)
        except DatabaseError:
            await asyncio.sleep(0.2)


def _stopped(here: Scene, processes: list[BaseProcess], dice: random.Random) -> tuple[int, list[str]]:
    """Freeze everybody: what lies on the disk now is what a crash leaves. Judge it, a copy, and a torn copy."""
    for process in processes:
        with suppress(ProcessLookupError):
            _signal(process, signal.SIGSTOP)
    try:
        found = broken(here.url, here.folder, at_rest=False)
        if not here.url.startswith("sqlite"):
            return 0, found
        copies = [_copy(here, "whole", 0), _copy(here, "torn", dice.randrange(1, 200_000))]
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                _signal(process, signal.SIGCONT)
    found += [f"copy: {one}" for one in after_power_loss(copies[0], here.folder)]
    found += [f"torn copy: {one}" for one in after_power_loss(copies[1], here.folder)]
    return 2, found


def _copy(here: Scene, name: str, torn: int) -> str:
    """Copy the database as a machine without power would find it: no shared memory, the log's end perhaps missing."""
    folder = here.folder / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in here.folder.glob("desk.db*"):
        if path.is_file() and not path.name.endswith("-shm"):
            shutil.copyfile(path, folder / path.name)
    log = folder / "desk.db-wal"
    if torn and log.exists():
        with log.open("r+b") as file:
            file.truncate(max(0, log.stat().st_size - torn))
    return f"sqlite:///{folder / 'desk.db'}"


async def _rest(here: Scene, result: Result) -> None:
    began = time.monotonic()
    try:
        await here.finish(REST)
    except AssertionError as error:
        result.found.append(f"{here.folder.name}, at the end: {error}")
    result.longest_rest = max(result.longest_rest, round(time.monotonic() - began, 1))
    ledger = read_ledgers(here.folder)
    result.states = dict(Counter(result.states) + Counter(here.states()))
    result.accepted += sum(ledger.accepted.values())
    result.offered += len(ledger.offered)
    result.told += len(ledger.told)
    quarantined = [row.reason for row in here.raws() if row.state == "quarantined"]
    result.quarantined += len(quarantined)


def _faults(dice: random.Random, kinds: tuple[tuple[str, str], ...]) -> tuple[Fault, ...]:
    return tuple(Fault(at, do, nth) for at, do in kinds for nth in dice.sample(range(2, 120), 4))


def _signal(process: BaseProcess, number: signal.Signals) -> None:
    assert process.pid is not None
    os.kill(process.pid, number)


async def many_rounds(
    make: Callable[[Path], Database], folder: Path, *, kills: int, per_round: int, at_once: int, seed: int,
    result: Result, until: float = float("inf"),
) -> None:  # fmt: skip
    """Run rounds beside each other until there were this many kills or the time is over."""
    left = iter(range(0, kills, per_round))

    async def run() -> None:
        for first in left:
            if time.monotonic() > until:
                return
            place = folder / f"round{first}"
            place.mkdir()
            number = min(per_round, kills - first)
            await one_round(place, make(place), number, random.Random(seed + first), result)
            if not any(place.name in one for one in result.found):
                shutil.rmtree(place)

    await asyncio.gather(*(run() for _ in range(at_once)))
