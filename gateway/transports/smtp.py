"""Send mails over one kept SMTP connection, one recipient each; each ends as an ``Outcome``."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from aiosmtplib import SMTP, SMTPException, SMTPResponse, SMTPResponseException, SMTPServerDisconnected

from gateway.transports import bearer, tls
from gateway.transports.certificate import Certificate, certificate_of
from gateway.transports.dial import dial
from gateway.transports.echo import silenced, silenced_fault
from gateway.transports.faults import FaultKind, TransportFault, fault_of
from gateway.transports.smtp_wire import SmtpWire
from models.rules import address, smtp_reply
from models.types.account import Auth, Endpoint, Security
from models.types.failpoint import Point, reach
from models.types.outbox import Accepted, Deferred, Outcome, Phase, Reason, Refused, Unknown

_REASONS = {FaultKind.AUTH: Reason.AUTH, FaultKind.TLS: Reason.TLS, FaultKind.REFUSED: Reason.CONNECT}
_GONE_CODE = 421
_GO_AHEAD = 354
_AUTH_PHASES = (Phase.CONNECT, Phase.AUTH)
_ACCOUNT_PHASES = (Phase.CONNECT, Phase.AUTH, Phase.MAIL)

_Command = tuple[Phase, bytes, tuple[int, ...]]  # the line, and what it is answered with when all is well


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds to wait, as RFC 5321 4.5.3.2 has them; ``block`` is for 64 KB of a body, ``dot`` for the last reply."""

    connect: float = 30
    command: float = 300
    data: float = 120
    block: float = 180
    dot: float = 600
    quit: float = 2


class SmtpSession:
    """One connection. ``open`` once, ``deliver`` while ``usable``, ``close`` in any case."""

    def __init__(self, deadlines: Deadlines | None = None) -> None:
        self._deadlines = deadlines or Deadlines()
        self._endpoint: Endpoint | None = None
        self._client: SMTP | None = None
        self._wire: SmtpWire | None = None
        self._phase = Phase.CONNECT
        self._dirty = False  # an envelope was begun and not finished
        self.logged_in = False
        self.fault: TransportFault | None = None  # what broke the dialogue last, where no reply of the server did

    @property
    def usable(self) -> bool:
        """True while the connection stands and its dialogue is in step."""
        return self._wire is not None and self._wire.is_connected

    async def open(self, endpoint: Endpoint, *, hostname: str) -> Outcome | None:
        """Connect, encrypt as the endpoint demands, log in. None: ready; else what every mail of the account meets."""
        return await self.connect(endpoint, hostname=hostname) or await self.log_in()

    async def connect(self, endpoint: Endpoint, *, hostname: str) -> Outcome | None:
        """Do the first half of ``open``: no word of the login is said."""
        self._endpoint, self._phase = endpoint, Phase.CONNECT
        return await self._guarded(self._dial(endpoint, hostname))

    async def log_in(self) -> Outcome | None:
        """Do the second half, on an endpoint that names a user."""
        assert self._endpoint is not None
        self._phase = Phase.AUTH
        return await self._guarded(self._login(self._endpoint))

    async def rehearse(self, envelope_from: str, envelope_to: str, *, data: bool) -> Outcome | None:
        """Ask whether a mail would be taken, up to the go-ahead for its content with ``data``; None: it would.

        Nothing is sent: the envelope is taken back, or the connection is cut instead of the content.
        """
        self._phase = Phase.MAIL
        sender, recipient = _envelope(envelope_from), _envelope(envelope_to)
        refused = self._not_sendable(sender, recipient, 0)
        if refused is not None:
            return refused
        return await self._guarded(self._rehearse(cast(bytes, sender), cast(bytes, recipient), data=data), cut=False)

    @property
    def certificate(self) -> Certificate | None:
        """What the server proved itself with; None without encryption."""
        transport = self._wire.transport if self._wire is not None else None
        return certificate_of(transport.get_extra_info("ssl_object")) if transport is not None else None

    async def deliver(
        self, envelope_from: str, envelope_to: str, wire: bytes, *, before_dot: Callable[[], Awaitable[None]]
    ) -> Outcome:
        """Send one message to one recipient. ``envelope_from`` "" is the null sender.

        ``before_dot`` is awaited after the last byte of the body and before the final dot. What it raises is passed
        on after the connection was cut: the server then never saw the end and keeps nothing.
        """
        self._phase = Phase.MAIL
        sender = _envelope(envelope_from) if envelope_from else b""
        recipient = _envelope(envelope_to)
        refused = self._not_sendable(sender, recipient, len(wire))
        if refused is not None:
            return refused
        try:
            reply = await self._transact(cast(bytes, sender), cast(bytes, recipient), wire, before_dot)
        except (SMTPException, OSError, TransportFault) as error:
            return self._outcome_of(error)
        except BaseException:
            self._drop()
            raise
        self._dirty = False
        return Accepted(reply.message)

    async def close(self) -> None:
        """Say QUIT if the connection stands; its errors change nothing."""
        if self.usable and self._wire is not None:
            reach(Point.QUIT)
            with suppress(SMTPException, OSError):
                self._wire.say(b"QUIT\r\n")
                await self._wire.reply(self._deadlines.quit)
        self._drop()

    async def _guarded(self, dialogue: Coroutine[None, None, None], *, cut: bool = True) -> Outcome | None:
        """Run a dialogue; what breaks it becomes an outcome. ``cut``: its failure ends the connection."""
        try:
            await dialogue
        except Exception as error:
            if cut:
                self._drop()
            return self._outcome_of(error)
        except BaseException:
            self._drop()
            raise
        return None

    async def _dial(self, endpoint: Endpoint, hostname: str) -> None:
        tls.check_plain_allowed(endpoint)
        reach(Point.CONNECT)
        await self._connect(endpoint, hostname)

    async def _rehearse(self, sender: bytes, recipient: bytes, *, data: bool) -> None:
        await self._announce(sender, recipient, b"", data=data)
        if data:
            self._drop()  # the one way not to send what the server now waits for
            return
        self._dirty = False
        assert self._wire is not None
        self._wire.say(b"RSET\r\n")
        await self._answered([(Phase.RCPT, b"", (250,))])

    async def _connect(self, endpoint: Endpoint, hostname: str) -> None:
        plain = endpoint.security is Security.PLAIN
        context = None if plain else await asyncio.to_thread(tls.context, endpoint)
        loop = asyncio.get_running_loop()
        from_start = context if endpoint.security is Security.TLS else None
        transport, wire = await dial(endpoint, lambda: SmtpWire(loop), from_start, self._deadlines.connect)
        self._wire = wire
        # the library's client for the commands, our wire under it
        client = SMTP(
            hostname=endpoint.host,
            local_hostname=_helo_name(hostname),
            timeout=self._deadlines.command,
            start_tls=False,
        )
        client.protocol, client.transport = wire, transport
        self._client = client
        greeting = await wire.read_response(timeout=self._deadlines.command)
        if greeting.code != 220:
            raise SMTPResponseException(greeting.code, greeting.message)
        await client.ehlo()
        if endpoint.security is Security.STARTTLS and context is not None:
            await self._encrypt(client, context, endpoint.host)

    async def _encrypt(self, client: SMTP, context: ssl.SSLContext, host: str) -> None:
        if not client.supports_extension("starttls"):
            raise TransportFault(FaultKind.TLS, f"{host} offers no encryption; nothing was sent.")
        assert self._wire is not None
        try:
            client.transport = await self._wire.upgrade(context, host, self._deadlines.connect)
        except SMTPResponseException as error:
            raise TransportFault(
                FaultKind.TLS, f"{host} refuses encryption; nothing was sent.", error.message
            ) from error
        await client.ehlo()  # what was offered in clear counts for nothing (RFC 3207 4.2)

    async def _login(self, endpoint: Endpoint) -> None:
        client = self._client
        assert client is not None
        self.logged_in = bool(endpoint.user) and client.supports_extension("auth")
        if not self.logged_in:  # a server that knows no login; when it should, it refuses the mail itself
            return
        reach(Point.LOGIN)
        user, password = endpoint.user.encode(), endpoint.password.encode()
        offered = client.server_auth_methods
        if endpoint.auth is Auth.OAUTH:
            await self._bear(endpoint, offered)
            return
        # one mechanism, once: trying all with a wrong password locks accounts
        if "plain" in offered:
            await client.auth_plain(user, password)
        elif "login" in offered:
            await client.auth_login(user, password)
        elif "cram-md5" in offered:
            await client.auth_crammd5(user, password)
        else:
            raise TransportFault(FaultKind.AUTH, f"{endpoint.host} offers no login nightdesk knows.")

    async def _bear(self, endpoint: Endpoint, offered: Sequence[str]) -> None:
        """Log in with an access token; a refusal comes as a challenge first, with the reason in it."""
        assert self._client is not None
        name = bearer.mechanism([word.upper() for word in offered], endpoint.host)
        words = b64encode(bearer.initial(name, endpoint))
        reply = await self._client.execute_command(b"AUTH", name.encode(), words, timeout=self._deadlines.command)
        said = ""
        if reply.code == 334:
            said = bearer.refusal(reply.message)
            reply = await self._client.execute_command(b"", timeout=self._deadlines.command)
        if reply.code != 235:
            raise SMTPResponseException(reply.code, f"{reply.message} {said}".strip())

    def _not_sendable(self, sender: bytes | None, recipient: bytes | None, size: int) -> Outcome | None:
        """Say what needs no asking: the server would refuse it, or must never be told it."""
        if not self.usable or self._client is None:
            return Deferred(Reason.CONNECT, Phase.CONNECT, "The connection is closed.", account_wide=True)
        if sender is None:
            return Refused(Reason.SENDER, Phase.MAIL, "The sender's address cannot be written in a mail envelope.")
        if recipient is None:
            return Refused(Reason.USER, Phase.RCPT, "The address cannot be written in a mail envelope.")
        if not (sender + recipient).isascii() and not self._client.supports_extension("smtputf8"):
            return Refused(Reason.USER, Phase.RCPT, "The mail server takes only addresses in ASCII (no SMTPUTF8).")
        limit = self._client.esmtp_extensions.get("size", "").strip()
        if limit.isdecimal() and 0 < int(limit) < size:
            return Refused(Reason.SIZE, Phase.MAIL, f"The mail server takes at most {limit} bytes.")
        return None

    async def _transact(
        self, sender: bytes, recipient: bytes, message: bytes, before_dot: Callable[[], Awaitable[None]]
    ) -> SMTPResponse:
        client, wire = self._client, self._wire
        assert client is not None
        assert wire is not None
        await self._announce(
            sender, recipient, b" SIZE=%d" % len(message) if client.supports_extension("size") else b""
        )
        reach(Point.BODY)
        await wire.send_body(message, self._deadlines.block)
        early = wire.early_reply()
        if early is None:
            await before_dot()
            early = wire.early_reply()
        if early is not None:
            self._drop()  # it does not read on; the end of the message was never sent
            raise SMTPResponseException(early.code, early.message)
        if not wire.is_connected:
            raise SMTPServerDisconnected("Connection lost")
        self._phase = Phase.DOT
        reply = await wire.end_body(self._deadlines.dot)
        reach(Point.REPLY)
        if not 200 <= reply.code < 300:
            raise SMTPResponseException(reply.code, reply.message)
        return reply

    async def _announce(self, sender: bytes, recipient: bytes, options: bytes, *, data: bool = True) -> None:
        """Say the envelope and, with ``data``, ask to go ahead: in one go where the server takes that (RFC 2920)."""
        client, wire = self._client, self._wire
        assert client is not None
        assert wire is not None
        commands = self._commands(sender, recipient, options, data=data)
        for group in [list(commands)] if client.supports_extension("pipelining") else ([one] for one in commands):
            wire.say(b"".join(line for _, line, _ in group))
            await self._answered(group)

    def _commands(self, sender: bytes, recipient: bytes, options: bytes, *, data: bool) -> Iterator[_Command]:
        if self._dirty:
            yield Phase.MAIL, b"RSET\r\n", (250,)
        self._dirty = True
        utf8 = b"" if (sender + recipient).isascii() else b" SMTPUTF8"
        reach(Point.MAIL)
        yield Phase.MAIL, b"MAIL FROM:<%s>%s%s\r\n" % (sender, options, utf8), (250,)
        reach(Point.RCPT)
        yield Phase.RCPT, b"RCPT TO:<%s>\r\n" % recipient, (250, 251)
        if data:
            reach(Point.DATA)
            yield Phase.DATA, b"DATA\r\n", (354,)

    async def _answered(self, asked: Sequence[_Command]) -> None:
        """Read the reply to each; the first refusal is raised when all are read, so that the dialogue stays in step."""
        assert self._wire is not None
        refusal: SMTPResponse | None = None
        for phase, _, accept in asked:
            self._phase = phase if refusal is None else self._phase
            try:
                reply = await self._wire.reply(self._deadlines.data if phase is Phase.DATA else self._deadlines.command)
            except SMTPException:
                if refusal is None:
                    raise
                self._drop()
                break
            if refusal is None and reply.code not in accept:
                refusal = reply
                if reply.code == _GONE_CODE:  # it says no more
                    break
            elif refusal is not None and reply.code == _GO_AHEAD:
                self._drop()  # it waits for a message that will not come
        if refusal is not None:
            raise SMTPResponseException(refusal.code, refusal.message)

    def _outcome_of(self, error: Exception) -> Outcome:
        if isinstance(error, SMTPResponseException) and 400 <= error.code < 600:
            return self._said_no(error.code, silenced(error.message, self._endpoint))
        self._drop()  # whatever comes now belongs to no command
        assert self._endpoint is not None
        self.fault = fault = silenced_fault(self._named(error), self._endpoint)
        text = f"{fault.sentence} {fault.server_text}".strip()
        if self._phase is Phase.DOT:
            return Unknown(text)
        reason = _REASONS.get(fault.kind) or smtp_reply.classify(None, "", text, self._phase).reason
        return Deferred(reason, self._phase, text, account_wide=self._phase in _ACCOUNT_PHASES)

    def _named(self, error: Exception) -> TransportFault:
        """Find the network's fault under the library's."""
        endpoint = self._endpoint
        assert endpoint is not None
        if isinstance(error, SMTPResponseException):
            return TransportFault(FaultKind.PROTOCOL, f"{endpoint.host} gave no proper answer.", error.message)
        if isinstance(error, SMTPServerDisconnected):
            return fault_of(ConnectionResetError(), endpoint)
        return fault_of(error, endpoint)

    def _said_no(self, code: int, message: str) -> Outcome:
        phase = self._phase
        if code == _GONE_CODE:
            self._drop()
        enhanced = smtp_reply.enhanced_code(message)
        verdict = smtp_reply.classify(code, enhanced, message, phase)
        if verdict.reason is Reason.AUTH and not verdict.temporary:
            return Refused(Reason.AUTH, phase, message, code, enhanced, account_wide=True)
        if phase in _AUTH_PHASES:  # a greeting of 554 is the house's mood, not this recipient's fault
            return Deferred(verdict.reason, phase, message, code, enhanced, account_wide=True)
        if verdict.temporary:
            wide = phase is Phase.MAIL or code == _GONE_CODE
            return Deferred(verdict.reason, phase, message, code, enhanced, account_wide=wide)
        return Refused(verdict.reason, phase, message, code, enhanced)

    def _drop(self) -> None:
        wire, self._wire, self._client, self._dirty = self._wire, None, None, False
        if wire is not None:
            wire.abort()


def _envelope(written: str) -> bytes | None:
    """Write an address for MAIL and RCPT: domain as A-label, local part as it is; None for what cannot be one."""
    domain = address.domain(written)
    if not domain:
        return None
    local = written.strip().rpartition("@")[0]
    return f"{local}@{domain}".encode()


def _helo_name(hostname: str) -> str:
    usable = hostname.isascii() and hostname.isprintable() and hostname and " " not in hostname
    return hostname if usable else "localhost"
