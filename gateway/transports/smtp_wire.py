"""aiosmtplib's protocol, plus what it leaves out.

It throws away what a server says while a body is on its way (an early refusal), and what somebody put between the
answer to STARTTLS and the handshake (5.1.3 discards it unseen); and it has no moment between body and final dot.
"""

import asyncio
import re
import ssl
from collections.abc import Iterator
from typing import cast

from aiosmtplib import SMTPResponse, SMTPResponseException
from aiosmtplib.protocol import SMTPProtocol

from gateway.transports.faults import FaultKind, TransportFault
from models.types.failpoint import Point, reach

CHUNK_BYTES = 64 * 1024
FINAL_DOT = b"\r\n.\r\n"
EARLY_BYTES = 4096  # as much of an early refusal as is kept

_ONE_REPLY = re.compile(rb"(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n")
_REPLY = re.compile(rb"(?:\d{3}-[^\n]*\n)*(\d{3})(?: ([^\n]*))?\n")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_LEADING_DOT = re.compile(rb"(?m)^\.")


class SmtpWire(SMTPProtocol):
    """One SMTP connection, driven by ``aiosmtplib.SMTP`` for everything but STARTTLS and the message itself."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._asyncio = loop
        self._early = bytearray()
        self._in_body = False
        self._since_starttls: bytearray | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """Keep what comes out of turn, hand the rest to the library."""
        if self._in_body:
            self._early += data[: EARLY_BYTES - len(self._early)]
            return
        if self._since_starttls is not None:
            self._since_starttls += data[:EARLY_BYTES]
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
        """Wake a writer; its next write raises."""
        self._writable.set()
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

    async def send_body(self, message: bytes, seconds: float) -> SMTPResponse | None:
        """Write the message without its end; ``seconds`` per 64 KB. Returns a reply the server could not wait with."""
        self._early.clear()
        self._in_body = True
        for chunk in _chunks(message):
            self.write(chunk)
            async with asyncio.timeout(seconds):
                await self._writable.wait()
            if self._early:
                break
            await asyncio.sleep(0)  # a large message must not hold the loop
        return self.early_reply()

    def early_reply(self) -> SMTPResponse | None:
        """Return what the server said while it should listen; None as long as it is silent."""
        if not self._early:
            return None
        reply = _REPLY.match(self._early)
        code = int(reply[1]) if reply else -1
        text = (reply[2] or b"") if reply else bytes(self._early)
        return SMTPResponse(code, text.decode("utf-8", "replace").strip())

    async def end_body(self, seconds: float) -> SMTPResponse:
        """Send the final dot and read the reply."""
        self._in_body = False
        self.write(FINAL_DOT)
        reach(Point.AFTER_DOT)
        return await self.read_response(timeout=seconds)

    def abort(self) -> None:
        """Drop the connection at once: what was not yet written is not written any more."""
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()


def _chunks(message: bytes) -> Iterator[bytes]:
    """Cut a message at line ends, with CRLF everywhere (no SMTP smuggling) and dots stuffed; the last CRLF left off.

    RFC 5321 4.5.2. The missing CRLF comes with the final dot, so a cut body can never look complete.
    """
    at, size = 0, len(message)
    held = b""
    while at < size:
        end = message.find(b"\n", at + CHUNK_BYTES)
        end = size if end < 0 else end + 1
        piece = _LEADING_DOT.sub(b"..", _LINE_END.sub(b"\r\n", message[at:end]))
        yield held + piece[:-2] if piece.endswith(b"\r\n") else held + piece
        held = b"\r\n"
        at = end
