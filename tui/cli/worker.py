"""``nightdesk worker``: fetch and send without a screen."""

import asyncio
import signal
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tui import garbage
from tui.cli.output import say

if TYPE_CHECKING:
    from models.store.database import Database
    from tui.cli.parser import Commands
    from tui.settings import Settings


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "worker",
        parents=[places],
        help="fetch and send without a screen",
        description="Fetch and send until stopped. Any number may run, on any host of the database: "
        "leases see to it that no mailbox and no mail is served twice.",
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Work until SIGTERM or SIGINT."""
    from tui.cli.log import to_stderr
    from tui.cli.store import opened, settings_of

    to_stderr()
    settings = settings_of(arguments)
    with opened(settings) as database:
        asyncio.run(_until_stopped(database, settings))
    return 0


async def _until_stopped(database: "Database", settings: "Settings") -> None:
    with garbage.held():
        from gateway.workers import supervisor
        from tui.identity import holder, hostname

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        name = await asyncio.to_thread(hostname, settings, database)
        say("nightdesk worker: running; stop it with SIGTERM or Ctrl-C.")
        await supervisor.run(database, holder=holder(), hostname=name)
    except asyncio.CancelledError:
        return  # we were told to stop, and have
