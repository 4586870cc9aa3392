"""A line that can be cut: a TCP proxy on loopback that ends connections after so many bytes, or plays dead."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Cut:
    """End the connection when ``after`` bytes went ``up`` (from the client) or down; ``reset``: by RST, else by FIN."""

    up: bool
    after: int
    reset: bool = False


class Proxy:
    """``cuts`` are used up one a connection; without one it only passes on and keeps what passed."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.port = 0
        self.cuts: list[Cut] = []
        self.refusing = self.silent = False
        self.cut_on: Callable[[bytes], bool] = lambda _: False  # asked of what the client says, after it was passed on
        self.passed: tuple[bytearray, bytearray] = (bytearray(), bytearray())  # down, up; of the newest connection
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    def cut_all(self) -> None:
        """Cut every connection there is now."""
        for writer in self._writers:
            _reset(writer)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._pass_on(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass  # both ends see it
        finally:
            self._tasks.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            _reset(writer)
            return
        there, answer = await asyncio.open_connection("127.0.0.1", self.target)
        cut = self.cuts.pop(0) if self.cuts else None
        self.passed = (bytearray(), bytearray())
        self._writers |= {writer, answer}
        try:
            ways = [
                asyncio.ensure_future(self._way(reader, answer, self.passed[1], cut if cut and cut.up else None)),
                asyncio.ensure_future(self._way(there, writer, self.passed[0], cut if cut and not cut.up else None)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            self._writers -= {writer, answer}
            for one in (writer, answer):
                if cut is not None and cut.reset:
                    _reset(one)
                one.close()

    async def _way(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passed: bytearray, cut: Cut | None
    ) -> None:
        while data := await reader.read(65_536):
            while self.silent:  # noqa: ASYNC110 (the line is dead, and nobody says so)
                await asyncio.sleep(0.02)
            if cut is not None and len(passed) + len(data) >= cut.after:
                data = data[: cut.after - len(passed)]
            passed += data
            writer.write(data)
            await writer.drain()
            if (cut is not None and len(passed) >= cut.after) or self.cut_on(data):
                return


def _reset(writer: asyncio.StreamWriter) -> None:
    peer: socket.socket | None = writer.get_extra_info("socket")
    if peer is not None and not writer.is_closing():
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


def around_line_ends(said: bytes, *, near: int = 3) -> list[int]:
    """Places to cut: around each CRLF, and after 1, 2, 4 ... bytes."""
    ends = [at for at in range(len(said)) if said[at : at + 2] == b"\r\n"]
    places = {at + off for at in ends for off in range(-near + 1, near + 3)} | {2**power for power in range(20)}
    return sorted(place for place in places if 0 < place <= len(said))
