"""aioimaplib's protocol, hardened: an iterative parser, limits before memory, and no command that waits for ever.

aioimaplib 2.0.3 recurses once per response line, hangs when the server goes away during UID commands and IDLE, does
not answer a refused SASL challenge, and takes ``"* "`` out of quoted strings (measured against Dovecot 2.3.19).
"""

import asyncio
import re
from typing import cast

from aioimaplib import aioimaplib

from gateway.transports.faults import FaultKind, TransportFault

LARGEST_LITERAL = 64 * 1024 * 1024  # bytes; a larger one is refused before a byte of it is kept
LONGEST_LINE = 8 * 1024 * 1024  # a SEARCH answer over a million messages is one line
ANSWER_BYTES = 1024 * 1024  # what a command may be answered with unless it says more

_LITERAL = re.compile(rb"\{(\d{1,12})\}$")
_STATUS = re.compile(rb"\* (?:OK|NO|BAD|BYE|PREAUTH)\b", re.IGNORECASE)
_EXISTS = re.compile(rb"\* \d+ EXISTS", re.IGNORECASE)

Piece = bytes | bytearray  # a line without CRLF, or a literal


class Command(aioimaplib.Command):
    """The library's command, which can also end with the connection."""

    fault: TransportFault | None = None

    async def wait(self) -> None:
        """Wait for the tagged answer, or raise what ended the connection."""
        await self._event.wait()
        if self.fault is not None:
            raise self.fault

    def break_off(self, fault: TransportFault) -> None:
        """End the wait because no answer will come."""
        self.fault = fault
        self._event.set()


class ImapProtocol(aioimaplib.IMAP4ClientProtocol):
    """One connection. ``fault`` says why it ended; ``news`` is set by every announced EXISTS."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.greeting: asyncio.Future[bytes] = loop.create_future()
        self.news = asyncio.Event()
        self.fault: TransportFault | None = None
        self.wire: asyncio.Transport | None = None
        self.idling = asyncio.Event()
        self.sasl_answer: bytes | None = None
        self.challenge = ""  # the server's newest one, in base64
        self.closing = False
        self.unasked = False  # something came while no command was on the way
        self._line = bytearray()
        self._literal = bytearray()
        self._missing = 0  # bytes of the literal still to come
        self._owner: Command | None = None  # whose response goes on after a literal
        self._goes_on = False
        self._budget = ANSWER_BYTES

    @property
    def started(self) -> bool:
        """True when something came after the last answer, or the beginning of it: nothing may, when TLS begins."""
        return self.unasked or bool(self._line) or self._missing > 0

    def allow(self, size_bytes: int) -> None:
        """Set how much the server may send from now on."""
        self._budget = size_bytes
        self.unasked = False

    def send(self, line: str, scrub: str | None = None) -> None:
        """Write one command line. Unlike the library's, never hands it to a logger: it may hold a password."""
        self._write(line.encode())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport under a name that knows its type."""
        super().connection_made(transport)
        self.wire = cast(asyncio.Transport, transport)

    def data_received(self, d: bytes) -> None:
        """Cut what came into lines and literals."""
        self._budget -= len(d)
        if self._budget < 0:
            self.fail(FaultKind.PROTOCOL, "The server sends far more than was asked for.")
        at = 0
        while at < len(d) and self.fault is None:
            at = self._take_literal(d, at) if self._missing else self._take_line(d, at)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who waits."""
        if self.fault is None:
            self.fault = TransportFault(FaultKind.LOST, "The server closed the connection.", str(exc or ""))
        self._release(self.fault)
        super().connection_lost(exc)

    def fail(self, kind: FaultKind, sentence: str, server_text: str = "") -> None:
        """End the connection because of what the server did."""
        if self.fault is None:
            self.fault = TransportFault(kind, sentence, server_text)
        self._line.clear()
        self._literal.clear()
        if self.wire is not None:
            self.wire.abort()
        self._release(self.fault)

    def _release(self, fault: TransportFault) -> None:
        self.state = aioimaplib.LOGOUT
        self.news.set()
        if not self.greeting.done():
            self.greeting.set_exception(fault)
            self.greeting.exception()  # whoever waits still gets it; nobody waiting is not an error
        command = self._forget()
        if command is not None:
            command.break_off(fault)

    def _take_literal(self, data: bytes, at: int) -> int:
        piece = data[at : at + self._missing]
        self._missing -= len(piece)
        if self._owner is not None:
            self._literal += piece
            if not self._missing:
                _add(self._owner, self._literal)
                self._literal = bytearray()
        return at + len(piece)

    def _take_line(self, data: bytes, at: int) -> int:
        end = data.find(b"\n", at)
        stop = len(data) if end < 0 else end + 1
        self._line += data[at:stop]
        if len(self._line) > LONGEST_LINE:
            self.fail(FaultKind.PROTOCOL, "The server sends a line without end.")
        elif end >= 0:
            line = bytes(self._line[:-2] if self._line.endswith(b"\r\n") else self._line[:-1])
            self._line.clear()
            self._whole_line(line)
        return stop

    def _whole_line(self, line: bytes) -> None:
        goes_on, self._goes_on = self._goes_on, False
        may_hold_literal = goes_on
        if goes_on:
            if self._owner is not None:
                self._owner.append_to_resp(line)
        elif not self.greeting.done():
            self.greeting.set_result(line)
        elif line.startswith(b"* "):
            may_hold_literal = _STATUS.match(line) is None
            self._owner = self._untagged(line)
        elif line.startswith(b"+"):
            self._continuation(line)
        elif line:
            self._response_done(line)
        literal = _LITERAL.search(line) if may_hold_literal else None
        if literal:
            self._begin_literal(int(literal[1]))

    def _begin_literal(self, size: int) -> None:
        if size > LARGEST_LITERAL:
            self.fail(FaultKind.PROTOCOL, f"The server announces {size} bytes at once.")
            return
        self._goes_on = True
        self._missing = size
        if not size and self._owner is not None:
            _add(self._owner, bytearray())

    def _untagged(self, line: bytes) -> Command | None:
        if _EXISTS.match(line):
            self.news.set()
        if line[:5].upper() == b"* BYE" and not self.closing:
            self.fail(FaultKind.LOST, "The server ended the connection.", line[6:].decode("utf-8", "replace"))
            return None
        command = self._pending()
        self.unasked = command is None
        if command is not None and command.name != "IDLE":
            command.append_to_resp(line[2:])
        return command

    def _response_done(self, line: bytes) -> None:
        tag, _, rest = line.partition(b" ")
        result, _, text = rest.partition(b" ")
        command = self._pending()
        if command is None or command.tag.encode() != tag or result.upper() not in (b"OK", b"NO", b"BAD"):
            self.fail(FaultKind.PROTOCOL, "The server answers what nobody asked.", line.decode("utf-8", "replace"))
            return
        self._forget()
        command.close(text, result=result.decode().upper())

    def _continuation(self, line: bytes) -> None:
        command = self.pending_sync_command
        if command is None:
            self.fail(FaultKind.PROTOCOL, "The server waits for data nobody announced.")
        elif command.name == "AUTHENTICATE":
            # a second challenge is a refusal; it wants an empty line before it says NO (RFC 7628 3.2.3)
            answer, self.sasl_answer = self.sasl_answer or b"", None
            self.challenge = line[1:].strip().decode("ascii", "replace")
            self._write(answer)
        elif command.name == "IDLE":
            self.idling.set()
        else:
            super()._continuation(line)

    def _write(self, line: bytes) -> None:
        if self.wire is not None:
            self.wire.write(line + b"\r\n")

    def _pending(self) -> Command | None:
        """Return the one command on the way: we never send a second before the first is answered."""
        waiting = self.pending_sync_command or next(iter(self.pending_async_commands.values()), None)
        return cast(Command | None, waiting)

    def _forget(self) -> Command | None:
        command = self._pending()
        self.pending_sync_command = None
        self.pending_async_commands.clear()
        return command


def _add(command: Command, literal: bytearray) -> None:
    command.append_to_resp(cast(bytes, literal))  # stays a bytearray: that tells a literal from a line
