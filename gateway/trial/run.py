"""Try an account in steps, each told when it begins and when it ends.

Every login is tried once; one that was refused is not tried at the account's other server, so that a wrong password
costs one failure at the provider, not several.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from gateway.mime.parse import parse
from gateway.transports.certificate import Certificate
from gateway.transports.faults import FaultKind
from gateway.transports.smtp_dialogue import Deadlines
from gateway.trial.fetching import FetchingHalf, half
from gateway.trial.letter import letter, part_of, plus_address, verdicts
from gateway.trial.sending import SendingHalf
from gateway.trial.words import Trouble
from models.types.account import AccountPlan, Endpoint, Security
from models.types.trial import StepState, TrialResult, TrialStep

ENDS_SOON_DAYS = 14
AFTER_FAILURE = "What comes before it failed."

_QUICK = Deadlines(connect=15, command=30, data=30, block=30, dot=60, quit=2)
Work = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. ``back``: for the letter to arrive; ``plus``: for its twin, once it has."""

    back: float = 60
    plus: float = 15
    look: float = 3  # between looks for it
    command: float = 20
    deadlines: Deadlines = field(default_factory=lambda: _QUICK)


class Trial:
    """One trial: walk through ``steps`` to its end, then read ``result``. ``refused``: endpoints whose login was.

    ``stored``: mail the desk's own workers brought meanwhile; they may take a letter away before it is seen here.
    """

    def __init__(
        self,
        plan: AccountPlan,
        *,
        hostname: str,
        fingerprint: str = "",
        loop_tag: str = "",
        other_from: str = "",
        hints: Sequence[str] = (),
        patience: Patience | None = None,
        stored: Callable[[], Awaitable[Sequence[bytes]]] | None = None,
    ) -> None:
        self._plan = plan
        self._stored = stored
        self._patience = patience or Patience()
        self._fingerprint = fingerprint
        self._loop_tag = loop_tag
        self._other_from = other_from
        self._token = secrets.token_hex(8)
        self._sending = (
            SendingHalf(plan.smtp, plan.email, hostname, self._patience.deadlines, hints) if plan.smtp else None
        )
        self._fetching = half(plan, self._patience.command, hints)
        self._done: dict[str, TrialStep] = {}
        self._came: dict[str, bytes] = {}
        self._plus: bool | None = None
        self._takes_other: bool | None = None
        self._authserv_id = ""
        self.refused: list[Endpoint] = []

    @property
    def result(self) -> TrialResult:
        """What the trial says, as far as it went."""
        return TrialResult(
            self._fingerprint, datetime.now(UTC), tuple(self._done.values()), self._plus, self._takes_other,
            self._authserv_id,
        )  # fmt: skip

    async def steps(self) -> AsyncGenerator[TrialStep, None]:
        """Tell each step as it begins and as it ends. Raises nothing for what servers do."""
        try:
            async with aclosing(self._all()) as steps:
                async for step in steps:
                    self._done[step.key] = step
                    yield step
        finally:
            for part in (self._sending, self._fetching):
                if part is not None:
                    await part.close()

    async def _all(self) -> AsyncGenerator[TrialStep, None]:
        for key, part in (("smtp", self._sending), ("fetch", self._fetching)):
            if part is not None:
                async for step in self._way_in(key, part):
                    yield step
        if self._sending is not None:
            async for step in self._step("smtp.accept", "The server takes mail from this address", self._accept,
                                         after="smtp.login"):  # fmt: skip
                yield step
        if self._fetching is not None:
            name = "Folders" if self._plan.imap else "Messages and their lasting names (UIDL)"
            async for step in self._step("fetch.look", name, self._fetching.look, after="fetch.login"):
                yield step
        async for step in self._round_trip():
            yield step

    async def _way_in(self, key: str, part: SendingHalf | FetchingHalf) -> AsyncIterator[TrialStep]:
        """Reach, secure, log in. One call connects; what went wrong says which of the two steps it was."""
        where = f"{part.endpoint.host}:{part.endpoint.port}"
        reach = TrialStep(f"{key}.reach", f"{part.protocol}: {where} answers", StepState.RUNNING)
        secure = TrialStep(f"{key}.secure", f"{part.protocol}: encryption and certificate", StepState.RUNNING)
        yield reach
        trouble: Trouble | None = None
        try:
            await part.connect()
        except Trouble as met:
            trouble = met
        if trouble is not None and trouble.kind is not FaultKind.TLS:
            yield _failed(reach, trouble)
            yield replace(secure, state=StepState.SKIPPED, sentence="There is no connection.")
        else:
            yield replace(reach, state=StepState.OK)
            yield secure
            if trouble is not None:
                yield _failed(secure, trouble)
            else:
                yield replace(secure, state=StepState.OK, sentence=_proved(part.endpoint, part.certificate))
        async for step in self._log_in(key, part):
            yield step

    async def _log_in(self, key: str, part: SendingHalf | FetchingHalf) -> AsyncIterator[TrialStep]:
        endpoint = part.endpoint
        name = f"{part.protocol}: log in as {endpoint.user}" if endpoint.user else f"{part.protocol}: log in"
        step = TrialStep(f"{key}.login", name, StepState.RUNNING)
        if self._done[f"{key}.secure"].state is not StepState.OK:
            yield replace(step, state=StepState.SKIPPED, sentence="There is no safe connection; nothing was said.")
            return
        if any((one.user, one.password) == (endpoint.user, endpoint.password) for one in self.refused):
            sentence = (
                "The other server refused this login; it is not tried again, lest the provider locks the account."
            )
            yield replace(step, state=StepState.SKIPPED, sentence=sentence)
            return
        yield step
        try:
            await part.log_in()
        except Trouble as trouble:
            if trouble.kind is FaultKind.AUTH and trouble.server_text:  # else nothing was said to it
                self.refused.append(endpoint)
            yield _failed(step, trouble)
            return
        yield replace(step, state=StepState.OK, sentence="" if part.logged_in else "It asks for no login.")

    async def _accept(self) -> str:
        assert self._sending is not None
        if self._other_from:
            self._takes_other = await self._sending.takes(self._other_from)
        await self._sending.rehearse()
        if self._takes_other is None:
            return ""
        return f"It {'takes' if self._takes_other else 'does not take'} mail from {self._other_from}, too."

    async def _round_trip(self) -> AsyncIterator[TrialStep]:
        missing = self._no_round_trip()
        send = "A letter to itself is sent"
        async for step in self._step("message.sent", send, self._send, skip=missing, after="smtp.accept"):
            yield step
        async for step in self._step("message.back", "The letter comes back", self._await_letter, skip=missing,
                                     after="message.sent"):  # fmt: skip
            yield step
        async for step in self._step("message.plus", "Plus-addressing", self._await_plus, skip=missing,
                                     after="message.back"):  # fmt: skip
            yield step
        async for step in self._step("message.results", "What the receiving server says of it (SPF, DKIM, DMARC)",
                                     self._read_results, skip=missing, after="message.back"):  # fmt: skip
            yield step

    def _no_round_trip(self) -> str:
        if self._sending is None:
            return "This account sends no mail."
        return (
            "" if self._fetching is not None else "This account fetches no mail: whether it arrives is not seen here."
        )

    async def _step(self, key: str, name: str, work: Work, *, after: str, skip: str = "") -> AsyncIterator[TrialStep]:
        """Do a step when the one it needs went well."""
        step = TrialStep(key, name, StepState.RUNNING)
        if key == "message.sent" and not skip and self._done["fetch.look"].state is not StepState.OK:
            skip = "What would come back could not be fetched."
        if not skip and self._done[after].state is not StepState.OK:
            skip = AFTER_FAILURE
        if skip:
            yield replace(step, state=StepState.SKIPPED, sentence=skip)
            return
        yield step
        try:
            yield replace(step, state=StepState.OK, sentence=await work())
        except Trouble as trouble:
            yield _failed(step, trouble)

    async def _send(self) -> str:
        assert self._sending is not None
        email = self._plan.email
        await self._sending.send(email, self._letter("own"))
        try:
            await self._sending.send(plus_address(email, self._token), self._letter("plus"))
        except Trouble as trouble:
            self._plus = False if trouble.kind is None else None  # refused there, or the line broke
        await self._sending.close()
        return ""

    def _letter(self, part: str) -> bytes:
        return letter(
            email=self._plan.email, token=self._token, part=part, loop_tag=self._loop_tag, now=datetime.now(UTC)
        )

    async def _await_letter(self) -> str:
        assert self._fetching is not None
        loop = asyncio.get_running_loop()
        begun = loop.time()
        if await self._until("own", self._patience.back):
            return f"After {max(loop.time() - begun, 0.1):.1f} seconds."
        if where := await self._fetching.elsewhere(self._known):
            raise Trouble(
                f"It ended up in the folder {where}.", "Tell the provider that this mail is no junk, then test again."
            )
        raise Trouble(
            f"It did not come back within {self._patience.back:g} seconds.",
            f"Does mail to {self._plan.email} come into this mailbox? Look there for 'nightdesk account test'.",
        )

    async def _await_plus(self) -> str:
        if self._plus is False:
            return "No: the server refuses such addresses. Answers are known by their headers."
        self._plus = await self._until("plus", self._patience.plus)
        if self._plus:
            return "Yes: mail to name+word comes to name."
        return "No: such a letter did not come. Answers are known by their headers."

    async def _read_results(self) -> str:
        found = verdicts(parse(self._came["own"]))
        if found is None:
            return "Nothing: who really sent a mail cannot be proved at this account."
        self._authserv_id = found.server
        return f"{found.server or 'It'} says: {' '.join(found.words) or 'nothing of use'}."

    async def _until(self, part: str, seconds: float) -> bool:
        assert self._fetching is not None
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while part not in self._came and loop.time() < end:
            wait = max(min(self._patience.look, end - loop.time()), 0.05)
            self._came |= await self._fetching.news(self._known, wait)
            if part not in self._came and self._stored is not None:
                self._came |= {name: mail for mail in await self._stored() if (name := self._known(mail))}
        return part in self._came

    def _known(self, content: bytes) -> str:
        return part_of(content, self._token)


def _failed(step: TrialStep, trouble: Trouble) -> TrialStep:
    return replace(
        step,
        state=StepState.FAILED,
        sentence=trouble.sentence,
        remedy=trouble.remedy,
        server_text=trouble.server_text[:500],
    )


def _proved(endpoint: Endpoint, certificate: Certificate | None) -> str:
    if endpoint.security is Security.PLAIN or certificate is None:
        return "Not encrypted; the connection stays on this machine."
    by = f" by {certificate.issuer}" if certificate.issuer else ""
    if certificate.until is None:
        return f"The certificate{by} is good."
    days = (certificate.until - datetime.now(UTC)).days
    soon = f" That is in {days} days: it must be renewed." if days < ENDS_SOON_DAYS else ""
    return f"The certificate{by} is good until {certificate.until:%Y-%m-%d}.{soon}"
