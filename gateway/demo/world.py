"""A mail server of the demo's own: IMAP by pymap, SMTP by aiosmtpd, on loopback, with one mailbox for one domain.

The desk reaches it through ordinary account rows, so the demo runs the program's own workers on a real wire.
"""

import asyncio
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpPeer
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import DictBackend
from pymap.context import socket_info
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage

LOOPBACK = "127.0.0.1"

Outbound = Callable[[str, str, bytes], None]  # envelope sender, recipient, message


class MailWorld:
    """Mail for ``domain`` lands in the mailbox of ``user``; ``outbound`` is told of all other mail.

    ``opened`` is set when the mailbox was first looked into.
    """

    def __init__(self, domain: str, user: str, password: str, outbound: Outbound) -> None:
        self.domain, self.user, self.password = domain, user, password
        self.imap_port = self.smtp_port = 0
        self.opened = asyncio.Event()
        self._outbound = outbound
        self._stack = AsyncExitStack()
        self._backend: DictBackend | None = None

    async def start(self) -> None:
        """Listen on two free ports."""
        self._backend, config = await DictBackend.init(_arguments(self.user, self.password), invalid_user_sleep=0.0)
        config.apply_context()
        imap = IMAPServer(self._backend.login, config)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # Not through pymap's own listener: it keeps no reference to the connection's task, which Python 3.13
            # then collects in the middle of IDLE.
            self.opened.set()
            peer = SocketInfo.get(writer, None, unique_id=b"demo")
            socket_info.set(peer)
            await imap(reader, writer, peer)

        listening = await asyncio.start_server(serve, LOOPBACK, 0)
        self.imap_port = listening.sockets[0].getsockname()[1]
        await self._stack.enter_async_context(listening)
        loop = asyncio.get_running_loop()
        taking = await loop.create_server(self._smtp, LOOPBACK, 0)
        self.smtp_port = taking.sockets[0].getsockname()[1]
        await self._stack.enter_async_context(taking)

    async def stop(self) -> None:
        """Stop listening; connections end with the loop."""
        await self._stack.aclose()

    async def deposit(self, content: bytes) -> None:
        """Put a mail into the mailbox; whoever waits in IDLE hears of it at once."""
        if self._backend is None:
            raise RuntimeError("start the world first")
        async with self._backend.login.demo_user_identity.new_session() as session:
            inbox = await session.mailbox_set.get_mailbox("INBOX")
            await inbox.append(AppendMessage(content, datetime.now(UTC), frozenset()), recent=True)

    def _smtp(self) -> SMTP:
        return SMTP(
            self, hostname="mail.test", enable_SMTPUTF8=True, auth_require_tls=False, authenticator=self._authenticate
        )

    def _authenticate(self, _server: SMTP, _peer: SmtpPeer, _envelope: Envelope, _how: str, login: Any) -> AuthResult:
        known = isinstance(login, LoginPassword) and login.password.decode() == self.password
        return AuthResult(success=known, handled=False, auth_data=login)

    async def handle_DATA(self, _server: SMTP, _peer: SmtpPeer, envelope: Envelope) -> str:
        """Take a mail in (aiosmtpd calls this by its name)."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        await self.carry(envelope.mail_from or "", envelope.rcpt_tos, content)
        return "250 2.0.0 queued"

    async def carry(self, sender: str, recipients: Sequence[str], content: bytes) -> None:
        """Bring a mail to each recipient: into the mailbox, or to whoever plays the outside."""
        for recipient in recipients:
            if recipient.rpartition("@")[2].lower() == self.domain:
                # What a delivering server writes on top (RFC 5321 4.4).
                await self.deposit(f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode() + content)
            else:
                self._outbound(sender, recipient.lower(), content)


def _arguments(user: str, password: str) -> Namespace:
    return Namespace(
        host=LOOPBACK,
        port=0,
        debug=False,
        cert=None,
        key=None,
        tls=False,
        proxy_protocol=None,
        passlib_cfg=None,
        demo_data=False,
        demo_user=user,
        demo_password=password,
    )
