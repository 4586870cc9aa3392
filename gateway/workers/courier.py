"""Carry one account's mails over one kept connection, and write down what became of each."""

import asyncio
import logging
from datetime import UTC, datetime

from sqlmodel import Session

from gateway.transports.faults import TransportFault
from gateway.transports.smtp import SmtpSession
from gateway.workers import consent
from gateway.workers.database_threads import DatabaseThreads, unbroken
from gateway.workers.pace import Pace
from models.services import settle
from models.types.account import Auth
from models.types.errors import DatabaseError, LeaseLost, NotFound, SettingsError
from models.types.failpoint import Point, reach
from models.types.outbox import Claim, Deferred, Outcome, Phase, Reason, Refused, Unknown

log = logging.getLogger(__name__)


class Courier:
    """One account's connection. ``carry`` may be cancelled: then the mail at hand is settled as far as it got."""

    def __init__(self, threads: DatabaseThreads, account_id: int, *, hostname: str, pace: Pace) -> None:
        self._threads = threads
        self._account_id = account_id
        self._hostname = hostname
        self._pace = pace
        self._session: SmtpSession | None = None
        self._by_token = False  # the newest plan signs in by an access token

    @property
    def connected(self) -> bool:
        """True while a connection is kept."""
        return self._session is not None

    async def carry(self, claim: Claim) -> bool:
        """Send one claimed copy that has its bytes, and settle it. False: the account cannot send now."""
        outcome = await self._outcome(claim)
        if outcome is None:
            return True
        await self.settle(claim, outcome)
        return not (isinstance(outcome, Deferred | Refused) and (outcome.account_wide or outcome.reason is Reason.RATE))

    async def settle(self, claim: Claim, outcome: Outcome) -> None:
        """Write down an outcome, however long the database refuses: the server said it only once."""
        try:
            await unbroken(self._threads.insist(settle.settle, claim, outcome, datetime.now(UTC)))
            reach(Point.SETTLED)
        except LeaseLost:
            log.warning("Delivery %d was taken over before its outcome was written down", claim.delivery_id)

    async def hang_up(self) -> None:
        """End the connection, if there is one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _outcome(self, claim: Claim) -> Outcome | None:
        """Deliver over the kept connection, or a new one. None: the copy is not ours any more."""
        kept = self._session is not None and self._session.usable
        failed = None if kept else await self._open()
        if failed is not None:
            return failed
        outcome = await self._deliver(claim)
        if kept and self._was_stale(outcome):
            outcome = await self._open() or await self._deliver(claim)
        return outcome

    async def _open(self) -> Outcome | None:
        failed = await self._try_to_open()
        if self._by_token and isinstance(failed, Refused) and failed.reason is Reason.AUTH:
            return await self._try_to_open(refused=True)  # a token may end before its time
        return failed

    async def _try_to_open(self, *, refused: bool = False) -> Outcome | None:
        await self.hang_up()
        self._by_token = False
        try:
            plan = await consent.plan(self._threads, self._account_id, refused=refused)
        except (SettingsError, NotFound) as error:
            said = f"{error} {error.remedy}".strip()
            return Refused(Reason.AUTH, Phase.AUTH, said, account_wide=True, sentence=said)
        except DatabaseError as error:
            return Deferred(Reason.SYSTEM, Phase.CONNECT, str(error))
        except TransportFault as fault:
            return Deferred(Reason.CONNECT, Phase.CONNECT, fault.sentence, account_wide=True)
        if plan.smtp is None:
            return Refused(Reason.CONNECT, Phase.CONNECT, "This account does not send.", account_wide=True)
        self._by_token = plan.smtp.auth is Auth.OAUTH
        session = SmtpSession(self._pace.deadlines)
        failed = await session.open(plan.smtp, hostname=self._hostname)
        if failed is None:
            self._session = session
        return failed

    def _was_stale(self, outcome: Outcome | None) -> bool:
        """Servers end kept connections as they please; that says nothing about this mail or the account."""
        early = isinstance(outcome, Deferred) and outcome.phase in (Phase.CONNECT, Phase.MAIL)
        return early and self._session is not None and not self._session.usable

    async def _deliver(self, claim: Claim) -> Outcome | None:
        promised = allowed = False

        async def before_dot() -> None:
            nonlocal promised, allowed
            write = asyncio.ensure_future(self._threads.write(_promise, claim, datetime.now(UTC), self._pace.claim))
            try:
                await unbroken(write)
            finally:
                promised = write.done() and not write.cancelled() and write.exception() is None
            allowed = True
            reach(Point.BEFORE_DOT)

        assert self._session is not None
        try:
            return await self._session.deliver(
                claim.envelope_from, claim.envelope_to, claim.wire or b"", before_dot=before_dot
            )
        except LeaseLost:
            log.warning("Delivery %d was taken over before its end was sent; it was not sent", claim.delivery_id)
            return None
        except DatabaseError as error:
            log.warning("Delivery %d waits: %s", claim.delivery_id, error)
            await self._give_back(claim)
            return None
        except asyncio.CancelledError:
            if allowed:
                await self.settle(claim, Unknown("The program ended while the server's answer was awaited."))
            elif promised:
                await self.settle(claim, Deferred(Reason.SYSTEM, Phase.DATA, "The program ended before it was sent."))
            raise

    async def _give_back(self, claim: Claim) -> None:
        try:
            await self._threads.insist(settle.release, claim, datetime.now(UTC))
        except LeaseLost:
            log.warning("Delivery %d was taken over meanwhile", claim.delivery_id)


def _promise(session: Session, claim: Claim, now: datetime, seconds: float) -> None:
    settle.begin_data(session, claim, now)
    settle.renew(session, claim, now, seconds)  # the living renew it, so the dead are found sooner
    reach(Point.PROMISE)
