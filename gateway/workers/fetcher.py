"""Fetch one account's mail while holding its lease: bytes and cursor in one commit, everything else is others' work.

Reading faults and our own crashes lose nothing, since the cursor moves with the stored bytes. The server is only read,
unless the account asks for more once its mail is stored.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime

from gateway.transports.faults import FaultKind, FolderGone, TransportFault
from gateway.transports.imap import ImapSession
from gateway.workers import consent
from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.pop3_fetcher import PopFetcher
from gateway.workers.server_chores import ServerChores
from models.services import fetch_health, receive
from models.store import raw_mail
from models.types.account import AccountPlan, Auth, Batch
from models.types.errors import DatabaseError, NotFound, SettingsError
from models.types.failpoint import Point, reach

LONGEST_WAIT = 300.0  # seconds between tries of an account that fails; a refused login waits longer (R1.7)
LONG_ENOUGH = 60.0  # seconds a session must have lasted so that its loss is no failure
TROUBLE_SECONDS = 5.0  # while the database refuses

log = logging.getLogger(__name__)


class Fetcher:
    """One account. ``wake`` ends a wait after a failure; ``stored`` is called when new mail was committed."""

    def __init__(self, threads: DatabaseThreads, account_id: int, *, stored: Callable[[], None]) -> None:
        self._threads = threads
        self._account_id = account_id
        self._stored = stored
        self._stuck: set[str] = set()  # POP3 messages that broke the connection
        self.wake = asyncio.Event()
        self.backing_off = False

    async def run(self, *, not_before: datetime | None = None) -> None:
        """Fetch until cancelled; ``not_before``: what an earlier failure asks for."""
        if not_before is not None:
            self.backing_off = True
            await self._rest((not_before - datetime.now(UTC)).total_seconds())
            self.backing_off = False
        refused = False  # the server took the newest access token not
        while True:
            by_token = False
            try:
                plan = await consent.plan(self._threads, self._account_id, refused=refused)
                by_token = not refused and any(one.auth is Auth.OAUTH for one in (plan.imap, plan.pop3) if one)
                refused = False
                if plan.imap is not None:
                    await self._stay(plan)
                elif plan.pop3 is not None:
                    await self._visit(plan)
                else:
                    return
            except TransportFault as fault:
                if refused := by_token and fault.kind is FaultKind.AUTH:
                    continue  # a token may end before its time: once more with a new one
                await self._failed(fault.sentence, stop=fault.kind is FaultKind.AUTH)
            except SettingsError as error:
                refused = False
                await self._failed(f"{error} {error.remedy}".strip(), stop=True)
            except NotFound:
                return
            except DatabaseError as error:
                log.warning("Fetching waits: %s", error)
                await self._rest(TROUBLE_SECONDS)

    async def _stay(self, plan: AccountPlan) -> None:
        """Stay logged in to an IMAP server: fetch, wait for news, fetch."""
        assert plan.imap is not None
        session, loop = ImapSession(), asyncio.get_running_loop()
        begun = loop.time()
        try:
            await session.open(plan.imap)
            chores = ServerChores(self._threads, plan)
            while True:
                await self._look_into(session, plan, chores)
                await self._worked()
                try:
                    await session.wait(plan.poll_seconds)
                except TransportFault:
                    if loop.time() - begun < LONG_ENOUGH:
                        raise
                    return  # servers end long sessions as they please; only a new one that fails is a failure
        finally:
            await session.close()

    async def _look_into(self, session: ImapSession, plan: AccountPlan, chores: ServerChores) -> None:
        """Fetch every folder to its end; one that is gone is told of when the others are done."""
        gone: FolderGone | None = None
        for folder in plan.folders:
            try:
                await self._fetch(session, plan, folder, chores=chores.any)
                if await chores.tend(session, folder):
                    await self._fetch(session, plan, folder, chores=chores.any)  # what came meanwhile was not announced
            except FolderGone as fault:
                gone = gone or fault
        if gone is not None:
            raise gone

    async def _fetch(self, session: ImapSession, plan: AccountPlan, folder: str, *, chores: bool) -> None:
        cursor = await self._threads.read(raw_mail.cursor, plan.id, folder)
        while (batch := await session.fetch(folder, cursor)) is not None:
            await self._keep(plan, batch, chores=chores)
            cursor = batch.cursor

    async def _visit(self, plan: AccountPlan) -> None:
        """Look into a POP3 mailbox, again and again; each round is a session of its own, for the server locks it."""
        fetcher = PopFetcher(self._threads.database, plan, self._stuck)
        while True:
            if await fetcher.round():
                self._stored()
            await self._worked()
            await self._rest(plan.poll_seconds)
            if plan.pop3 is not None and plan.pop3.auth is Auth.OAUTH:
                return  # the next round may need a new token

    async def _keep(self, plan: AccountPlan, batch: Batch, *, chores: bool) -> None:
        if batch.rescanned:
            log.warning("%s: the server numbers %s anew; everything in it is looked at again", plan.name, batch.folder)
        reach(Point.FETCHED)
        new = await self._threads.write(
            receive.keep, account_id=plan.id, batch=batch, now=datetime.now(UTC), chores=chores
        )
        reach(Point.KEPT)
        if new:
            self._stored()

    async def _worked(self) -> None:
        await self._threads.write(fetch_health.worked, account_id=self._account_id, now=datetime.now(UTC))

    async def _failed(self, sentence: str, *, stop: bool) -> None:
        """Note it, then stay away: as long as the account says, a little less for each so that not all come at once."""
        log.warning("Account %d: %s", self._account_id, sentence)
        now = datetime.now(UTC)
        try:
            until = await self._threads.write(
                fetch_health.failed, account_id=self._account_id, sentence=sentence, stop=stop, now=now
            )
            seconds = (until - now).total_seconds()
        except DatabaseError:
            seconds = TROUBLE_SECONDS
        self.backing_off = True
        await self._rest((seconds if stop else min(seconds, LONGEST_WAIT)) * random.uniform(0.8, 1.0))  # noqa: S311
        self.backing_off = False

    async def _rest(self, seconds: float) -> None:
        self.wake.clear()
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self.wake.wait()
        except TimeoutError:
            return
