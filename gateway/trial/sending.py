"""The sending half of a trial: one SMTP connection at a time, each failure as ``Trouble``."""

from collections.abc import Sequence

from gateway.transports.certificate import Certificate
from gateway.transports.smtp import SmtpSession
from gateway.transports.smtp_dialogue import Deadlines
from gateway.trial.words import of_fault, of_outcome
from models.types.account import Endpoint
from models.types.outbox import Accepted, Deferred, Outcome, Refused


class SendingHalf:
    """``connect``, ``log_in``, ``rehearse``, then ``send`` for each letter; ``close`` in any case."""

    protocol = "SMTP"

    def __init__(
        self, endpoint: Endpoint, email: str, hostname: str, deadlines: Deadlines, hints: Sequence[str]
    ) -> None:
        self.endpoint = endpoint
        self._email = email
        self._hostname = hostname
        self._deadlines = deadlines
        self._hints = hints
        self._session = SmtpSession(deadlines)

    @property
    def certificate(self) -> Certificate | None:
        """What the server proved itself with."""
        return self._session.certificate

    @property
    def logged_in(self) -> bool:
        """Whether a login was said; not every server wants one."""
        return self._session.logged_in

    async def connect(self) -> None:
        """Connect and agree on encryption; no word of the login."""
        self._check(await self._session.connect(self.endpoint, hostname=self._hostname))

    async def log_in(self) -> None:
        """Log in."""
        self._check(await self._session.log_in())

    async def takes(self, sender: str) -> bool | None:
        """Ask whether mail from another address would be taken; None: the server does not decide now."""
        outcome = await self._session.rehearse(sender, self._email, data=False)
        return True if outcome is None else False if isinstance(outcome, Refused) else None

    async def rehearse(self) -> None:
        """Go up to the server's go-ahead for the content, and cut the connection there: nothing is sent."""
        self._check(await self._session.rehearse(self._email, self._email, data=True))

    async def send(self, recipient: str, letter: bytes) -> None:
        """Send a letter, over a new connection where there is none."""
        if not self._session.usable:
            await self.close()
            self._session = SmtpSession(self._deadlines)
            self._check(await self._session.open(self.endpoint, hostname=self._hostname))

        async def go() -> None:
            """Nothing to write down before the end."""

        outcome = await self._session.deliver(self._email, recipient, letter, before_dot=go)
        self._check(None if isinstance(outcome, Accepted) else outcome)

    async def close(self) -> None:
        """End the connection."""
        await self._session.close()

    def _check(self, outcome: Outcome | None) -> None:
        if outcome is None:
            return
        if isinstance(outcome, Deferred | Refused) and outcome.code is None and self._session.fault is not None:
            raise of_fault(self._session.fault, self.endpoint, self._hints)
        raise of_outcome(outcome, self.endpoint, self._email, self._hints)
