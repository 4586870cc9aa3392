"""A scripted IMAP server over a mailbox in memory; the ledger holds every body it handed out."""

import asyncio
import base64
import re
import ssl
from pathlib import Path

from tests.servers.scripted import Ended, Fault, Line, Scripted, fingerprint

CAPABILITIES = "IMAP4rev1 IDLE AUTH=PLAIN"


class FaultyImap(Scripted):
    """Points: connect, capability, starttls, login, list, examine, search, sizes, bodies, headers, idle, logout.

    Besides ``Fault``'s: at bodies "cut" (half of it, then reset), "wrong_uid", "nil", "skip", "huge" (a literal of
    999999999), "quoted" (bodies as quoted strings), "unsolicited" (flags and EXISTS in between); at starttls "inject".
    In "say TEXT" the word TAG stands for the command's.
    """

    endless_line = b"* 5 EXISTS\r\n"

    def __init__(
        self,
        *faults: Fault,
        capabilities: str = CAPABILITIES,
        tls: ssl.SSLContext | None = None,
        ledger: Path | None = None,
        password: str = "secret",
    ) -> None:
        super().__init__(*faults, tls=tls, ledger=ledger)
        self.capabilities, self.password = capabilities, password
        self.uidvalidity = 7
        self.mails: dict[int, bytes] = {}
        self.next_uid = 1
        self.heard: list[str] = []
        self._arrived = asyncio.Event()

    def put(self, *contents: bytes) -> None:
        """Deliver mail; whoever idles is told."""
        for content in contents:
            self.mails[self.next_uid] = content
            self.next_uid += 1
        self._arrived.set()

    def recreate(self, *contents: bytes) -> None:
        """A new folder under the old name."""
        self.uidvalidity += 1
        self.mails, self.next_uid = {}, 1
        self.put(*contents)

    async def dialogue(self, line: Line) -> None:
        await line.reach("connect", b"* OK faulty.test ready\r\n")
        while True:
            raw = await line.reader.readline()
            if not raw.endswith(b"\n"):
                raise Ended
            tag, _, rest = raw.decode("utf-8", "replace").rstrip("\r\n").partition(" ")
            self.heard.append(rest)
            await self._command(line, tag, rest)

    async def _command(self, line: Line, tag: str, rest: str) -> None:
        upper = rest.upper()
        ok = f"{tag} OK done\r\n".encode()
        line.words["TAG"] = tag
        if upper == "CAPABILITY":
            await line.reach("capability", f"* CAPABILITY {self.capabilities}\r\n".encode() + ok)
        elif upper == "STARTTLS":
            await self._starttls(line, tag)
        elif upper.startswith("LOGIN"):
            right = f'"{self.password}"' in rest
            await self.note("auth", right=right, tls=line.writer.get_extra_info("sslcontext") is not None)
            await line.reach("login", ok if right else f"{tag} NO [AUTHENTICATIONFAILED] no\r\n".encode())
        elif upper.startswith("AUTHENTICATE"):
            await self._authenticate(line, tag)
        elif upper.startswith("LIST"):
            folders = b'* LIST () "/" "INBOX"\r\n* LIST (\\Junk) "/" "Junk"\r\n'
            await line.reach("list", folders + ok)
        elif upper.startswith("EXAMINE"):
            await line.reach("examine", self._status() + ok)
        elif upper.startswith("UID SEARCH"):
            found = " ".join(str(uid) for uid in self._matching(rest.split()[-1]))
            await line.reach("search", f"* SEARCH {found}\r\n".encode() + ok)
        elif upper.startswith("UID FETCH"):
            await self._fetch(line, rest, ok)
        elif upper == "IDLE":
            await self._idle(line, ok)
        elif upper == "LOGOUT":
            await line.reach("logout", b"* BYE bye\r\n" + ok)
            raise Ended
        else:
            await line.say(f"{tag} BAD what?\r\n".encode())

    def _status(self) -> bytes:
        return (
            f"* {len(self.mails)} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n"
            f"* OK [UIDVALIDITY {self.uidvalidity}] ok\r\n* OK [UIDNEXT {self.next_uid}] ok\r\n"
        ).encode()

    def _matching(self, wanted: str) -> list[int]:
        found: set[int] = set()
        for part in wanted.split(","):
            low, _, high = part.partition(":")
            if high == "*":  # the newest message always matches
                found |= {uid for uid in self.mails if uid >= int(low)} | set(sorted(self.mails)[-1:])
            else:
                found |= {uid for uid in self.mails if uid == int(low)}
        return sorted(found)

    async def _starttls(self, line: Line, tag: str) -> None:
        fault = self.fault_at("starttls")
        if fault is not None and fault.do == "inject":
            await line.say(f"{tag} OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n".encode())
            await line.encrypt()
        elif fault is not None:
            await line.do(fault.do)
        else:
            await line.say(f"{tag} OK go\r\n".encode())
            await line.encrypt()

    async def _authenticate(self, line: Line, tag: str) -> None:
        await line.say(b"+ \r\n")
        words = base64.b64decode(await line.reader.readline()).decode()
        if words.split("\0")[-1] == self.password:
            await line.say(f"{tag} OK in\r\n".encode())
            return
        await line.say(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")  # as XOAUTH2 refuses: a challenge first
        assert await line.reader.readline() == b"\r\n"
        await line.say(f"{tag} NO [AUTHENTICATIONFAILED] no\r\n".encode())

    async def _fetch(self, line: Line, rest: str, ok: bytes) -> None:
        uids, items = rest.split()[2], rest.upper()
        if "RFC822.SIZE" in items:
            sizes = [
                f"* {n} FETCH (UID {uid} RFC822.SIZE {len(self.mails[uid])})\r\n"
                for n, uid in enumerate(self._matching(uids), 1)
            ]
            await line.reach("sizes", "".join(sizes).encode() + ok)
            return
        point = "headers" if "HEADER" in items else "bodies"
        fault = self.fault_at(point)
        action = fault.do if fault is not None else ""
        for uid in self._matching(uids):
            await self._hand_out(line, uid, action, header=point == "headers")
        if action in ("", "wrong_uid", "nil", "skip", "quoted", "unsolicited"):
            await line.say(ok)
        else:
            await line.do(action, ok)

    async def _hand_out(self, line: Line, uid: int, action: str, *, header: bool) -> None:
        content = self.mails[uid]
        if header:
            content = content[: content.find(b"\r\n\r\n") + 4]
        name = b"BODY[HEADER]<0>" if header else b"BODY[]"
        begin = b"* %d FETCH (UID %d %s " % (uid, uid + 1000 if action == "wrong_uid" else uid, name)
        if action == "cut":
            await line.say(begin + b"{%d}\r\n" % len(content) + content[: len(content) // 2])
            line.reset()
        elif action == "huge":
            await line.say(begin + b"{999999999}\r\n")
            await line.do("hang")
        elif action == "nil":
            await line.say(begin + b"NIL)\r\n")
        elif action == "quoted":
            await line.say(begin + b'"' + re.sub(rb'(["\\])', rb"\\\1", content.replace(b"\r\n", b" ")) + b'")\r\n')
        elif action == "unsolicited":
            await line.say(b"* %d EXISTS\r\n* %d FETCH (FLAGS (\\Seen))\r\n" % (uid + 5, uid))
            await line.say(
                b"* %d FETCH (FLAGS (\\Seen) %s {%d}\r\n%s UID %d)\r\n" % (uid, name, len(content), content, uid)
            )
            await line.say(b"* %d FETCH (UID %d FLAGS (\\Answered))\r\n" % (uid, uid))
        elif action != "skip":
            await line.say(begin + b"{%d}\r\n" % len(content) + content + b")\r\n")
            await self.note("handed_out", uid=uid, **fingerprint(content))

    async def _idle(self, line: Line, ok: bytes) -> None:
        known = len(self.mails)
        self._arrived.clear()
        if await line.reach("idle", b"+ idling\r\n"):
            return
        await self.note("idle")
        done = asyncio.ensure_future(line.reader.readline())
        try:
            while not done.done():
                arrived = asyncio.ensure_future(self._arrived.wait())
                try:
                    await asyncio.wait({done, arrived}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    arrived.cancel()
                self._arrived.clear()
                if len(self.mails) != known:
                    known = len(self.mails)
                    await line.say(b"* %d EXISTS\r\n" % known)
            if (await done).strip().upper() != b"DONE":
                raise Ended
        finally:
            done.cancel()
        await line.say(ok)
