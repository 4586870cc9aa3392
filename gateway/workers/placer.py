"""Place stored mail: read it in a child, then put it where it belongs, oldest first.

A mail that kills its reader, or us, is known by its counted tries. It then goes on in a lane of its own, one at a time,
and after three tries lies in quarantine with its bytes and the reason; meanwhile the others flow (reliability d.3).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from gateway.workers.database_threads import DatabaseThreads, unbroken
from gateway.workers.parsing import PARSE_SECONDS, OtherVersion, Parsers, Unreadable
from models.services import route
from models.store import raw_mail
from models.store.raw_mail import Queued
from models.types.errors import DatabaseError
from models.types.failpoint import Point, reach
from models.types.mail import IncomingMail
from models.types.routing import Target

TRIES = 3
FIRST_TRY_SECONDS = 3.0  # a mail that takes longer waits for the slow lane and its 20 seconds
TOGETHER = 20  # mails of one transaction: some 50 ms, which an agent's commit may have to wait
TOGETHER_BYTES = 16 * 1024 * 1024
POLL_SECONDS = 3.0  # in case an announcement got lost
SLOW_POLL_SECONDS = 10.0
TROUBLE_SECONDS = 1.0

log = logging.getLogger(__name__)


class Placer:
    """Works while it holds the lease ``place``; ``wake`` says that mail may have been stored."""

    def __init__(self, threads: DatabaseThreads, parsers: Parsers, *, slow_seconds: float = PARSE_SECONDS) -> None:
        self._threads = threads
        self._parsers = parsers
        self._slow_seconds = slow_seconds
        self.wake = asyncio.Event()
        self._slow_wake = asyncio.Event()

    async def run(self) -> None:
        """Place what is stored, until cancelled."""
        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(self._lane(fast=True))
            lanes.create_task(self._lane(fast=False))

    async def _lane(self, *, fast: bool) -> None:
        wake, poll_seconds = (self.wake, POLL_SECONDS) if fast else (self._slow_wake, SLOW_POLL_SECONDS)
        while True:
            wake.clear()
            try:
                dealt_with = await (self.place_new() if fast else self.place_tried())
            except (DatabaseError, OtherVersion) as error:
                log.warning("Stored mail waits: %s", error)
                await asyncio.sleep(TROUBLE_SECONDS)
            else:
                if not dealt_with:
                    await _event_or(wake, poll_seconds)

    async def place_new(self) -> int:
        """Try the oldest mails nobody tried; how many that were."""
        group = _group(await self._threads.read(raw_mail.queue, tried=False, limit=TOGETHER))
        if not group:
            return 0
        await self._parsers.ready()
        async with self._attempt([mail.id for mail in group]):
            read = await self._read_all(group)
            together = zip(group, read, strict=True)
            await self._place([(mail.id, parsed) for mail, parsed in together if parsed is not None])
        return len(group)

    async def place_tried(self) -> int:
        """Try the oldest mail that was begun before and not finished, with more time; 0 when there is none."""
        waiting = await self._threads.read(raw_mail.queue, tried=True, limit=1)
        for mail in waiting:
            if mail.attempts >= TRIES:
                await self._give_up(mail.id, f"It could not be read or placed in {TRIES} tries.")
                continue
            await self._parsers.ready()
            try:
                async with self._attempt([mail.id]):
                    await self._place_one(mail.id, await self._parsed(mail, self._slow_seconds))
            except Unreadable as error:
                if mail.attempts + 1 >= TRIES:
                    await self._give_up(mail.id, str(error))
        return len(waiting)

    @asynccontextmanager
    async def _attempt(self, raw_ids: Sequence[int]) -> AsyncIterator[None]:
        """Count a try before it is made. What is not the mail's fault, the database's or our own end, is uncounted."""
        counting = asyncio.ensure_future(self._threads.write(raw_mail.begin_attempt, raw_ids))
        try:
            await unbroken(counting)
            yield
        except (DatabaseError, OtherVersion, asyncio.CancelledError):
            if counting.done() and counting.exception() is None:
                await unbroken(self._take_back(raw_ids))
            raise

    async def _take_back(self, raw_ids: Sequence[int]) -> None:
        try:
            await self._threads.write(raw_mail.take_attempt_back, raw_ids)
        except DatabaseError as error:
            log.warning("A try of mails %d to %d stays counted: %s", raw_ids[0], raw_ids[-1], error)

    async def _read_all(self, group: Sequence[Queued]) -> list[IncomingMail | None]:
        """Read them beside each other; when one cannot go on, none does."""
        reading = [asyncio.ensure_future(self._read(mail)) for mail in group]
        try:
            return await asyncio.gather(*reading)
        finally:
            for one in reading:
                one.cancel()
            await asyncio.gather(*reading, return_exceptions=True)

    async def _read(self, mail: Queued) -> IncomingMail | None:
        try:
            return await self._parsed(mail, min(FIRST_TRY_SECONDS, self._slow_seconds))
        except Unreadable as error:
            log.warning("Mail %d: %s", mail.id, error)
            self._slow_wake.set()
            return None

    async def _parsed(self, mail: Queued, seconds: float) -> IncomingMail:
        content = await self._threads.read(raw_mail.content, mail.id)
        return await self._parsers.parse(content or b"", seconds=seconds)

    async def _place(self, items: Sequence[tuple[int, IncomingMail]]) -> None:
        """Place several in one transaction; those that cannot be, once more each by itself."""
        if not items:
            return
        placed: Sequence[Target | None]
        try:
            placed = await self._threads.insist(route.place_many, items, datetime.now(UTC))
            reach(Point.PLACED)
        except Exception:
            log.exception("Mails %d to %d could not be placed together", items[0][0], items[-1][0])
            placed = [None] * len(items)
        for (raw_id, parsed), target in zip(items, placed, strict=True):
            if target is None:
                await self._place_one(raw_id, parsed)

    async def _place_one(self, raw_id: int, parsed: IncomingMail) -> None:
        try:
            await self._threads.insist(route.place, raw_id=raw_id, mail=parsed, now=datetime.now(UTC))
        except Exception as error:
            log.exception("Mail %d could not be placed", raw_id)
            await self._give_up(raw_id, f"It could not be placed ({type(error).__name__}).")

    async def _give_up(self, raw_id: int, reason: str) -> None:
        log.warning("Mail %d goes to quarantine: %s", raw_id, reason)
        await self._threads.insist(route.give_up, raw_id, reason, datetime.now(UTC))


def _group(waiting: Sequence[Queued]) -> list[Queued]:
    """Take as many as fit in memory; at least one."""
    group: list[Queued] = []
    total = 0
    for mail in waiting:
        total += mail.size_bytes
        if group and total > TOGETHER_BYTES:
            break
        group.append(mail)
    return group


async def _event_or(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
