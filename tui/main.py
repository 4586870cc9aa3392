"""The composition root: the command line in, the program out. The only place that knows everybody.

``tui.app`` paints and speaks to ``tui.bridge.Desk``; ``tui.desk`` is that desk over one database; the workers of
``gateway`` fetch and send beside it. Imports stand inside: ``--help`` waits for nothing, the list not for the ORM, and
Ctrl-C finds nothing under way that it could interrupt with a traceback.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

from tui import garbage
from tui.cli.failures import guarded

if TYPE_CHECKING:
    import asyncio

    from gateway.workers.database_threads import DatabaseThreads
    from gateway.workers.parsing import Parsers
    from models.store.database import Database
    from models.types.mail import IncomingMail
    from models.types.people import AgentView
    from tui.app import NightdeskApp
    from tui.desk import LocalDesk
    from tui.settings import Settings
    from tui.setup.gate import Gate

HAND_OVER_SECONDS = 0.001  # how soon a busy thread hands over to the screen's; Python's own 5 ms add up in a frame


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; the exit code (sysexits.h)."""
    return guarded(lambda: _run(sys.argv[1:] if arguments is None else arguments))


def _run(said: Sequence[str]) -> int:
    if not said:  # the desk itself waits for no command line to be declared
        return _desk("", "")
    from tui.cli.parser import parse

    parsed = parse(said)
    if parsed.command == "demo":
        from tui.cli import demo

        return demo.run(parsed, open_desk)
    if parsed.command == "":
        return _desk(parsed.database, parsed.config)
    return int(parsed.run(parsed))


def open_desk(settings: "Settings", tips: tuple[str, ...] = ()) -> int:
    """Show the desk until the agent leaves, and carry the workers meanwhile; the exit code."""
    import asyncio

    sys.setswitchinterval(HAND_OVER_SECONDS)
    garbage.hold()  # until the desk is warm
    return asyncio.run(_session(settings, tips))


def _desk(database: str, config: str) -> int:
    garbage.hold()  # until the desk is warm
    from tui.cli import at_terminal
    from tui.cli.store import ready
    from tui.settings import load

    settings = load(database, config)
    ready(settings)
    at_terminal.required()
    return open_desk(settings)


async def _session(settings: "Settings", tips: tuple[str, ...]) -> int:
    from tui.cli.log import to_file

    to_file()
    async with composed(settings, tips) as app:
        ended = _end_on_signals(app)
        await app.run_async()
    if app._exception is not None:  # what Textual caught; it has no public name
        raise app._exception
    return 128 + ended[0] if ended else app.return_code or 0


@asynccontextmanager
async def composed(settings: "Settings", tips: tuple[str, ...] = ()) -> AsyncIterator["NightdeskApp"]:
    """Put one agent's session at one terminal together, ready to run; take it apart afterwards."""
    from textual.drivers.linux_driver import LinuxDriver

    from tui.app import NightdeskApp
    from tui.desk import LocalDesk
    from tui.settings import key_path
    from tui.terminal import LineDriver

    reading = Reading(settings.database)
    desk = LocalDesk(
        settings.database,
        _agent(settings),
        parse=reading.parse,
        part=reading.part,
        gate=lambda: _gate(settings),
        key_file=key_path(settings),
        tips=tips,
        hold_seconds=settings.hold_seconds,
    )
    work = _Background(settings, desk)
    app = NightdeskApp(desk, background=work.run, keymap=settings.keys, ansi=settings.ansi)
    if app.driver_class is LinuxDriver:
        app.driver_class = LineDriver
    try:
        yield app
    finally:
        await work.stop()
        await desk.close()
        await reading.close()


def _agent(settings: "Settings") -> "AgentView":
    """Find the agent who is logged in; the first time, make one."""
    from models.store.logins import agent_by_login
    from models.store.plain import Reader
    from models.types.errors import NotAllowed
    from tui.login import whoami

    me = whoami()
    with closing(Reader(settings.database)) as reader:
        found = agent_by_login(reader, me.login)
        if found is None:
            from models.services import setup
            from models.store.database import Database

            database = Database(settings.database)
            try:
                database.write(setup.ensure_agent, login=me.login, name=me.name)
            finally:
                database.close()
            found = agent_by_login(reader, me.login)
    if found is None:
        raise NotAllowed(f"The agent {me.login} is switched off at this desk.", "Ask whoever runs it.")
    return found


def _gate(settings: "Settings") -> "Gate":
    """Make what tests accounts and signs them in."""
    from tui.cli.setup_gate import DeskGate

    return DeskGate(settings)


class Reading:
    """Reads mail for the desk in child processes: one is kept for parsing, one made for each file to be saved."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._parsers: Parsers | None = None
        self._threads: DatabaseThreads | None = None

    async def parse(self, content: bytes) -> "IncomingMail":
        """Read one mail. ``NightdeskError`` when its reader hung or died over it."""
        from gateway.workers.database_threads import DatabaseThreads
        from gateway.workers.parsing import Parsers, Unreadable
        from models.store.database import Database
        from models.types.errors import NightdeskError

        if self._parsers is None:
            self._threads = DatabaseThreads(Database(self._url))
            self._parsers = Parsers(self._threads, children=1)
        try:
            return await self._parsers.parse(content)
        except Unreadable as error:
            raise NightdeskError(f"This mail cannot be read. {error}", "o shows it as it came.") from error

    async def part(self, content: bytes, path: str) -> bytes:
        """Cut a file out of a mail. ``NightdeskError`` when its reader hung or died over it."""
        from gateway.workers.cutting import cut
        from gateway.workers.parsing import Unreadable
        from models.types.errors import NightdeskError

        try:
            return await cut(content, path)
        except Unreadable as error:
            raise NightdeskError(f"This file cannot be saved. {error}", "o shows the mail as it came.") from error

    async def close(self) -> None:
        """End the child."""
        if self._parsers is not None and self._threads is not None:
            await self._parsers.close()
            self._threads.close()
            self._threads.database.close()


class _Background:
    """What begins once the first frame is out: the imports of writing, then the workers.

    The task is ours, not the screen's: it ends in good order when the screen is gone.
    """

    def __init__(self, settings: "Settings", desk: "LocalDesk") -> None:
        self._settings = settings
        self._desk = desk
        self._task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Work until ``stop``; a fault is passed on, and ``run`` may then be called again."""
        import asyncio

        self._task = asyncio.create_task(self._work())
        await asyncio.shield(self._task)

    async def stop(self) -> None:
        """End it and wait until it has ended."""
        import asyncio

        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        await self._desk.warm()
        if not self._settings.workers:
            return
        import asyncio

        with garbage.held():
            run, database, holder, hostname = await asyncio.to_thread(self._tools)
        try:
            await run(database, holder=holder, hostname=hostname)
        finally:
            database.close()

    def _tools(self) -> tuple[Callable[..., Awaitable[None]], "Database", str, str]:
        """Import and read what the workers need; in a thread, for it takes a while."""
        from gateway.workers import supervisor
        from models.store.database import Database
        from tui.identity import holder, hostname
        from tui.settings import key_path

        database = Database(self._settings.database, key_file=key_path(self._settings))
        return supervisor.run, database, holder(), hostname(self._settings, database)


def _end_on_signals(app: "NightdeskApp") -> list[int]:
    """Save what is being written and leave, when the line drops (SIGHUP) or the system says so (SIGTERM).

    The list returned will hold the signals that came.
    """
    import asyncio
    import signal

    loop = asyncio.get_running_loop()
    came: list[int] = []
    leaving: set[asyncio.Task[None]] = set()

    def leave(number: int) -> None:
        came.append(number)
        leaving.add(loop.create_task(app.hang_up()))

    for number in (signal.SIGHUP, signal.SIGTERM):
        loop.add_signal_handler(number, leave, number)
    return came
