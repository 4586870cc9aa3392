"""One IMAP command at a time, each under a deadline for the whole of it; after any fault the connection is gone."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from aioimaplib import aioimaplib

from gateway.transports import bearer
from gateway.transports.faults import FaultKind, TransportFault
from gateway.transports.imap_protocol import ANSWER_BYTES, Command, ImapProtocol, Piece
from gateway.transports.mailbox_name import quote
from models.types.account import Endpoint

COMMAND_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A command's outcome: OK, NO or BAD, the server's words with it, and what came before."""

    result: str
    text: str
    pieces: list[Piece]


class ImapClient:
    """Commands over one ``ImapProtocol``; raises only ``TransportFault`` (and what cancels it)."""

    def __init__(self, protocol: ImapProtocol, seconds: float = COMMAND_SECONDS) -> None:
        self.protocol = protocol
        self.seconds = seconds
        self.capabilities: frozenset[str] = frozenset()

    async def greet(self) -> bool:
        """Read the greeting; True when the server takes us as logged in already (PREAUTH)."""
        async with self._deadline(self.seconds):
            line = (await self.protocol.greeting).upper()
        if not line.startswith((b"* OK", b"* PREAUTH")):
            self.protocol.fail(FaultKind.REFUSED, "The server refuses to talk.", line.decode("utf-8", "replace"))
            raise self._fault()
        preauth = line.startswith(b"* PREAUTH")
        self.protocol.state = aioimaplib.AUTH if preauth else aioimaplib.NONAUTH
        return preauth

    async def starttls(self, context: ssl.SSLContext, host: str) -> None:
        """Upgrade the connection; what was said in clear before counts for nothing (RFC 3501 6.2.1)."""
        answer = await self.command("STARTTLS")
        if answer.result != "OK":
            self.abort()
            raise TransportFault(FaultKind.TLS, "The server refuses encryption.", answer.text)
        protocol = self.protocol
        if protocol.started or answer.pieces:  # answers smuggled in before the handshake (CVE-2011-0411)
            protocol.fail(FaultKind.TLS, "Somebody put words into the connection before it was encrypted.")
            raise self._fault()
        protocol.allow(ANSWER_BYTES)
        async with self._deadline(self.seconds):
            # raises what the handshake raises; the caller names it
            assert protocol.wire is not None
            loop = asyncio.get_running_loop()
            protocol.wire = await loop.start_tls(protocol.wire, protocol, context, server_hostname=host)
        self.capabilities = frozenset()

    async def ask_capabilities(self) -> None:
        """Fill ``capabilities``."""
        answer = await self.command("CAPABILITY")
        words = b" ".join(bytes(piece) for piece in answer.pieces if piece[:10].upper() == b"CAPABILITY")
        self.capabilities = frozenset(words.decode("ascii", "replace").upper().split())
        self.protocol.capabilities = set(self.capabilities)

    async def login(self, user: str, password: str) -> Answer:
        """Log in: LOGIN for ASCII, else AUTHENTICATE PLAIN, which alone may carry UTF-8."""
        if (user + password).isascii():
            answer = await self.command("LOGIN", quote(user), quote(password))
        else:
            answer = await self.authenticate("PLAIN", f"\0{user}\0{password}".encode())
        if answer.result == "OK":
            self.protocol.state = aioimaplib.AUTH
        return answer

    async def bear(self, endpoint: Endpoint) -> Answer:
        """Log in with an access token. The words of a refusal are those of its challenge, which say more."""
        offered = [word.removeprefix("AUTH=") for word in self.capabilities if word.startswith("AUTH=")]
        name = bearer.mechanism(offered, endpoint.host)
        self.protocol.challenge = ""
        answer = await self.authenticate(name, bearer.initial(name, endpoint))
        if answer.result == "OK":
            self.protocol.state = aioimaplib.AUTH
            return answer
        return replace(answer, text=f"{answer.text} {bearer.refusal(self.protocol.challenge)}".strip())

    async def authenticate(self, mechanism: str, initial: bytes) -> Answer:
        """Run a SASL exchange of one answer; any further challenge is answered by an empty line."""
        self.protocol.sasl_answer = b64encode(initial)
        return await self.command("AUTHENTICATE", mechanism)

    async def command(
        self, name: str, *arguments: str, uid: bool = False, seconds: float = 0, size_bytes: int = ANSWER_BYTES
    ) -> Answer:
        """Send one command and read its whole answer. ``seconds`` 0: the client's own limit."""
        protocol = self.protocol
        if protocol.fault is not None:
            raise protocol.fault
        protocol.allow(size_bytes)
        try:
            command = Command(name, protocol.new_tag(), *arguments, prefix="UID" if uid else "")
        except ValueError as error:  # a line break in an argument would be a second command
            raise TransportFault(FaultKind.AUTH, "The user name or password holds a line break.") from error
        async with self._deadline(seconds or self.seconds):
            response = await protocol.execute(command)
        *pieces, text = response.lines
        return Answer(response.result, bytes(text).decode("utf-8", "replace"), pieces)

    async def idle(self, seconds: float) -> bool:
        """Stay in IDLE until something new is announced (True) or the time is over."""
        protocol = self.protocol
        if protocol.fault is not None:
            raise protocol.fault
        protocol.allow(ANSWER_BYTES)
        protocol.idling.clear()
        command = Command("IDLE", protocol.new_tag())
        running = asyncio.ensure_future(protocol.execute(command))
        running.add_done_callback(lambda _: protocol.idling.set())
        try:
            async with self._deadline(self.seconds):
                await protocol.idling.wait()
            if running.done():
                await running  # raises the fault, if that is what ended it
                protocol.fail(FaultKind.PROTOCOL, "The server offers IDLE and refuses it.")
                raise self._fault()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await protocol.news.wait()
            if protocol.fault is not None:
                raise protocol.fault
            async with self._deadline(self.seconds):
                protocol.idle_done()
                await running
        finally:
            if not running.done():
                self.abort()
            await asyncio.gather(running, return_exceptions=True)
        return protocol.news.is_set()

    def abort(self) -> None:
        """Drop the connection at once."""
        self.protocol.fail(FaultKind.LOST, "The connection was given up.")

    @asynccontextmanager
    async def _deadline(self, seconds: float) -> AsyncIterator[None]:
        """End the connection when the time is over, or when whoever waits is cancelled: a late answer fits nothing."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            self.protocol.fail(FaultKind.TIMEOUT, f"The server gave no answer within {seconds:g} s.")
            raise self._fault() from error
        except asyncio.CancelledError:
            self.abort()
            raise

    def _fault(self) -> TransportFault:
        assert self.protocol.fault is not None
        return self.protocol.fault
