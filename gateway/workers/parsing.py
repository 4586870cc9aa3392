"""Parse mail in child processes: what hangs or kills the reader hangs or kills a child, and no time is taken from keys.

The child bounds its own memory and processor time (``gateway.mime.child``); the wall clock is ours.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

from gateway.mime.child import LENGTH
from gateway.mime.json_form import from_json
from gateway.workers.database_threads import DatabaseThreads
from models.types.failpoint import Point, reach
from models.types.mail import IncomingMail

PARSE_SECONDS = 20.0
START_SECONDS = 30.0
CHILDREN = 2
LARGEST_ANSWER = 64 * 1024 * 1024
PIPE_BYTES = 256 * 1024
COMMAND = (sys.executable, "-P", "-m", "gateway.mime.child")  # -P: a folder called "models" where we stand is not ours


class Unreadable(Exception):
    """The child died or hung over this mail; one sentence why."""


class OtherVersion(Exception):
    """The children are not of this program's version, as after an upgrade under a running program."""


class Parsers:
    """A few children, started when needed, replaced when dead. ``command`` is for tests."""

    def __init__(
        self,
        threads: DatabaseThreads,
        *,
        children: int = CHILDREN,
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self._threads = threads
        self._command = command
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._free = asyncio.Semaphore(children)

    async def parse(self, content: bytes, *, seconds: float = PARSE_SECONDS) -> IncomingMail:
        """Return what the mail says. ``Unreadable`` after the child died of it; the next mail gets a new one."""
        async with self._free:
            child = await self._child()
            reach(Point.READ)
            try:
                async with asyncio.timeout(seconds):
                    answer = await _asked(child, content)
            except TimeoutError as error:
                await self._end(child)
                raise Unreadable(f"Reading it took longer than {seconds:g} seconds.") from error
            except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
                await self._end(child)
                raise Unreadable("The reader gave up on it: too much memory or time, or a crash.") from error
            except BaseException:
                await self._end(child)  # an answer we do not wait for would be taken for the next mail's
                raise
            self._idle.append(child)
        return await self._threads.call(lambda: from_json(json.loads(answer)))

    async def ready(self) -> None:
        """See to it that a child runs and speaks our version; ``OtherVersion`` when it cannot."""
        if not any(child.returncode is None for child in self._all):
            self._idle.append(await self._child())

    async def close(self) -> None:
        """End all children."""
        for child in list(self._all):
            await self._end(child)

    async def _child(self) -> Process:
        while self._idle:
            child = self._idle.pop()
            if child.returncode is None:
                return child
            await self._end(child)
        # a session of its own: Ctrl-C in a terminal is for us, and the end of its input ends the child
        child = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True, limit=PIPE_BYTES
        )
        self._all.add(child)
        try:
            async with asyncio.timeout(START_SECONDS):
                from_json(json.loads(await _asked(child, b"")))
        except BaseException as error:
            await self._end(child)
            if isinstance(error, Exception):
                raise OtherVersion("The mail reader does not start; restart nightdesk.") from error
            raise
        return child

    async def _end(self, child: Process) -> None:
        self._all.discard(child)
        if child in self._idle:
            self._idle.remove(child)
        await put_down(child)


async def put_down(child: Process) -> None:
    """End a child and everything that is open to it."""
    with suppress(ProcessLookupError):
        child.kill()
    await child.wait()
    if child.stdin is not None:  # what it did not read any more would stay open until it is forgotten
        child.stdin.close()
        with suppress(OSError):
            await child.stdin.wait_closed()


async def _asked(child: Process, content: bytes) -> bytes:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(LENGTH.pack(len(content)))
    for at in range(0, len(content), PIPE_BYTES):
        child.stdin.write(content[at : at + PIPE_BYTES])
        await child.stdin.drain()
    (size,) = LENGTH.unpack(await child.stdout.readexactly(LENGTH.size))
    if size > LARGEST_ANSWER:
        raise ValueError("the answer is too large")
    return await child.stdout.readexactly(size)
