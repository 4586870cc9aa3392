"""Carry piped mail from the spool into the database: commit first, then remove the file."""

import asyncio
import fcntl
import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gateway.workers import spool_file
from models.services.receive import keep_one
from models.store.database import Database
from models.types.errors import DatabaseError
from models.types.failpoint import Point, reach

POLL_SECONDS = 1.0
TROUBLE_SECONDS = 30.0  # between tries while the database or the disk refuses
ROUND = 100
DEAD_SECONDS = 36 * 3600  # maildir(5): what is older in tmp has no writer any more

log = logging.getLogger(__name__)


async def run(database: Database, spool: Path, *, poll_seconds: float = POLL_SECONDS) -> None:
    """Carry mail until cancelled. Any number of processes may run it; one of a host works, the others stand by.

    ``spool`` need not exist yet; where it is: ``gateway.workers.spool_file.folder(database.url)``.
    """
    while True:
        carried = await asyncio.to_thread(carry, database, spool)
        if carried is None:
            await asyncio.sleep(max(poll_seconds, TROUBLE_SECONDS))
        elif carried < ROUND:
            await asyncio.sleep(poll_seconds)


def carry(database: Database, spool: Path) -> int | None:
    """Carry one round over; how many mails, None when the database or the disk would not have one."""
    if not spool.is_dir():
        return 0
    with _alone(spool) as alone:
        if not alone:
            return 0
        spool_file.sweep(spool, before=time.time() - DEAD_SECONDS)
        return _round(database, spool_file.waiting(spool))


def _round(database: Database, paths: Sequence[Path]) -> int | None:
    carried, unreadable = 0, 0
    for path in paths:
        if carried == ROUND:
            break
        try:
            _carry(database, path)
            carried += 1
        except OSError as error:
            log.warning("The piped mail %s cannot be read or removed: %s", path.name, error.strerror)
            unreadable += 1
        except DatabaseError as error:
            log.warning("Piped mail waits: %s", error)
            return None
    return None if unreadable and not carried else carried


def _carry(database: Database, path: Path) -> None:
    """Commit one mail and take its file away. A crash between the two is a duplicate ``keep_one`` knows."""
    mail = spool_file.read(path)
    database.write(
        keep_one,
        content=mail.content,
        envelope_from=mail.envelope_from,
        envelope_to=mail.envelope_to,
        now=datetime.now(UTC),
    )
    reach(Point.CARRIED)
    spool_file.remove(path)


@contextmanager
def _alone(spool: Path) -> Iterator[bool]:
    """Hold the spool's lock file; False when another process has it. The kernel gives it back at our death."""
    descriptor = os.open(spool / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)
