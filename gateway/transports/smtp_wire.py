"""aiosmtplib's protocol up to the login; from there replies are read here, as many as were asked for at once.

It reads one reply a command and throws away what else is there: no pipelining (RFC 2920), no early refusal of a body,
and what somebody put between the answer to STARTTLS and the handshake (5.1.3 discards it unseen) goes unnoticed.
"""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Iterator
from typing import cast

from aiosmtplib import SMTPReadTimeoutError, SMTPResponse, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.protocol import SMTPProtocol

from gateway.transports.faults import FaultKind, TransportFault
from models.types.failpoint import Point, reach

CHUNK_BYTES = 64 * 1024
FINAL_DOT = b"\r\n.\r\n"
REPLY_BYTES = 32 * 1024  # as aiosmtplib: of a reply with all its lines
NO_REPLY = -1  # the code of what is none

_ONE_REPLY = re.compile(rb"(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_LEADING_DOT = re.compile(rb"(?m)^\.")


class SmtpWire(SMTPProtocol):
    """One SMTP connection, driven by ``aiosmtplib.SMTP`` until the first ``say``."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._asyncio = loop
        self._taken_over = False
        self._heard = bytearray()
        self._replies: deque[SMTPResponse] = deque()
        self._broken: Exception | None = None
        self._listener: asyncio.Future[None] | None = None
        self._last_piece = b""  # of a body: it goes out with the final dot
        self._since_starttls: bytearray | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """Read replies, or hand the data to the library."""
        if self._taken_over:
            self._hear(data)
            return
        if self._since_starttls is not None:
            self._since_starttls += data[:REPLY_BYTES]
        super().data_received(data)

    def pause_writing(self) -> None:
        """Remember that the socket is full."""
        self._writable.clear()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Remember that there is room again."""
        self._writable.set()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake whoever writes or waits for a reply."""
        self._writable.set()
        if self._broken is None:
            self._broken = SMTPServerDisconnected("Connection lost")
            self._broken.__cause__ = exc
        self._wake()
        super().connection_lost(exc)

    async def upgrade(self, context: ssl.SSLContext, host: str, seconds: float) -> asyncio.Transport:
        """Do STARTTLS and return the encrypted transport; refuse when more than its one reply came in clear."""
        self._since_starttls = bytearray()
        reply = await self.execute_command(b"STARTTLS", timeout=seconds)
        if reply.code != 220:
            raise SMTPResponseException(reply.code, reply.message)
        if not _ONE_REPLY.fullmatch(self._since_starttls):  # CVE-2011-0411
            raise TransportFault(
                FaultKind.TLS, "Somebody put words into the connection before it was encrypted.", reply.message
            )
        self._since_starttls = None
        encrypted = await self._asyncio.start_tls(
            cast(asyncio.WriteTransport, self.transport),
            self,
            context,
            server_hostname=host,
            ssl_handshake_timeout=seconds,
        )
        if encrypted is None:
            raise ConnectionResetError("closed during the handshake")
        self.transport = encrypted
        return encrypted

    def say(self, commands: bytes) -> None:
        """Write commands with their line ends; a ``reply`` must be read for each. What was said unasked is dropped."""
        self._taken_over = True
        self._replies.clear()
        self._heard.clear()
        self.write(commands)

    async def reply(self, seconds: float) -> SMTPResponse:
        """Read the next reply. Raises what aiosmtplib raises for a lost line, for silence and for what is no reply."""
        if not self._replies:
            await self._listen(seconds)
        if self._replies:
            return self._replies.popleft()
        assert self._broken is not None
        raise self._broken

    async def send_body(self, message: bytes, seconds: float) -> None:
        """Write the message but for its last piece and its end; ``seconds`` per 64 KB. Stops when the server speaks."""
        self._last_piece = b""
        for piece in _pieces(message):
            if self._last_piece:
                self.write(self._last_piece)
                async with asyncio.timeout(seconds):
                    await self._writable.wait()
                await asyncio.sleep(0)  # a large message must not hold the loop
            self._last_piece = piece
            if self._heard or self._replies:
                break

    def early_reply(self) -> SMTPResponse | None:
        """Return what the server said while it should listen; None as long as it is silent."""
        if self._replies:
            return self._replies[0]
        if isinstance(self._broken, SMTPResponseException):
            return SMTPResponse(NO_REPLY, self._broken.message)
        return SMTPResponse(NO_REPLY, _text(bytes(self._heard))) if self._heard else None

    async def end_body(self, seconds: float, then: bytes = b"") -> SMTPResponse:
        """Send the last piece with the final dot, and commands right behind it, and read the reply to the dot."""
        self.write(self._last_piece + FINAL_DOT + then)
        reach(Point.AFTER_DOT)
        return await self.reply(seconds)

    def abort(self) -> None:
        """Drop the connection at once: what was not yet written is not written any more."""
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()

    async def _listen(self, seconds: float) -> None:
        """Wait until a reply or the end is there."""
        if self._broken is not None:
            return
        self._listener = self._asyncio.create_future()
        silence = self._asyncio.call_later(seconds, self._wake)
        try:
            await self._listener
        finally:
            silence.cancel()
            self._listener = None
        if not self._replies and self._broken is None:
            raise SMTPReadTimeoutError("Timed out waiting for server response")

    def _wake(self) -> None:
        if self._listener is not None and not self._listener.done():
            self._listener.set_result(None)

    def _hear(self, data: bytes) -> None:
        if self._broken is not None:
            return
        self._heard += data
        try:
            while reply := _taken(self._heard):
                self._replies.append(reply)
        except SMTPResponseException as error:
            self._broken = error
        if len(self._heard) > REPLY_BYTES:
            self._broken = SMTPResponseException(NO_REPLY, "Response too long")
        if self._broken:
            self._heard.clear()
        if self._replies or self._broken:
            self._wake()


def _taken(heard: bytearray) -> SMTPResponse | None:
    """Take the first reply out of what was heard; None: it is not all there yet (RFC 5321 4.2.1)."""
    texts: list[bytes] = []
    at = 0
    while (end := heard.find(b"\n", at)) >= 0:
        line = bytes(heard[at:end])
        at = end + 1
        if not line[:3].isdigit():
            raise SMTPResponseException(NO_REPLY, f"Malformed SMTP response line: {_text(line[:200])}")
        texts.append(line[4:].strip(b" \t\r"))
        if line[3:4] != b"-":
            del heard[:at]
            return SMTPResponse(int(line[:3]), _text(b"\n".join(texts)))
    return None


def _text(said: bytes) -> str:
    return said.decode("utf-8", "replace").strip()


def _pieces(message: bytes) -> Iterator[bytes]:
    """Cut a message at line ends, with CRLF everywhere (no SMTP smuggling) and dots stuffed; the last CRLF left off.

    RFC 5321 4.5.2. The missing CRLF comes with the final dot, so a cut body can never look complete.
    """
    at, size = 0, len(message)
    held = b""
    while at < size:
        end = message.find(b"\n", at + CHUNK_BYTES)
        end = size if end < 0 else end + 1
        piece = message[at:end]
        if not piece.count(b"\r\n") == piece.count(b"\n") == piece.count(b"\r"):
            piece = _LINE_END.sub(b"\r\n", piece)
        if b"\n." in piece or piece.startswith(b"."):
            piece = _LEADING_DOT.sub(b"..", piece)
        yield held + piece[:-2] if piece.endswith(b"\r\n") else held + piece
        held = b"\r\n"
        at = end
