"""Wake senders when something is due: at the moment a copy's hold or wait ends, or when a commit says look again."""

import asyncio
import logging
from datetime import UTC, datetime

from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.sender import Sender
from models.store import due
from models.types.errors import DatabaseError

LONGEST_SLEEP = 30.0  # the wall clock may have been set meanwhile
GATHER_SECONDS = 0.05  # what is committed this quickly after each other is looked at once
TROUBLE_SECONDS = 1.0

log = logging.getLogger(__name__)


class OutboxClock:
    """Knows the senders of this process by account."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads
        self._stirred = asyncio.Event()
        self.senders: dict[int, Sender] = {}

    def stir(self) -> None:
        """Look again now: something was committed, or a sender has nothing to do."""
        self._stirred.set()

    async def run(self) -> None:
        """Wake whom it concerns, until cancelled."""
        while True:
            self._stirred.clear()
            try:
                sleep = await self._wake_due()
            except DatabaseError as error:
                log.warning("The outbox cannot be read: %s", error)
                sleep = TROUBLE_SECONDS
            try:
                async with asyncio.timeout(sleep):
                    await self._stirred.wait()
                await asyncio.sleep(GATHER_SECONDS)
            except TimeoutError:
                continue

    async def _wake_due(self) -> float:
        """Wake the resting senders that have something due; seconds until the next has."""
        resting = {account_id: sender for account_id, sender in self.senders.items() if sender.resting}
        times = await self._threads.read(due.next_times, list(resting)) if resting else {}
        now = datetime.now(UTC)
        sleep = LONGEST_SLEEP
        for account_id, at in times.items():
            if at <= now:
                resting[account_id].wake.set()
            else:
                sleep = min(sleep, (at - now).total_seconds())
        return sleep
