"""Send mails over one kept SMTP connection, one recipient each; each ends as an ``Outcome``."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected

from gateway.transports import bearer, tls
from gateway.transports.certificate import Certificate, certificate_of
from gateway.transports.dial import dial
from gateway.transports.echo import silenced, silenced_fault
from gateway.transports.faults import FaultKind, TransportFault, fault_of
from gateway.transports.smtp_dialogue import GONE_CODE, Deadlines, Dialogue, Envelope, written
from gateway.transports.smtp_wire import SmtpWire
from models.rules import smtp_reply
from models.types.account import Auth, Endpoint, Security
from models.types.failpoint import Point, reach
from models.types.outbox import Accepted, Deferred, Outcome, Phase, Reason, Refused, Unknown

_REASONS = {FaultKind.AUTH: Reason.AUTH, FaultKind.TLS: Reason.TLS, FaultKind.REFUSED: Reason.CONNECT}
_AUTH_PHASES = (Phase.CONNECT, Phase.AUTH)
_ACCOUNT_PHASES = (Phase.CONNECT, Phase.AUTH, Phase.MAIL)

Parcel = tuple[str, str, int]  # envelope sender ("": the null sender), recipient, bytes


class SmtpSession:
    """One connection. ``open`` once, ``deliver`` while ``usable``, ``close`` in any case."""

    def __init__(self, deadlines: Deadlines | None = None) -> None:
        self._deadlines = deadlines or Deadlines()
        self._endpoint: Endpoint | None = None
        self._client: SMTP | None = None
        self._wire: SmtpWire | None = None
        self._dialogue: Dialogue | None = None
        self._phase = Phase.CONNECT
        self.logged_in = False
        self.ahead_failed = False  # it did not understand a mail that was said ahead
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
        envelope = self._sendable((envelope_from, envelope_to, 0))
        if not isinstance(envelope, Envelope):
            return envelope
        return await self._guarded(self._rehearse(envelope, data=data), cut=False)

    @property
    def certificate(self) -> Certificate | None:
        """What the server proved itself with; None without encryption."""
        transport = self._wire.transport if self._wire is not None else None
        return certificate_of(transport.get_extra_info("ssl_object")) if transport is not None else None

    @property
    def pledged(self) -> bool:
        """True when the next mail was said ahead: no other one can be sent over this connection."""
        return self._dialogue is not None and self._dialogue.ahead is not None

    async def deliver(
        self,
        envelope_from: str,
        envelope_to: str,
        wire: bytes,
        *,
        before_dot: Callable[[], Awaitable[None]],
        then: Parcel | None = None,
    ) -> Outcome:
        """Send one message to one recipient. ``envelope_from`` "" is the null sender.

        ``before_dot`` is awaited after the last byte of the body and before the final dot. What it raises is passed
        on after the connection was cut: the server then never saw the end and keeps nothing. ``then`` is the mail that
        will be delivered next: its envelope may go with this one's final dot.
        """
        envelope = self._sendable((envelope_from, envelope_to, len(wire)))
        if not isinstance(envelope, Envelope):
            return envelope
        dialogue = self._talk()
        if dialogue.ahead not in (None, envelope):
            self._drop()
            return Deferred(Reason.CONNECT, Phase.CONNECT, "Another mail was said ahead.", account_wide=True)
        following = self._sendable(then) if then is not None else None
        try:
            reply = await dialogue.send(
                envelope, wire, before_dot, following if isinstance(following, Envelope) else None
            )
        except (SMTPException, OSError, TransportFault) as error:
            self._phase, self.ahead_failed = dialogue.phase, dialogue.ahead_failed
            return self._outcome_of(error)
        except BaseException:
            self._drop()
            raise
        return Accepted(reply.message)

    async def close(self) -> None:
        """Say QUIT if the connection stands and no mail was said ahead; its errors change nothing."""
        if self.usable and self._wire is not None and not self.pledged:
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

    async def _rehearse(self, envelope: Envelope, *, data: bool) -> None:
        dialogue = self._talk()
        try:
            await dialogue.announce(envelope, data=data)
            if data:
                self._drop()  # the one way not to send what the server now waits for
            else:
                await dialogue.reset()
        finally:
            self._phase = dialogue.phase

    def _talk(self) -> Dialogue:
        if self._dialogue is None:
            assert self._client is not None
            assert self._wire is not None
            self._dialogue = Dialogue(self._client, self._wire, self._deadlines)
        return self._dialogue

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

    def _sendable(self, parcel: Parcel) -> Envelope | Outcome:
        """Write the envelope, or say what needs no asking: the server would refuse it, or must never be told it."""
        envelope_from, envelope_to, size = parcel
        sender = written(envelope_from) if envelope_from else b""
        recipient = written(envelope_to)
        if not self.usable or self._client is None:
            return Deferred(Reason.CONNECT, Phase.CONNECT, "The connection is closed.", account_wide=True)
        if sender is None:
            return Refused(Reason.SENDER, Phase.MAIL, "The sender's address cannot be written in a mail envelope.")
        if recipient is None:
            return Refused(Reason.USER, Phase.RCPT, "The address cannot be written in a mail envelope.")
        envelope = Envelope(sender, recipient, size)
        if not envelope.ascii and not self._client.supports_extension("smtputf8"):
            return Refused(Reason.USER, Phase.RCPT, "The mail server takes only addresses in ASCII (no SMTPUTF8).")
        limit = self._client.esmtp_extensions.get("size", "").strip()
        if limit.isdecimal() and 0 < int(limit) < size:
            return Refused(Reason.SIZE, Phase.MAIL, f"The mail server takes at most {limit} bytes.")
        return envelope

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
        if code == GONE_CODE:
            self._drop()
        enhanced = smtp_reply.enhanced_code(message)
        verdict = smtp_reply.classify(code, enhanced, message, phase)
        if verdict.reason is Reason.AUTH and not verdict.temporary:
            return Refused(Reason.AUTH, phase, message, code, enhanced, account_wide=True)
        if phase in _AUTH_PHASES:  # a greeting of 554 is the house's mood, not this recipient's fault
            return Deferred(verdict.reason, phase, message, code, enhanced, account_wide=True)
        if verdict.temporary:
            wide = phase is Phase.MAIL or code == GONE_CODE
            return Deferred(verdict.reason, phase, message, code, enhanced, account_wide=wide)
        return Refused(verdict.reason, phase, message, code, enhanced)

    def _drop(self) -> None:
        wire, self._wire, self._client, self._dialogue = self._wire, None, None, None
        if wire is not None:
            wire.abort()


def _helo_name(hostname: str) -> str:
    usable = hostname.isascii() and hostname.isprintable() and hostname and " " not in hostname
    return hostname if usable else "localhost"
