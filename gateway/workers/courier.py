"""Carry one account's mails over one kept connection."""

from collections.abc import Awaitable, Callable

from gateway.transports.faults import TransportFault
from gateway.transports.smtp import Parcel, SmtpSession
from gateway.workers import consent
from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.pace import Pace
from models.types.account import Auth
from models.types.errors import DatabaseError, NotFound, SettingsError
from models.types.outbox import Claim, Deferred, Outcome, Phase, Reason, Refused


class Courier:
    """One account's connection. ``before_dot`` is awaited before each final dot; what it raises keeps it from going."""

    def __init__(
        self,
        threads: DatabaseThreads,
        account_id: int,
        *,
        hostname: str,
        pace: Pace,
        before_dot: Callable[[Claim], Awaitable[None]],
    ) -> None:
        self._threads = threads
        self._account_id = account_id
        self._hostname = hostname
        self._pace = pace
        self._before_dot = before_dot
        self._session: SmtpSession | None = None
        self._used = False  # it carried a mail: it may be stale by now
        self._by_token = False  # the newest plan signs in by an access token
        self._in_order = False  # the server must not hear of a mail before it answered for the one before

    @property
    def connected(self) -> bool:
        """True while a connection is kept."""
        return self._session is not None

    @property
    def _stands(self) -> bool:
        return self._session is not None and self._session.usable

    async def ready(self) -> Outcome | None:
        """Have a connection that stands, the kept one or a new one. None: there is one; else what every mail meets."""
        return None if self._stands else await self._open()

    async def carry(self, claim: Claim, wire: bytes, then: Parcel | None) -> Outcome:
        """Send one promised copy; what became of it. What ``before_dot`` raised is passed on: it was not sent.

        ``then``: the one that will be carried next; ``let_go`` when it will not be.
        """
        kept = self._stands and self._used
        outcome = await self.ready() or await self._deliver(claim, wire, then)
        if kept and self._was_stale(outcome):
            outcome = await self._open() or await self._deliver(claim, wire, then)
        return outcome

    async def let_go(self) -> None:
        """End a connection over which only the mail that was said ahead could be sent."""
        if self._session is not None and self._session.pledged:
            await self.hang_up()

    async def hang_up(self) -> None:
        """End the connection, if there is one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _deliver(self, claim: Claim, wire: bytes, then: Parcel | None) -> Outcome:
        session = self._session
        assert session is not None
        self._used = True

        async def before_dot() -> None:
            await self._before_dot(claim)

        ahead = None if self._in_order else then
        outcome = await session.deliver(claim.envelope_from, claim.envelope_to, wire, before_dot=before_dot, then=ahead)
        self._in_order = self._in_order or session.ahead_failed
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
            self._session, self._used = session, False
        return failed

    def _was_stale(self, outcome: Outcome) -> bool:
        """Servers end kept connections as they please; that says nothing about this mail or the account."""
        early = isinstance(outcome, Deferred) and outcome.phase in (Phase.CONNECT, Phase.MAIL)
        return early and self._session is not None and not self._session.usable
