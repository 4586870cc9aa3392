"""Run everything that fetches and sends: one task for each job whose lease this process holds.

Plain tasks in whatever loop is there, the screen's or a bare one. Any number of processes may run it: leases decide
who serves what, and a job that crashes is started again without touching the others.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.workers import recovery, spool, spool_file
from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.fetcher import Fetcher
from gateway.workers.jobs import Job, Jobs
from gateway.workers.key_watch import KeyWatch
from gateway.workers.lease_book import LeaseBook
from gateway.workers.outbox_clock import OutboxClock
from gateway.workers.pace import Pace
from gateway.workers.parsing import Parsers
from gateway.workers.placer import Placer
from gateway.workers.sender import Sender
from models.store import accounts, draft_files, search_upkeep, sweep
from models.store.accounts import AccountFacts, Half
from models.store.database import Database
from models.store.feed import changes
from models.types.errors import DatabaseError
from models.types.health import AccountState

SWEEP_SECONDS = 3600.0
MERGE_PAUSE = 0.05  # between two steps at the search index; others want to write, too
KEEP_CHANGES = timedelta(hours=1)
KEEP_FILES = timedelta(days=30)  # that nothing uses any more: an undo may bring one back

log = logging.getLogger(__name__)


async def run(database: Database, *, holder: str, hostname: str, pace: Pace | None = None) -> None:
    """Fetch, place and send until cancelled; then end in good order (a dialogue with a server may take its grace)."""
    threads = DatabaseThreads(database)
    parsers = Parsers(threads)
    supervisor = Supervisor(threads, parsers, holder=holder, hostname=hostname, pace=pace or Pace())
    try:
        await supervisor.run()
    finally:
        await supervisor.stop()
        await parsers.close()
        await threads.ended()


class Supervisor:
    """Starts and stops jobs as accounts and leases come and go."""

    def __init__(self, threads: DatabaseThreads, parsers: Parsers, *, holder: str, hostname: str, pace: Pace) -> None:
        self._threads = threads
        self._holder = holder
        self._hostname = hostname
        self._pace = pace
        self._changed = asyncio.Event()
        self._stale = True  # the accounts must be read again
        self._accounts: list[AccountFacts] = []
        self._book = LeaseBook(threads, holder, pace)
        self._jobs = Jobs(self._changed.set, pace.crash)
        self._placer = Placer(threads, parsers)
        self._clock = OutboxClock(threads)
        self._fetchers: dict[int, Fetcher] = {}
        self._keys = KeyWatch(threads)

    async def run(self) -> None:
        """Tend accounts, leases and jobs until cancelled."""
        while True:
            self._changed.clear()
            await self._tend()
            try:
                async with asyncio.timeout(self._pace.tend):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def stop(self) -> None:
        """End all jobs, then give the leases back."""
        await self._jobs.stop()
        await self._book.release()

    async def _tend(self) -> None:
        if self._stale:
            await self._read_accounts()
        leased = dict(self._leased_jobs(await self._keys.servable(self._accounts)))
        held = await self._book.tend(leased)
        self._jobs.keep(dict(self._own_jobs()) | {name: job for name, job in leased.items() if name in held})

    async def _read_accounts(self) -> None:
        self._stale = False
        try:
            self._accounts = await self._threads.read(accounts.active)
        except DatabaseError as error:
            self._stale = True
            log.warning("The accounts cannot be read: %s", error)
        for account in self._accounts:
            fetcher = self._fetchers.get(account.id)
            if fetcher is not None and fetcher.backing_off and account.retry_at is None:
                fetcher.wake.set()  # somebody has put things right

    def _own_jobs(self) -> Iterator[tuple[str, Job]]:
        """Jobs every process does for itself."""
        folder = spool_file.folder(self._threads.database.url)
        yield "feed", Job(self._listen)
        yield "clock", Job(self._clock.run)
        yield "recover", Job(lambda: recovery.run(self._threads, seconds=self._pace.recover))
        yield "spool", Job(lambda: spool.run(self._threads.database, folder))

    def _leased_jobs(self, served: Sequence[AccountFacts]) -> Iterator[tuple[str, Job]]:
        """Jobs only one process may do."""
        yield "place", Job(self._placer.run)
        yield "sweep", Job(self._sweep)
        for account in served:
            made_for = replace(
                account, state=AccountState.OK, retry_at=None, send_state=AccountState.OK, send_retry_at=None
            )
            if account.smtp_host and self._keys.may_send:
                yield f"send:{account.id}", Job(self._sending(account), made_for)
            if account.imap_host or account.pop3_host:
                yield f"fetch:{account.id}", Job(self._fetching(account), made_for)

    def _sending(self, account: AccountFacts) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            try:
                sender = Sender(
                    self._threads,
                    account.id,
                    holder=self._holder,
                    hostname=self._hostname,
                    rested=self._clock.stir,
                    pace=self._pace,
                )
            except OSError as error:
                said = f"The outbox's journal cannot be made ({error.strerror}: {error.filename}), so nothing is sent."
                await self._threads.write(accounts.fails, account.id, Half.SEND, said, datetime.now(UTC))
                raise
            self._clock.senders[account.id] = sender
            try:
                await sender.run()
            finally:
                del self._clock.senders[account.id]

        return work

    def _fetching(self, account: AccountFacts) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            fetcher = self._fetchers[account.id] = Fetcher(self._threads, account.id, stored=self._placer.wake.set)
            try:
                await fetcher.run(not_before=account.retry_at)
            finally:
                del self._fetchers[account.id]

        return work

    async def _listen(self) -> None:
        """Hear what anybody commits."""
        async for change in changes(self._threads.database.url):
            self._clock.stir()
            self._placer.wake.set()
            if change.accounts or change.all:
                self._stale = True
                self._changed.set()

    async def _sweep(self) -> None:
        while True:
            try:
                await self._threads.write(sweep.old_changes, datetime.now(UTC) - KEEP_CHANGES)
                await self._threads.write(draft_files.sweep, datetime.now(UTC) - KEEP_FILES)
                while await self._threads.write(search_upkeep.merge):  # noqa: ASYNC110 (it works, it does not wait)
                    await asyncio.sleep(MERGE_PAUSE)
            except DatabaseError as error:
                log.warning("Nothing was swept: %s", error)
            await asyncio.sleep(SWEEP_SECONDS)
