"""Children that read old mail ahead of whoever places it. Imports little, so that they begin while others load."""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running
from typing import Self

from gateway.mime.mailbox_file import Lying, read
from gateway.mime.mailbox_reader import PRELOAD, Reading, begin, read_all
from models.types.letter import Letter

CHILDREN = 2
BATCH = 1_000  # mails of one transaction: some 200 ms, which an agent's commit may have to wait
FIRST = 500  # mails of the first batch, so that placing need not wait long
BATCH_BYTES = 16 * 1024 * 1024
MAIL_LIMIT = 50 * 1024 * 1024
AHEAD = 5  # batches the children may be ahead

Batch = tuple[Lying, ...]


class MailReaders:
    """Child processes that read ahead. A mail that ends a child is found and comes back unread (None).

    They begin with the first mails as soon as this is made.
    """

    def __init__(self, places: Iterable[Lying]) -> None:
        self._pool = _pool()
        self._too_large: list[tuple[str, str]] = []
        self._batches = self._cut(places)
        self._ahead: deque[tuple[Batch, ProcessPoolExecutor, Future[Reading]]] = deque()
        self._thread = ThreadPoolExecutor(1)  # to fork waits until the first process has loaded the parser
        self._start = self._thread.submit(self._read_ahead)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()
        self._pool.shutdown(cancel_futures=True)

    def __iter__(self) -> Iterator[Reading]:
        """Give batch after batch, in the mails' order."""
        self._start.result()
        while self._ahead:
            reading = self._finished(*self._ahead.popleft())
            self._read_ahead()
            yield Reading(reading.letters, [*self._too_large, *reading.left_out])
            self._too_large.clear()
        if self._too_large:
            yield Reading([], self._too_large)

    def _read_ahead(self) -> None:
        while len(self._ahead) < AHEAD and (batch := next(self._batches, None)):
            future = self._begun(batch)
            self._ahead.append((batch, self._pool, future))

    def _cut(self, places: Iterable[Lying]) -> Iterator[Batch]:
        batch: list[Lying] = []
        most, size = min(FIRST, BATCH), 0
        for place in places:
            one = place.size_bytes
            if one > MAIL_LIMIT:
                self._too_large.append((place.path, f"larger than {MAIL_LIMIT // 1024 // 1024} MB"))
                continue
            if batch and (len(batch) == most or size + one > BATCH_BYTES):
                yield tuple(batch)
                batch, size = [], 0
                most = BATCH
            batch.append(place)
            size += one
        if batch:
            yield tuple(batch)

    def _begun(self, batch: Batch) -> Future[Reading]:
        try:
            return self._pool.submit(read_all, batch)
        except BrokenProcessPool:
            self._renew()
            return self._pool.submit(read_all, batch)

    def _finished(self, batch: Batch, pool: ProcessPoolExecutor, future: Future[Reading]) -> Reading:
        try:
            return future.result()
        except BrokenProcessPool:
            if pool is self._pool:
                self._renew()
            return self._again(batch)

    def _again(self, batch: Batch) -> Reading:
        """Read a batch whose child died, over this mail or another's; halve it until the mail is alone."""
        try:
            return self._begun(batch).result()
        except BrokenProcessPool:
            self._renew()
            if len(batch) == 1:
                return _unread(batch[0])
            half = len(batch) // 2
            first, second = self._again(batch[:half]), self._again(batch[half:])
            return Reading(first.letters + second.letters, first.left_out + second.left_out)

    def _renew(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._pool = _pool()


def prepare() -> None:
    """Start the process the children will be made of: it loads what reads a mail while the mails are looked for."""
    _context()
    ensure_running()


def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(list(PRELOAD))
    return context


def _pool() -> ProcessPoolExecutor:
    """Make the children: all of one process that has loaded what they need, once."""
    context = _context()
    return ProcessPoolExecutor(CHILDREN, mp_context=context, initializer=begin)


def _unread(place: Lying) -> Reading:
    try:
        content = read(place)
    except OSError as error:
        return Reading([], [(place.path, error.strerror or str(error))])
    return Reading([Letter(content, hashlib.sha256(content).hexdigest(), None)], [])
