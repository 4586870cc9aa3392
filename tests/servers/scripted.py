"""What the scripted servers share: faults at named points, and a ledger an outside judge can read."""

import asyncio
import hashlib
import json
import os
import socket
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from models.types.account import Endpoint, Security


@dataclass(frozen=True)
class Fault:
    """What to do instead, the ``nth`` time a point is reached (0: each time).

    ``do``: "close", "reset", "hang", "say TEXT" (TEXT may hold \\r\\n), "garbage" (1 MB without a line end), "endless"
    (continuation lines without end), "drip" (the answer one byte every 20 ms), and what a server adds.
    """

    at: str
    do: str
    nth: int = 1


class Ended(Exception):
    """This connection is over."""


class Line:
    """One connection of a scripted server."""

    def __init__(self, server: "Scripted", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.words: dict[str, str] = {}  # replaced in what the script says

    async def reach(self, point: str, answer: bytes) -> str:
        """Answer, or do what the script says; return what was done instead ("" = answered)."""
        fault = self.server.fault_at(point)
        if fault is None:
            await self.say(answer)
            return ""
        await self.do(fault.do, answer)
        return fault.do

    async def do(self, action: str, answer: bytes = b"") -> None:
        verb, _, rest = action.partition(" ")
        if verb == "say":
            for word, meant in self.words.items():
                rest = rest.replace(word, meant)
            await self.say(rest.encode() + b"\r\n")
        elif verb == "close":
            raise Ended
        elif verb == "reset":
            self.reset()
        elif verb == "hang":
            await asyncio.Event().wait()
        elif verb == "garbage":
            await self.say(b"\xff" * 1_000_000)
        elif verb == "endless":
            while True:
                await self.say(self.server.endless_line * 100)
        elif verb == "drip":
            for at in range(len(answer)):
                await self.say(answer[at : at + 1])
                await asyncio.sleep(0.02)
        else:
            raise AssertionError(f"the script says {action!r}")

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def encrypt(self) -> None:
        """Go on in TLS (StreamWriter.start_tls appears in 3.11 and keeps the streams)."""
        assert self.server.tls is not None
        await self.writer.start_tls(self.server.tls)

    def reset(self) -> None:
        peer: socket.socket = self.writer.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        raise Ended


class Scripted:
    """A server on 127.0.0.1 with faults and a ledger; a subclass holds the dialogue."""

    endless_line = b""

    def __init__(self, *faults: Fault, tls: ssl.SSLContext | None = None, ledger: Path | None = None) -> None:
        self.faults = list(faults)
        self.tls = tls
        self.entries: list[dict[str, object]] = []
        self.reached: Counter[str] = Counter()
        self.connections = 0
        self.port = 0
        self._path = ledger
        self._written = asyncio.Condition()
        self._lines: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self, *, tls_from_start: bool = False) -> AsyncIterator["Scripted"]:
        server = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, ssl=self.tls if tls_from_start else None, limit=2**20
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for line in self._lines:
                line.cancel()
            await asyncio.gather(*self._lines, return_exceptions=True)
            await server.wait_closed()

    def endpoint(self, security: Security = Security.PLAIN, ca: Path | str = "", host: str = "127.0.0.1") -> Endpoint:
        return Endpoint(host, self.port, security, "support@desk.test", "secret", str(ca))

    def fault_at(self, point: str) -> Fault | None:
        self.reached[point] += 1
        return next(
            (fault for fault in self.faults if fault.at == point and fault.nth in (0, self.reached[point])), None
        )

    async def note(self, event: str, **facts: object) -> None:
        """Write one line; it is on disk before the client hears of it."""
        self.entries.append({"event": event, **facts})
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(json.dumps(self.entries[-1]) + "\n")
                file.flush()
                os.fsync(file.fileno())
        async with self._written:
            self._written.notify_all()

    def noted(self, event: str) -> list[dict[str, object]]:
        return [entry for entry in self.entries if entry["event"] == event]

    async def until(self, event: str, count: int = 1, seconds: float = 10) -> None:
        """Wait until the ledger holds that many of these."""
        async with asyncio.timeout(seconds), self._written:
            await self._written.wait_for(lambda: len(self.noted(event)) >= count)

    async def dialogue(self, line: Line) -> None:
        raise NotImplementedError

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        self.connections += 1
        try:
            await self.dialogue(Line(self, reader, writer))
        except (Ended, ConnectionError, ssl.SSLError, asyncio.IncompleteReadError, TimeoutError):
            pass  # the client sees it
        except asyncio.CancelledError:
            pass  # asyncio 3.11 asks the ended task for its error and trips over this one
        finally:
            self._lines.discard(task)
            writer.close()


def fingerprint(content: bytes) -> dict[str, object]:
    return {
        "message_id": str(message_from_bytes(content)["Message-ID"] or ""),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
    }
