"""One POP3 connection: bounded lines, bounded bodies, a deadline for each; no idea what the words mean."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from gateway.transports.certificate import Certificate, certificate_of
from gateway.transports.faults import FaultKind, TransportFault, fault_of
from gateway.transports.tls import check_plain_allowed, context
from models.types.account import Endpoint, Security

LINE_LIMIT = 8_192  # RFC 2449 4 promises 512; servers with long CAPA and error lines exist
HEAD_BYTES = 65_536  # of a body over its limit, this much is kept
CHUNK = 65_536

_END = b"\r\n.\r\n"  # and nothing less: a bare LF around a dot belongs to the mail


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take: a phase is one command with its whole answer, the total is the session."""

    phase_seconds: float = 60.0
    total_seconds: float = 1_800.0
    bytes_per_second: int = 4_096  # a body may take its size at this rate on top of a phase


@dataclass(frozen=True, slots=True)
class Body:
    """A dot-ended answer, dots unstuffed. ``whole`` False: over its limit, only the beginning was kept."""

    content: bytes
    whole: bool = True


class PopWire:
    """Lines and dot-ended bodies over one connection. Every fault is a ``TransportFault``."""

    def __init__(self, endpoint: Endpoint, patience: Patience) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._ends_at = time.monotonic() + patience.total_seconds
        self._buffer = bytearray()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def dial(self) -> None:
        """Connect, under TLS unless the endpoint is plain loopback, and hear the greeting."""
        endpoint = self._endpoint
        check_plain_allowed(endpoint)
        async with self._phase():
            secure = None if endpoint.security is Security.PLAIN else await asyncio.to_thread(context, endpoint)
            if endpoint.security is Security.STARTTLS:
                raw = await _clear_start(endpoint)
                self._reader, self._writer = await asyncio.open_connection(
                    sock=raw, ssl=secure, server_hostname=endpoint.host
                )
                return
            self._reader, self._writer = await asyncio.open_connection(endpoint.host, endpoint.port, ssl=secure)
            _greeted(await self._line())

    async def ask(self, command: str) -> str:
        """Send one command, return the one line that answers it."""
        async with self._phase():
            if self._writer is None:
                raise TransportFault(FaultKind.LOST, "The POP3 connection is closed.")
            self._writer.write(command.encode() + b"\r\n")
            await self._writer.drain()
            return await self._line()

    async def body(self, limit: int, *, expected: int = 0) -> Body:
        """Read a dot-ended answer (RFC 1939 3); beyond ``limit`` octets it is read to its end and thrown away."""
        async with self._phase(expected / self._patience.bytes_per_second):
            self._buffer[:0] = b"\r\n"  # so that an empty body ends like any other
            head: bytes | None = None
            searched = 0
            while (end := self._buffer.find(_END, max(0, searched - len(_END)))) < 0:
                if len(self._buffer) > limit + CHUNK:
                    head = head or _unstuffed(self._buffer[:HEAD_BYTES])
                    del self._buffer[: -len(_END)]
                searched = len(self._buffer)
                await self._more()
            content = _unstuffed(self._buffer[: end + 2])
            del self._buffer[: end + len(_END)]
            if head is None and len(content) <= limit:
                return Body(content)
            return Body(head or content[:HEAD_BYTES], whole=False)

    @property
    def certificate(self) -> Certificate | None:
        """What the server proved itself with; None without encryption."""
        return certificate_of(self._writer.get_extra_info("ssl_object")) if self._writer is not None else None

    def drop(self) -> None:
        """Cut the connection; the server undoes what QUIT did not confirm."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def _line(self) -> str:
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > LINE_LIMIT:
                raise TransportFault(FaultKind.PROTOCOL, "The POP3 server sent a line without end.")
            await self._more()
        line = self._buffer[: min(end, LINE_LIMIT)].rstrip(b"\r").decode("utf-8", "replace")
        del self._buffer[: end + 1]
        return line

    async def _more(self) -> None:
        chunk = await self._reader.read(CHUNK) if self._reader is not None else b""
        if not chunk:
            raise TransportFault(FaultKind.LOST, "The POP3 server closed the connection.")
        self._buffer += chunk

    @asynccontextmanager
    async def _phase(self, extra_seconds: float = 0.0) -> AsyncIterator[None]:
        """Put a deadline around one exchange; what the network raises becomes a ``TransportFault``."""
        seconds = min(self._patience.phase_seconds + extra_seconds, self._ends_at - time.monotonic())
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                yield
        except OSError as error:  # TimeoutError and ssl.SSLError are two
            raise fault_of(error, self._endpoint) from error


def _greeted(line: str) -> str:
    """Return the greeting; raise when it is a refusal."""
    if not line.startswith("+OK"):
        raise TransportFault(FaultKind.REFUSED, "The POP3 server does not take connections now.", line)
    return line


async def _clear_start(endpoint: Endpoint) -> socket.socket:
    raw = await _connected(endpoint.host, endpoint.port)
    try:
        await _until_tls(raw)
    except BaseException:
        raw.close()
        raise
    return raw


async def _until_tls(raw: socket.socket) -> None:
    """Speak what comes before TLS (RFC 2595 4), an octet at a time, so that nothing said in clear outlives it."""
    _greeted(await _clear_line(raw))
    await asyncio.get_running_loop().sock_sendall(raw, b"STLS\r\n")
    answer = await _clear_line(raw)
    if not answer.startswith("+OK"):
        raise TransportFault(FaultKind.TLS, "The POP3 server offers no STLS; nothing was sent in clear.", answer)
    with suppress(BlockingIOError):
        if raw.recv(1, socket.MSG_PEEK):
            raise TransportFault(FaultKind.TLS, "Words were slipped in before TLS began; the connection was dropped.")


async def _connected(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    broken = OSError("no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        raw = socket.socket(family, kind, protocol)
        raw.setblocking(False)
        try:
            await loop.sock_connect(raw, address)
        except OSError as error:
            raw.close()
            broken = error
        except BaseException:
            raw.close()
            raise
        else:
            return raw
    raise broken


async def _clear_line(raw: socket.socket) -> str:
    loop = asyncio.get_running_loop()
    line = bytearray()
    while not line.endswith(b"\n"):
        octet = await loop.sock_recv(raw, 1)
        if not octet:
            raise TransportFault(FaultKind.LOST, "The POP3 server closed the connection.")
        line += octet
        if len(line) > LINE_LIMIT:
            raise TransportFault(FaultKind.PROTOCOL, "The POP3 server sent a line without end.")
    return line.rstrip(b"\r\n").decode("utf-8", "replace")


def _unstuffed(body: bytearray) -> bytes:
    """Take the leading CRLF and one dot of each line that begins with one away."""
    return bytes(body.replace(b"\r\n.", b"\r\n")[2:])
