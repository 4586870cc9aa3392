"""A scripted SMTP server; the ledger holds every accepted copy and every body that was cut."""

import asyncio
import base64
import ssl
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.servers.scripted import Ended, Fault, Line, Scripted, fingerprint


class FaultySmtp(Scripted):
    """Points: connect, ehlo, starttls, auth, mail, rcpt, data, body (its first line), dot, rset, quit.

    Besides ``Fault``'s: at starttls "inject" (words in clear behind the 220); at dot "accept_then_reset",
    "accept_then_close", "accept_then_hang", "reject_then_reset". An address with "refused" in it gets 550, with
    "later" 450. ``forgetful``: it throws away what comes together with a final dot, and keeps it in ``forgotten``.
    """

    endless_line = b"250-and more\r\n"

    def __init__(
        self,
        *faults: Fault,
        extensions: tuple[str, ...] = ("SIZE 10000000", "8BITMIME", "PIPELINING", "AUTH PLAIN LOGIN"),
        passwords: tuple[str, ...] = ("secret",),
        tls: ssl.SSLContext | None = None,
        ledger: Path | None = None,
        forgetful: bool = False,
    ) -> None:
        super().__init__(*faults, tls=tls, ledger=ledger)
        self.extensions, self.passwords, self.forgetful = extensions, passwords, forgetful
        self.forgotten: list[bytes] = []
        self.heard: list[str] = []
        self.last = b""
        self.arrived: Callable[[bytes], None] = lambda content: None  # called with each mail that is taken

    async def dialogue(self, line: Line) -> None:
        await line.reach("connect", b"220 faulty.test ESMTP\r\n")
        await self._commands(line)

    async def _commands(self, line: Line) -> None:
        sender = recipient = ""
        begun = addressed = False
        while True:
            said = (await line.reader.readline()).decode("utf-8", "replace")
            if not said.endswith("\n"):
                raise Ended
            said = said.rstrip("\r\n")
            self.heard.append(said)
            verb = said[:4].upper()
            if verb == "EHLO":
                words = "".join(f"250-{word}\r\n" for word in self.extensions)
                await line.reach("ehlo", f"250-faulty.test\r\n{words}250 ENHANCEDSTATUSCODES\r\n".encode())
            elif said.upper() == "STARTTLS":
                await self._starttls(line)
            elif verb == "AUTH":
                await self._auth(line, said)
            elif verb == "MAIL":
                sender = said[said.find("<") + 1 : said.find(">")]
                begun = _went_well(await line.reach("mail", b"250 2.1.0 ok\r\n"))
                addressed = False
            elif (verb == "RCPT" and not begun) or (verb == "DATA" and not addressed):
                await line.say(b"503 5.5.1 not now\r\n")
            elif verb == "RCPT":
                recipient = said[said.find("<") + 1 : said.find(">")]
                about = _about(recipient)
                addressed = _went_well(await line.reach("rcpt", about)) and about.startswith(b"250")
            elif verb == "DATA":
                begun = addressed = False
                await self._data(line, sender, recipient)
            elif verb == "RSET":
                begun = addressed = False
                await line.reach("rset", b"250 2.0.0 ok\r\n")
            elif verb == "QUIT":
                await line.reach("quit", b"221 2.0.0 bye\r\n")
                raise Ended
            else:
                await line.say(b"502 5.5.2 what?\r\n")

    async def _starttls(self, line: Line) -> None:
        fault = self.fault_at("starttls")
        if fault is not None and fault.do == "inject":
            await line.say(b"220 go\r\n250-faulty.test\r\n250 AUTH PLAIN\r\n")
            await line.encrypt()
        elif fault is not None:
            await line.do(fault.do, b"220 go\r\n")
        else:
            await line.say(b"220 go\r\n")
            await line.encrypt()

    async def _auth(self, line: Line, said: str) -> None:
        words = said.split()
        if words[1].upper() == "LOGIN":
            await line.say(b"334 UGFzc3dvcmQ6\r\n")
            password = base64.b64decode(await line.reader.readline()).decode()
        elif words[1].upper() == "XOAUTH2":  # takes no token
            await self.note("auth", right=False, tls=line.writer.get_extra_info("sslcontext") is not None)
            await line.say(b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n")
            await line.reader.readline()
            await line.reach("auth", b"535 5.7.8 no such token\r\n")
            return
        else:
            password = base64.b64decode(words[2]).decode().split("\0")[2]
        right = password in self.passwords
        await self.note("auth", right=right, tls=line.writer.get_extra_info("sslcontext") is not None)
        await line.reach("auth", b"235 2.7.0 ok\r\n" if right else b"535 5.7.8 wrong user or password\r\n")

    async def _data(self, line: Line, sender: str, recipient: str) -> None:
        if await line.reach("data", b"354 go ahead\r\n") not in ("", "drip"):
            return
        lines: list[bytes] = []
        while (raw := await line.reader.readline()) != b".\r\n":
            if not raw.endswith(b"\n"):
                await self.note("cut", sender=sender, recipient=recipient, **fingerprint(b"".join(lines)))
                raise Ended
            if not lines and (fault := self.fault_at("body")):
                await line.do(fault.do)
            lines.append(raw[1:] if raw.startswith(b".") else raw)
        self.last = b"".join(lines)
        if self.forgetful:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    self.forgotten.append(await line.reader.read(100_000))
        await self._dot(line, {"sender": sender, "recipient": recipient, **fingerprint(self.last)})

    async def _dot(self, line: Line, facts: dict[str, object]) -> None:
        fault = self.fault_at("dot")
        action = fault.do if fault is not None else ""
        if action in ("", "drip") or action.startswith(("accept", "say 2")):
            await self.note("accepted", **facts)
            self.arrived(self.last)
        else:
            await self.note("not_accepted", did=action, **facts)
        if action.startswith(("accept_then_", "reject_then_")):
            await line.do(action.rpartition("_")[2])
        elif action:
            await line.do(action, b"250 2.0.0 queued\r\n")
        else:
            await line.say(b"250 2.0.0 queued\r\n")


def _went_well(did: str) -> bool:
    return did in ("", "drip") or did.startswith("say 2")


def _about(recipient: str) -> bytes:
    if "refused" in recipient:
        return b"550 5.1.1 no such user\r\n"
    return b"450 4.2.0 come again\r\n" if "later" in recipient else b"250 2.1.5 ok\r\n"


def copies(server: FaultySmtp) -> Counter[tuple[str, str]]:
    """How often each (Message-ID, recipient) was accepted."""
    return Counter((str(entry["message_id"]), str(entry["recipient"])) for entry in server.noted("accepted"))
