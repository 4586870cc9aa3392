"""Database work off the event loop, on threads the workers share with nobody.

While the database is locked each write waits its five seconds in a thread; the screen's reads must not queue behind.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlmodel import Session

from models.store.database import Database
from models.types.errors import DatabaseError

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 6
SHORTEST_WAIT = 0.1
LONGEST_WAIT = 2.0

log = logging.getLogger(__name__)


class DatabaseThreads:
    """Runs units of work on a database; close it when nothing runs any more."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="workers-db")

    async def write(self, work: Callable[Concatenate[Session, P], T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """Run ``work(session, ...)`` in one writing transaction. It runs to its end even when we are cancelled."""
        return await self.call(partial(self.database.write, work, *arguments, **named))

    async def read(self, work: Callable[Concatenate[Session, P], T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """Run ``work(session, ...)`` in one reading transaction."""
        return await self.call(partial(self.database.read, work, *arguments, **named))

    async def insist(self, work: Callable[Concatenate[Session, P], T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """Write, and write again while the database refuses: what happened on the wire must not be forgotten."""
        wait = SHORTEST_WAIT
        while True:
            try:
                return await self.write(work, *arguments, **named)
            except DatabaseError as error:
                log.warning("It is kept and written as soon as the database lets us: %s", error)
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def call(self, work: Callable[[], T]) -> T:
        """Run anything that would hold up the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Let the threads end once their work is done."""
        self._threads.shutdown(wait=False)

    async def ended(self) -> None:
        """Close it, and return when all work is done: a database closed under it keeps connections open."""
        await asyncio.to_thread(self._threads.shutdown)


async def unbroken(work: Awaitable[T]) -> T:
    """Await something to its end although we are cancelled meanwhile; the cancellation comes after it."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
