"""The longest block of the screen's event loop while mail comes in and somebody moves through the list."""

import asyncio
import time
from asyncio import events
from collections.abc import Iterator

from models.store.database import Database
from models.types.mail import IncomingMail
from models.types.people import AgentView, Channel
from tests.bench.generate import copied
from tests.bench.intake import take_in
from tests.bench.mails import mails
from tests.bench.row import Row, limit, percentile
from tui.app import NightdeskApp
from tui.desk import LocalDesk

COUNT = 600
RECORDS = 100_000
MOST_MS = 16


class Watchdog:
    """Times everything the loop runs: by the clock, and by the processor time of the loop's own thread."""

    def __init__(self) -> None:
        self.wall_ms: list[float] = []
        self.own_ms: list[float] = []
        self._plain = events.Handle._run

    def __enter__(self) -> "Watchdog":
        plain = self._plain

        def timed(handle: asyncio.Handle) -> None:
            wall, own = time.perf_counter(), time.thread_time()
            plain(handle)
            self.wall_ms.append((time.perf_counter() - wall) * 1e3)
            self.own_ms.append((time.thread_time() - own) * 1e3)

        events.Handle._run = timed  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        events.Handle._run = self._plain  # type: ignore[method-assign]


def run() -> Iterator[Row]:
    """The real screen on the real desk, headless, with the workers' way in running in the same loop."""
    idle, busy = asyncio.run(_watched())
    yield limit("loop", "longest block by the loop's own work, mail coming in, ms", max(busy.own_ms), MOST_MS)
    yield limit("loop", "longest block by the clock, mail coming in, ms", max(busy.wall_ms), MOST_MS)
    yield limit("loop", "99.9 % of the loop's steps by the clock, ms", percentile(busy.wall_ms, 99.9), MOST_MS)
    yield limit("loop", "longest block by the clock, no mail, ms", max(idle.wall_ms), MOST_MS)


async def _watched() -> tuple[Watchdog, Watchdog]:
    coming = list(mails(COUNT, RECORDS))
    with copied(RECORDS) as file:
        url = f"sqlite:///{file}"
        desk = LocalDesk(url, AgentView(1, "bench", "Bench", "", Channel.INBOX), parse=_no_mail)
        database = Database(url)
        app = NightdeskApp(desk)
        async with app.run_test(size=(120, 40)) as pilot:
            await desk.warm()
            await asyncio.sleep(2)
            with Watchdog() as idle:
                for _ in range(60):
                    await pilot.press("j")
            with Watchdog() as busy:
                incoming = asyncio.create_task(take_in(database, coming))
                while not incoming.done():
                    await pilot.press("j")
                    await asyncio.sleep(0.05)
                await incoming
        database.close()
        await desk.close()
    return idle, busy


async def _no_mail(content: bytes) -> IncomingMail:
    raise AssertionError("nothing is quarantined here")
