"""Import a mailbox of old mail: children read and parse, one transaction a batch places what they bring."""

import hashlib
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Self

from sqlalchemy.exc import DataError, IntegrityError

from gateway.mime.mailbox_file import Lying, read
from gateway.mime.mailbox_reader import Reading, begin, read_all
from models.services import bulk
from models.services.bulk import Letter
from models.store.database import Database
from models.types.routing import Target

CHILDREN = 2
BATCH = 500  # mails of one transaction: some 150 ms, which an agent's commit may have to wait
BATCH_BYTES = 16 * 1024 * 1024
MAIL_LIMIT = 50 * 1024 * 1024
AHEAD = 4  # batches the children may be ahead

Batch = tuple[Lying, ...]
Brought = tuple[list[Letter], list[tuple[str, str]]]  # and what could not be read: path, why


@dataclass(slots=True)
class Progress:
    """How far an import is."""

    began: float = field(default_factory=time.monotonic)
    done: int = 0
    went: Counter[Target] = field(default_factory=Counter)
    left_out: list[tuple[str, str]] = field(default_factory=list)  # path, why

    @property
    def seconds(self) -> float:
        """How long it takes so far."""
        return time.monotonic() - self.began

    @property
    def rate(self) -> float:
        """Mails a second so far."""
        return self.done / max(self.seconds, 1e-9)


def import_mail(
    database: Database,
    places: Iterable[Lying],
    *,
    default_kind: str = "",
    done: bool = False,
    tell: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Import mails in their order; ``tell`` is called after each batch.

    What is stored already is not stored again, so an import that was stopped is simply run again. ``DatabaseError``:
    the batches before are kept. ``default_kind`` and ``done`` are those of ``services.bulk.place``.
    """
    progress = Progress()
    with _Readers() as readers:
        for letters, left_out in readers.read(_batches(places, progress.left_out)):
            progress.left_out += left_out
            progress.went += _placed(database, letters, default_kind, done)
            progress.done += len(letters)
            tell(progress)
    return progress


def _placed(database: Database, letters: list[Letter], default_kind: str, done: bool) -> Counter[Target]:
    """Place a batch; one that cannot be is halved until the mail is found that cannot, which is kept unread."""
    try:
        return database.write(bulk.place, letters, default_kind=default_kind, done=done, now=datetime.now(UTC))
    except (DataError, IntegrityError):
        if len(letters) == 1:
            alone = Letter(letters[0].content, letters[0].sha256, None)
            return database.write(bulk.place, [alone], default_kind="", done=done, now=datetime.now(UTC))
        half = len(letters) // 2
        first = _placed(database, letters[:half], default_kind, done)
        return first + _placed(database, letters[half:], default_kind, done)


def _batches(places: Iterable[Lying], left_out: list[tuple[str, str]]) -> Iterator[Batch]:
    batch: list[Lying] = []
    size = 0
    for place in places:
        one = place.size_bytes
        if one > MAIL_LIMIT:
            left_out.append((place.path, f"larger than {MAIL_LIMIT // 1024 // 1024} MB"))
            continue
        if batch and (len(batch) == BATCH or size + one > BATCH_BYTES):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(place)
        size += one
    if batch:
        yield tuple(batch)


class _Readers:
    """Child processes that read ahead. A mail that ends a child is found and comes back unread."""

    def __init__(self) -> None:
        self._pool = _pool()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def read(self, batches: Iterable[Batch]) -> Iterator[Brought]:
        """Read batches in order, a few ahead of the one that is taken."""
        ahead: deque[tuple[Batch, ProcessPoolExecutor, Future[Reading]]] = deque()
        for batch in batches:
            future = self._begun(batch)
            ahead.append((batch, self._pool, future))
            if len(ahead) > AHEAD:
                yield self._finished(*ahead.popleft())
        while ahead:
            yield self._finished(*ahead.popleft())

    def _begun(self, batch: Batch) -> Future[Reading]:
        try:
            return self._pool.submit(read_all, batch)
        except BrokenProcessPool:
            self._renew()
            return self._pool.submit(read_all, batch)

    def _finished(self, batch: Batch, pool: ProcessPoolExecutor, future: Future[Reading]) -> Brought:
        try:
            reading = future.result()
        except BrokenProcessPool:
            if pool is self._pool:
                self._renew()
            return self._again(batch)
        return [Letter(*mail) for mail in reading.mails], reading.left_out

    def _again(self, batch: Batch) -> Brought:
        """Read a batch whose child died, over this mail or another's; halve it until the mail is alone."""
        try:
            reading = self._begun(batch).result()
        except BrokenProcessPool:
            self._renew()
            if len(batch) == 1:
                return _unread(batch[0])
            half = len(batch) // 2
            first, second = self._again(batch[:half]), self._again(batch[half:])
            return first[0] + second[0], first[1] + second[1]
        return [Letter(*mail) for mail in reading.mails], reading.left_out

    def _renew(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._pool = _pool()


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(CHILDREN, mp_context=get_context("spawn"), initializer=begin)


def _unread(place: Lying) -> Brought:
    try:
        content = read(place)
    except OSError as error:
        return [], [(place.path, error.strerror or str(error))]
    return [Letter(content, hashlib.sha256(content).hexdigest(), None)], []
