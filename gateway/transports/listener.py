"""Take mail as an SMTP or LMTP server (RFC 5321, RFC 2033): 250 only after ``keep`` has committed it.

Wraps aiosmtpd, whose own DATA keeps an object a line and an endless line whole, and answers LMTP once instead of once
a recipient. A mail is kept exactly as it came, without a Received line of ours: so the same mail, sent again because
our 250 was lost, is known by its bytes.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.transports.doorkeeper import Doorkeeper, Limits
from models.types.errors import NightdeskError
from models.types.failpoint import Point, reach
from models.types.reception import Reception

SIZE_LIMIT = 50 * 1024 * 1024
LINE_READ = 65_536  # octets of a line read at once; a line of a mail may be longer, a command may not
TIMEOUT_RENEWED = 1024 * 1024  # octets of a mail that must come within the idle time

_REPLIES = {
    Reception.TAKEN: "250 2.1.5 OK",
    Reception.UNKNOWN: "550 5.1.1 No such address here",
    Reception.FOREIGN: "550 5.7.1 Relaying denied",
    Reception.UNUSABLE: "553 5.1.3 Not a mail address",
}
_TROUBLE = "451 4.3.0 Not stored, try again later"
_TOO_LARGE = "552 5.3.4 The mail is too large"

log = logging.getLogger(__name__)
logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd logs what strangers say, unwashed


class Protocol(StrEnum):
    """What is spoken: SMTP with the world, LMTP with our own mail server."""

    SMTP = "smtp"
    LMTP = "lmtp"


@dataclass(frozen=True, slots=True)
class Door:
    """What stands behind a listener.

    ``judge`` says whether a recipient is taken; ``keep`` (content, envelope sender, recipients) returns once the mail
    is committed. When one raises, the sender is asked to try again.
    """

    judge: Callable[[str], Awaitable[Reception]]
    keep: Callable[[bytes, str, tuple[str, ...]], Awaitable[None]]
    hostname: str
    protocol: Protocol = Protocol.SMTP
    size_limit: int = SIZE_LIMIT
    tls: ssl.SSLContext | None = None  # None: STARTTLS is not offered


async def listen(door: Door, host: str, port: int, *, limits: Limits | None = None) -> asyncio.Server:
    """Listen until the server is closed. ``OSError`` when the address cannot be had."""
    keeper = Doorkeeper(limits or Limits())
    speaker = _Lmtp if door.protocol is Protocol.LMTP else _Smtp
    return await asyncio.get_running_loop().create_server(lambda: speaker(door, keeper), host, port)


class _Taking(SMTP):
    """The parts of a dialogue that are ours."""

    line_length_limit = LINE_READ

    def __init__(self, door: Door, keeper: Doorkeeper) -> None:
        super().__init__(
            _Hooks(door, keeper),
            data_size_limit=door.size_limit,
            enable_SMTPUTF8=True,
            hostname=door.hostname,
            ident="nightdesk",
            tls_context=door.tls,
            timeout=keeper.limits.idle_seconds,
            loop=asyncio.get_running_loop(),
        )
        self._door = door
        self._keeper = keeper

    async def _handle_client(self) -> None:
        assert self.session is not None
        host = _host(self.session)
        if not self._keeper.enter(host):
            await self.push("421 4.7.0 Too many connections, try again later")
            self._close()
            return
        end = self.loop.call_later(self._keeper.limits.session_seconds, self._close)
        try:
            await super()._handle_client()
        finally:
            end.cancel()
            self._keeper.leave(host)

    async def smtp_DATA(self, arg: str | None) -> None:
        assert self.envelope is not None
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 No recipient was taken")
            return
        await self.push("354 End with a dot on a line of its own")
        envelope = self.envelope
        content = await self._content()
        status = _TOO_LARGE if content is None else await self._kept(envelope, content)
        copies = len(envelope.rcpt_tos) if self._door.protocol is Protocol.LMTP else 1  # RFC 2033 4.2
        self.envelope = self._create_envelope()
        await self.push("\r\n".join([status] * copies))

    async def smtp_VRFY(self, arg: str | None) -> None:
        await self.push("502 5.5.1 VRFY is not offered")

    async def smtp_EXPN(self, arg: str | None) -> None:
        await self.push("502 5.5.1 EXPN is not offered")

    async def smtp_AUTH(self, arg: str | None) -> None:
        await self.push("502 5.5.1 AUTH is not offered")

    async def _content(self) -> bytes | None:
        """Read to CRLF "." CRLF, dots unstuffed; None when it is over the limit, which is read and thrown away."""
        content = bytearray()
        too_large = False
        at_line_start = True
        renewed = received = 0
        while True:
            try:
                piece = await self._reader.readuntil(b"\r\n")
            except asyncio.LimitOverrunError as long:
                piece = await self._reader.read(long.consumed)
            if at_line_start and piece.startswith(b"."):
                if piece == b".\r\n":
                    return None if too_large else bytes(content)
                piece = piece[1:]
            at_line_start = piece.endswith(b"\r\n")
            received += len(piece)
            if received - renewed > TIMEOUT_RENEWED:
                renewed = received
                self._reset_timeout()
            if received > self._door.size_limit:
                too_large = True
                content.clear()
            if not too_large:
                content += piece

    async def _kept(self, envelope: Envelope, content: bytes) -> str:
        sender = "" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)
        try:
            await self._door.keep(content, sender, tuple(envelope.rcpt_tos))
        except Exception as error:  # whatever it was, the mail is not ours
            log.error("A mail was not stored: %s", type(error).__name__)  # noqa: TRY400 - its words may quote the mail
            return _TROUBLE
        reach(Point.TAKEN)
        return "250 2.0.0 Stored"

    def _close(self) -> None:
        if self.transport is not None:
            self.transport.close()


class _Smtp(_Taking):
    pass


class _Lmtp(_Taking, LMTP):
    pass


class _Hooks:
    """What aiosmtpd asks about a dialogue."""

    def __init__(self, door: Door, keeper: Doorkeeper) -> None:
        self._door = door
        self._keeper = keeper

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [line for line in responses if not line.startswith("250-AUTH")]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not _encodable(address):
            return "553 5.1.7 Not a mail address"
        if not self._keeper.may_send(_host(session)):
            return "450 4.7.1 Too many mails, try again later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= self._keeper.limits.recipients:
            return "452 4.5.3 Too many recipients"
        try:
            reception = await self._door.judge(address) if _encodable(address) else Reception.UNUSABLE
        except NightdeskError:
            return _TROUBLE
        if reception is Reception.TAKEN:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return _REPLIES[reception]

    async def handle_exception(self, error: Exception) -> str:
        log.error("A mail dialogue failed: %s", type(error).__name__)
        return _TROUBLE


def _host(session: Session) -> str:
    return str(session.peer[0]) if session.peer else ""


def _encodable(address: str) -> bool:
    """Tell whether both databases take it: no NUL, no octets that are not UTF-8."""
    return "\0" not in address and not any("\ud800" <= sign <= "\udfff" for sign in address)
