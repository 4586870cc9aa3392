"""Start the mail world beside this process, and see that it ends with it."""

import json
import os
import secrets
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.types.errors import NightdeskError

SECRET = "NIGHTDESK_DEMO_SECRET"  # noqa: S105 -- the name of the variable that holds the mailbox's password
PATIENCE_SECONDS = 30.0


class Launched:
    """A world that is starting or running."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ports(self) -> dict[str, int]:
        """Wait until it listens: the ports of "imap" and "smtp" on loopback."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE_SECONDS)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            raise NightdeskError("The demo's mail world did not start.", "With --keep, world.log says why.")
        return dict(json.loads(line))


@contextmanager
def launched(seed: int, folder: Path, *, remove: bool) -> Iterator[Launched]:
    """Start it, its log in ``folder``; ``remove``: it takes the folder away at its end, even when we are killed."""
    os.environ[SECRET] = secrets.token_urlsafe()
    command = [sys.executable, "-P", "-m", "gateway.demo.process", "--seed", str(seed)]
    with open(folder / "world.log", "w") as log:
        process = subprocess.Popen(  # noqa: S603 -- our own program
            [*command, "--remove", str(folder)] if remove else command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # Ctrl-C and a dropped line are for the desk
        )
    try:
        yield Launched(process)
    finally:
        try:
            process.communicate(timeout=PATIENCE_SECONDS)  # closes its input, which ends it
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
