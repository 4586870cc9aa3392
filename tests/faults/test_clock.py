"""The wall clock is a year wrong, before and behind: nothing is sent twice, nothing given up, nothing waits a year."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col

from models.store.database import Database
from models.tables.mail import Delivery
from models.types.delivery import DeliveryState
from models.types.failpoint import Point
from models.types.health import AccountState
from tests.faults.clock import set_clock
from tests.faults.program import agent, ended, kill, start, workers
from tests.faults.scene import desk_in, scene
from tests.servers.scripted import Fault
from tests.workers.working import working

YEAR = 365 * 24 * 3600.0
HOUR = 3600.0
POINTS = (Point.LEASES, Point.CLAIMED, Point.DATA, Point.AFTER_DOT, Point.FETCHED, Point.READ)


@pytest.fixture(autouse=True)
def put_right() -> Iterator[None]:
    yield
    set_clock(0)


@pytest.mark.parametrize("ahead", [YEAR, -YEAR], ids=["ahead", "behind"])
async def test_a_process_with_a_wrong_clock_dies(ahead: float, sqlite_template: Path, tmp_path: Path) -> None:
    await asyncio.gather(*(_dies(ahead, point, sqlite_template, tmp_path / point) for point in POINTS))


async def _dies(ahead: float, point: Point, template: Path, folder: Path) -> None:
    async with scene(folder, desk_in(folder, template)) as here:
        await asyncio.to_thread(here.begin, 2)
        here.offer(fresh=1, replies=1)
        process = start(workers, folder, here.url, "one", fail=f"{point}:1:kill", clock=ahead)
        if ahead < 0 and point in (Point.CLAIMED, Point.DATA, Point.AFTER_DOT):
            await asyncio.sleep(3)  # by its clock nothing is due for a year
            kill(process)
        else:
            assert await ended(process) == -9, here.log()
        assert await here.finish() <= 60
        states = here.states()
        assert states["sent"] + states.get("unsure", 0) == 5, f"{point}: {states}"


async def test_what_waits_by_a_wrong_clock_does_not_wait_for_a_year(sqlite_desk: Database, tmp_path: Path) -> None:
    faults = (Fault("rcpt", "say 450 4.2.0 later", 1), Fault("connect", "reset", 2))
    async with scene(tmp_path, sqlite_desk, smtp_faults=faults) as here:
        await asyncio.to_thread(here.begin, 1)
        draft = await asyncio.to_thread(here.draft)
        anton = here.desk.world.anton.id
        writing = start(agent, tmp_path, here.url, anton, [draft], tmp_path / "told.jsonl", clock=YEAR)
        assert await ended(writing) == 0
        process = start(workers, tmp_path, here.url, "one", clock=YEAR)
        try:
            await here.desk.until(lambda: bool(here.desk.rows(Delivery, col(Delivery.sentence) != "")), 60)
            await here.desk.until(lambda: here.desk.states()[DeliveryState.SENT] >= 1, 60)
        finally:
            kill(process)
        process = start(workers, tmp_path, here.url, "two")
        try:
            # the kill may have struck after a final dot: that copy is unsure, and waits for nobody's clock
            settled = (DeliveryState.SENT, DeliveryState.UNSURE)
            await here.desk.until(lambda: sum(here.desk.states()[one] for one in settled) == 4, 60)
        finally:
            kill(process)
        here.judge()


@pytest.mark.parametrize("jump", [YEAR, -YEAR, HOUR, -HOUR])
async def test_the_clock_jumps_in_the_middle_of_a_dialogue(jump: float, sqlite_desk: Database, tmp_path: Path) -> None:
    async with scene(tmp_path, sqlite_desk, smtp_faults=(Fault("dot", "drip", 1), Fault("dot", "drip", 3))) as here:
        await asyncio.to_thread(here.begin, 3)
        here.offer(fresh=2, replies=2)
        async with working(here.desk, holder="one"), working(here.desk, holder="two"):
            await here.smtp.until("accepted", 1, 60)
            set_clock(jump)
            await here.smtp.until("accepted", 3, 60)
            set_clock(0)
            await here.until_rest()
            await here.desk.until(lambda: here.desk.account().send_state is AccountState.OK)
        await here.finish()  # what a clock took for a dead one's is unsure until its sender gives it back
        states = here.states()
        assert states["sent"] + states.get("unsure", 0) == 8
        assert not here.desk.rows(Delivery, col(Delivery.state) == DeliveryState.FAILED)
