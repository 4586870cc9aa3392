"""A scripted POP3 server: keeps its promises until the script says otherwise, and a ledger of what it did."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from models.types.account import Endpoint, Security

USER, PASSWORD = "support@example.test", "secret"


@dataclass
class FaultyPop3:
    """``mails``: UIDL -> content (CRLF). ``script``: command (or "greeting") -> what to do instead, once each.

    "close" cuts the connection before the answer, "cut:N" after N octets of it, "hang" never answers,
    "say:TEXT" answers TEXT, "drip" sends one octet of the answer every 50 ms.
    """

    mails: dict[str, bytes]
    script: dict[str, list[str]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)  # what LIST says instead of the truth
    tls: ssl.SSLContext | None = None
    ledger: list[str] = field(default_factory=list)
    port: int = 0
    _open: set[asyncio.Task[None]] = field(default_factory=set)
    _said: asyncio.Condition = field(default_factory=asyncio.Condition)

    def endpoint(self, security: Security = Security.PLAIN, ca_file: str = "") -> Endpoint:
        return Endpoint("127.0.0.1", self.port, security, USER, PASSWORD, ca_file)

    async def heard(self, line: str) -> None:
        """Wait until a client said this."""
        async with asyncio.timeout(5), self._said:
            await self._said.wait_for(lambda: line in self.ledger)

    @asynccontextmanager
    async def serving(self, *, tls_from_start: bool = False) -> AsyncIterator["FaultyPop3"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls if tls_from_start else None)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._dialogue(reader, writer)
        except (ConnectionError, ssl.SSLError):
            self.ledger.append("lost")
        except asyncio.CancelledError:  # asyncio 3.11 asks the ended task for its error and trips over this one
            self.ledger.append("stopped")
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        marked: set[str] = set()
        order = list(self.mails)
        if not await self._answer(writer, "greeting", b"+OK ready\r\n"):
            return
        while line := await reader.readline():
            words = line.decode().rstrip("\r\n").split(" ")
            command = words[0].upper()
            self.ledger.append(" ".join([command, *words[1:]]) if command != "PASS" else "PASS")
            async with self._said:
                self._said.notify_all()
            answer = self._reply(command, words, order, marked)
            if not await self._answer(writer, command, answer):
                return
            if command == "STLS" and answer.startswith(b"+OK"):
                assert self.tls is not None
                await writer.start_tls(self.tls)
            if command == "QUIT":
                for uidl in marked:
                    del self.mails[uidl]
                    self.ledger.append(f"deleted {uidl}")
                return

    def _reply(self, command: str, words: list[str], order: list[str], marked: set[str]) -> bytes:
        match command:
            case "USER" | "QUIT":
                return b"+OK\r\n"
            case "PASS":
                return b"+OK\r\n" if " ".join(words[1:]) == PASSWORD else b"-ERR [AUTH] no\r\n"
            case "STLS":
                return b"+OK begin\r\n" if self.tls else b"-ERR what\r\n"
            case "LIST":
                lines = (f"{n} {self.sizes.get(u, len(self.mails[u]))}\r\n" for n, u in enumerate(order, 1))
                return b"+OK\r\n" + "".join(lines).encode() + b".\r\n"
            case "UIDL":
                return b"+OK\r\n" + "".join(f"{n} {u}\r\n" for n, u in enumerate(order, 1)).encode() + b".\r\n"
            case "RETR":
                return b"+OK\r\n" + stuffed(self.mails[order[int(words[1]) - 1]]) + b".\r\n"
            case "TOP":
                head = self.mails[order[int(words[1]) - 1]].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                return b"+OK\r\n" + stuffed(head) + b".\r\n"
            case "DELE":
                marked.add(order[int(words[1]) - 1])
                return b"+OK\r\n"
            case _:
                return b"-ERR what\r\n"

    async def _answer(self, writer: asyncio.StreamWriter, command: str, answer: bytes) -> bool:
        """Answer as the script says; False when the connection is to end."""
        steps = self.script.get(command)
        action, _, value = (steps.pop(0) if steps else "answer").partition(":")
        match action:
            case "close":
                return False
            case "cut":
                writer.write(answer[: int(value)])
                await writer.drain()
                writer.write_eof()
                return False
            case "hang":
                await asyncio.Event().wait()
            case "drip":
                for octet in answer:
                    writer.write(bytes((octet,)))
                    await asyncio.sleep(0.05)
            case "say":
                writer.write(value.encode("latin-1"))
            case _:
                writer.write(answer)
        await writer.drain()
        return True


def stuffed(content: bytes) -> bytes:
    """Dots doubled, ended by CRLF (RFC 1939 3)."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    return (b"\r\n" + whole).replace(b"\r\n.", b"\r\n..")[2:]
