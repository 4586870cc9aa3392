"""What became of a sender's copies, written down together: each at once while the server is slow, by groups if not."""

import asyncio
import logging
from datetime import UTC, datetime

from gateway.workers.database_threads import DatabaseThreads, unbroken
from gateway.workers.journal import Journal
from models.services import settle
from models.types.failpoint import Point, reach
from models.types.outbox import Claim, Outcome

GATHER_SECONDS = 0.1  # an outcome waits no longer for others

log = logging.getLogger(__name__)


class Settlements:
    """Outcomes on their way into the database, in the journal until then."""

    def __init__(self, threads: DatabaseThreads, journal: Journal) -> None:
        self._threads = threads
        self._journal = journal
        self._waiting: list[tuple[Claim, Outcome]] = []
        self._hurry = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    def add(self, claim: Claim, outcome: Outcome) -> None:
        """Take an outcome; it is in the journal when this returns."""
        self._journal.ended(claim, outcome)
        reach(Point.NOTED)
        self._waiting.append((claim, outcome))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write())

    async def flush(self) -> None:
        """Return when all of them are written down, however long the database refuses: a server says it only once."""
        while self._writing is not None and (self._waiting or not self._writing.done()):
            self._hurry.set()
            await unbroken(self._writing)
        if self._writing is not None:
            self._writing.result()

    async def _write(self) -> None:
        while self._waiting:
            try:
                async with asyncio.timeout(GATHER_SECONDS):
                    await self._hurry.wait()
            except TimeoutError:
                pass
            self._hurry.clear()
            group, self._waiting = self._waiting, []
            lost = await self._threads.insist(settle.settle, group, datetime.now(UTC))
            for delivery_id in lost:
                log.warning("Delivery %d was taken over before its outcome was written down", delivery_id)
            self._journal.settled([claim.delivery_id for claim, _ in group])
            reach(Point.SETTLED)
