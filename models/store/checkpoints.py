"""SQLite's write-ahead log carried into the file by a thread of its own while somebody writes much.

Else every writer's commit does it by itself, every 1,000 pages (measured: a quarter of an import's time on the disk).
"""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from models.store.database import BUSY_MS, Database, sqlite_path

LOG_BYTES = 64 * 1024 * 1024  # a longer log is waited for: it begins anew only when all of it was carried over
EVERY_PAGES = 1_000  # SQLite's own default

log = logging.getLogger(__name__)


@contextmanager
def checkpoints_aside(database: Database) -> Iterator[Callable[[], None]]:
    """Give what to call after each commit. Commits themselves are as durable as ever. Nothing to do on PostgreSQL."""
    path = sqlite_path(database.url)
    if path is None:
        yield lambda: None
        return
    database.read(_carry_over_every, 0)
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="checkpoints") as thread:
            yield _Carrier(path, thread).written
    finally:
        database.read(_carry_over_every, EVERY_PAGES)


class _Carrier:
    def __init__(self, path: Path, thread: ThreadPoolExecutor) -> None:
        self._path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._thread = thread
        self._running: Future[int] | None = None

    def written(self) -> None:
        if self._running is None:
            self._begin()
        elif self._running.done() or self._large():
            length = self._running.result()
            self._begin().result() if length > LOG_BYTES else self._begin()

    def _begin(self) -> Future[int]:
        self._running = self._thread.submit(_carry_over, self._path)
        return self._running

    def _large(self) -> bool:
        """Say whether the log may be long: its file never becomes smaller."""
        return self._log.exists() and os.stat(self._log).st_size > LOG_BYTES


def _carry_over(path: Path) -> int:
    """Carry over what is there; how many bytes the log held, in all."""
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)) as connection:
            (size,) = connection.execute("PRAGMA page_size").fetchone()
            _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            return int(pages * size)
    except sqlite3.OperationalError as error:  # it only grows; what is wrong with the disk, the commits will say
        log.warning("The write-ahead log was not carried over: %s", error)
        return 0


def _carry_over_every(session: Session, pages: int) -> None:
    session.execute(text(f"PRAGMA wal_autocheckpoint={pages}"))
