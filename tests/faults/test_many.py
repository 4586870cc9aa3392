"""Eight processes on one outbox, and processes that sleep and wake when others have long taken over."""

import asyncio
import json
import os
import signal
from collections import defaultdict
from pathlib import Path

import pytest

from models.store.database import Database
from models.tables.record import Message
from models.types.delivery import DeliveryState
from models.types.failpoint import Point
from tests.faults.program import kill, sender, start
from tests.faults.scene import Scene, desk_in, scene


@pytest.fixture(params=["sqlite", "postgres"])
def any_desk(request: pytest.FixtureRequest) -> Database:
    return request.getfixturevalue(f"{request.param}_desk")  # type: ignore[no-any-return]


async def test_eight_processes_send_one_outbox(any_desk: Database, tmp_path: Path) -> None:
    """Without the lease that lets only one of them send for the account: the claims alone must do it."""
    async with scene(tmp_path, any_desk) as here:
        await asyncio.to_thread(here.begin, 12)
        records = sorted({row.record_id for row in here.desk.mails_out()})[:4]
        for number in range(3):
            for record_id in records:
                await asyncio.to_thread(here.desk.write_back, record_id, f"part {number}")
        processes = [start(sender, tmp_path, here.url, here.desk.world.account_id, str(name)) for name in range(8)]
        try:
            await here.until_rest()
        finally:
            for process in processes:
                kill(process)
        here.judge()
        assert here.states() == {"sent": 48}
        assert here.smtp.connections > 1, "more than one of them sent"
        assert in_order(here)


def in_order(here: Scene) -> bool:
    """Each person got what we wrote them on one record in the order we wrote it."""
    place = {row.message_id: row.id for row in here.desk.rows(Message)} | {
        row.relay_id: row.id for row in here.desk.rows(Message)
    }
    record_of = {row.id: row.record_id for row in here.desk.rows(Message)}
    got: dict[tuple[str, int], list[int]] = defaultdict(list)
    for line in (here.folder / "smtp.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry["event"] == "accepted":
            message = place[entry["message_id"]]
            got[entry["recipient"], record_of[message]].append(message)
    return all(ids == sorted(ids) for ids in got.values())


async def test_asleep_while_others_took_over(sqlite_template: Path, tmp_path: Path) -> None:
    """A process that is frozen, as on a machine that was suspended, goes on where it was; nothing is sent twice."""
    points = (Point.CLAIMED, Point.BODY, Point.BEFORE_DOT, Point.REPLY)
    await asyncio.gather(*(_asleep(point, sqlite_template, tmp_path / point) for point in points))


async def _asleep(point: Point, template: Path, folder: Path) -> None:
    async with scene(folder, desk_in(folder, template)) as here:
        await asyncio.to_thread(here.begin, 2)
        # only a sender, and one that does nothing beside: frozen in a transaction it would lock the file for everybody
        sleeper = start(sender, folder, here.url, here.desk.world.account_id, "sleeper", 60.0, fail=f"{point}:1:stop")
        assert sleeper.pid is not None
        try:
            await until_asleep(sleeper.pid)
            await here.finish()
            os.kill(sleeper.pid, signal.SIGCONT)
            if point in (Point.BEFORE_DOT, Point.REPLY):  # its late answer settles what was called unsure
                await here.desk.until(lambda: here.desk.states() == {DeliveryState.SENT: 4})
            else:
                await asyncio.sleep(1)  # as long as it would take to send again
            await here.until_rest()
        finally:
            os.kill(sleeper.pid, signal.SIGCONT)
            kill(sleeper)
        here.judge()
        assert here.states() == {"sent": 4}


async def until_asleep(pid: int) -> None:
    stat = Path(f"/proc/{pid}/stat")
    async with asyncio.timeout(30):
        while stat.read_text().rpartition(")")[2].split()[0] != "T":  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.02)
