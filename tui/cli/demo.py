"""``nightdesk demo``: the real program on a desk of its own that is gone afterwards."""

import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from models.types.errors import NightdeskError
from tui.cli.output import say

if TYPE_CHECKING:
    from tui.cli.parser import Commands
    from tui.settings import Settings

OpenDesk = Callable[["Settings", tuple[str, ...]], int]

HOLD_SECONDS = 3
TIPS = (
    f"Mail comes in by itself. r answers: type, Esc, y. It leaves after {HOLD_SECONDS} seconds,",
    "and the customer writes back in the same thread. z takes back, c writes a note,",
    "e is done, g q shows mail without a record, ? all keys; q leaves, all is removed.",
)  # at most 78 characters each
STARTED_SECONDS = 20.0


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
    _end_by_exception()
    try:
        with _folder(keep=arguments.keep) as folder, _world(arguments.seed, folder) as world:
            return open_desk(_desk(folder, world), TIPS)
    finally:
        _be_deaf()  # taking down is short and must not be cut short


@contextmanager
def _folder(*, keep: bool) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="nightdesk-demo-"))
    try:
        yield path
    finally:
        if keep:
            say(f"The demo's desk is in {path}: nightdesk --database {path / 'desk.db'}")
        else:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _world(seed: int, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start the mail world beside us. It ends when its input is closed, so also when we are killed."""
    from gateway.demo.process import SECRET

    os.environ[SECRET] = secrets.token_urlsafe()
    with open(folder / "world.log", "w") as log:
        process = subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-P", "-m", "gateway.demo.process", "--seed", str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # Ctrl-C and a dropped line are for the desk
        )
    try:
        yield process
    finally:
        _be_deaf()
        try:
            process.communicate(timeout=STARTED_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _desk(folder: Path, world: "subprocess.Popen[str]") -> "Settings":
    """Set a desk up as ``nightdesk init`` and ``nightdesk account add`` would, with some history."""
    from datetime import UTC, datetime

    from models.store import migrate
    from tui.login import whoami
    from tui.settings import SQLITE, Settings

    settings = Settings(f"{SQLITE}{folder / 'desk.db'}", hold_seconds=HOLD_SECONDS)
    migrate.ensure(settings.database)

    from gateway.demo import desk
    from models.store.database import Database

    database = Database(settings.database)
    try:
        me = whoami()
        ports = _ports(world)
        database.write(desk.furnish, login=me.login, name=me.name, ports=ports, now=datetime.now(UTC))
    finally:
        database.close()
    return settings


def _ports(world: "subprocess.Popen[str]") -> dict[str, int]:
    """Wait for the line in which the world says where it listens."""
    assert world.stdout is not None
    ready, _, _ = select.select([world.stdout], [], [], STARTED_SECONDS)
    line = world.stdout.readline() if ready else ""
    if not line:
        raise NightdeskError("The demo's mail world did not start.", "See what it says with: nightdesk demo --keep")
    return dict(json.loads(line))


def _end_by_exception() -> None:
    """Let SIGTERM and SIGHUP unwind, so that everything is taken down."""

    def end(number: int, _: object) -> NoReturn:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def _be_deaf() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
