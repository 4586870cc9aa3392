"""``nightdesk demo``: the real program on a desk of its own that is gone afterwards."""

import shutil
import signal
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tui.cli import at_terminal
from tui.cli.output import say

if TYPE_CHECKING:
    from gateway.demo.launch import Launched
    from tui.cli.parser import Commands
    from tui.settings import Settings

OpenDesk = Callable[["Settings", tuple[str, ...]], int]

HOLD_SECONDS = 5
TIPS = (
    f"Mail comes in by itself. r answers: type, Esc, y. It leaves after {HOLD_SECONDS} seconds,",
    "and the customer writes back in the same thread. z takes back, c notes, e is",
    "done, g q: mail without a record, g a: accounts, ? all keys; q removes all.",
)  # at most 78 characters each


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command. It takes no ``places``: its desk is its own."""
    parser = commands.add_parser(
        "demo",
        help="a desk with customers who write and answer, to try things out",
        description="Open a desk in a temporary folder, with a mail server and customers of its own on this machine. "
        "Nothing leaves the machine; leaving removes everything.",
    )
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="the same number tells the same story (1)")
    parser.add_argument("--keep", action="store_true", help="leave the folder behind and say where it is")
    parser.set_defaults(run=run)


def run(arguments: Namespace, open_desk: OpenDesk) -> int:
    """Build it, open it, take it down, however it ends."""
    from gateway.demo.launch import launched

    at_terminal.required()
    _end_by_exception()
    print("nightdesk: setting up the demo ...", file=sys.stderr)
    try:
        keep: bool = arguments.keep
        with _folder(keep=keep) as folder, launched(arguments.seed, folder, remove=not keep) as world:
            return open_desk(_desk(folder, world), TIPS)
    finally:
        _be_deaf()


@contextmanager
def _folder(*, keep: bool) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="nightdesk-demo-"))
    try:
        yield path
    finally:
        _be_deaf()  # taking down is short and must not be cut short
        if keep:
            say(f"The demo's desk is in {path}: nightdesk --database {path / 'desk.db'}")
        else:
            shutil.rmtree(path, ignore_errors=True)


def _desk(folder: Path, world: "Launched") -> "Settings":
    """Set a desk up as ``nightdesk init`` and ``nightdesk account add`` would, with some history."""
    from datetime import UTC, datetime

    from models.store import migrate
    from tui.login import whoami
    from tui.settings import SQLITE, Settings

    settings = Settings(f"{SQLITE}{folder / 'desk.db'}", hold_seconds=HOLD_SECONDS)
    migrate.ensure(settings.database)

    from gateway.demo import desk
    from models.store.database import Database

    me, database = whoami(), Database(settings.database)
    try:
        database.write(desk.furnish, login=me.login, name=me.name, ports=world.ports(), now=datetime.now(UTC))
    finally:
        database.close()
    return settings


def _end_by_exception() -> None:
    """Let SIGTERM and SIGHUP unwind, so that everything is taken down."""

    def end(number: int, _: object) -> NoReturn:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def _be_deaf() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
