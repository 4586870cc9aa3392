"""Mail waiting on disk between an MTA's pipe and the database: one file a mail, written so that none is lost.

Maildir's discipline: ``tmp`` is written and synced, then renamed into ``new``. A file is one line of JSON with the
envelope, then the mail's octets as they came. Imports next to nothing: ``nightdesk ingest`` starts once a mail.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.types.failpoint import Point, reach

VARIABLE = "NIGHTDESK_SPOOL"  # both ends of the spool must say the same when it is set
ENVELOPE_LIMIT = 1024 * 1024  # a first line longer than this is no envelope of ours


class TooLarge(Exception):
    """The mail is larger than the limit; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A mail as the pipe brought it. ``envelope_from`` None: not told; "" is the null sender."""

    content: bytes
    envelope_from: str | None
    envelope_to: tuple[str, ...]


def folder(url: str) -> Path:
    """Return where mail for this database waits: beside a SQLite file, else in the user's data folder."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///") + ".spool")
    from platformdirs import user_data_path

    return user_data_path("nightdesk") / "spool"


def put(
    spool: Path, chunks: Iterable[bytes], *, envelope_from: str | None, envelope_to: Sequence[str], limit: int
) -> Path:
    """Store one mail; when this returns it survives a power cut.

    Raises ``OSError`` or ``TooLarge`` with nothing left behind.
    """
    written = _part(spool, "tmp") / f"{time.time_ns():020}.{os.getpid()}.{os.urandom(4).hex()}"
    ready = _part(spool, "new") / written.name
    envelope = json.dumps({"from": envelope_from, "to": list(envelope_to)}).encode() + b"\n"
    try:
        with open(written, "xb", opener=_private) as file:
            file.write(envelope)
            for chunk in _bounded(chunks, limit):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        reach(Point.SPOOL_WRITE)
        written.rename(ready)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    _sync(ready.parent)
    reach(Point.SPOOLED)
    return ready


def read(path: Path) -> Spooled:
    """Read a file back. One without our envelope, put there by hand, is a mail with nothing known of its envelope.

    A leading "From " line is the mailbox separator local delivery agents add to a pipe, not part of the mail.
    """
    content = path.read_bytes()
    first, _, rest = content.partition(b"\n")
    envelope = _envelope(first)
    if envelope is not None:
        content = rest
    if content.startswith(b"From "):
        content = content.partition(b"\n")[2]
    sender, recipients = envelope or (None, ())
    return Spooled(content, sender, recipients)


def waiting(spool: Path) -> list[Path]:
    """Return the files ready to be read, oldest first."""
    ready = spool / "new"
    return [ready / name for name in sorted(os.listdir(ready))] if ready.is_dir() else []


def remove(path: Path) -> None:
    """Take a mail out of the spool, once the database has it."""
    path.unlink(missing_ok=True)


def sweep(spool: Path, *, before: float) -> int:
    """Remove what died while it was written, older than ``before`` (a file time); return how many."""
    written = spool / "tmp"
    dead = [path for path in written.iterdir() if path.stat().st_mtime < before] if written.is_dir() else []
    for path in dead:
        path.unlink(missing_ok=True)
    return len(dead)


def _bounded(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge
        yield chunk


def _envelope(line: bytes) -> tuple[str | None, tuple[str, ...]] | None:
    if not line.startswith(b'{"from": ') or len(line) > ENVELOPE_LIMIT:
        return None
    try:
        said = json.loads(line)
        sender, recipients = said["from"], said["to"]
    except (ValueError, KeyError, RecursionError):
        return None
    if not isinstance(recipients, list):
        return None
    return None if sender is None else _clean(sender), tuple(_clean(recipient) for recipient in recipients)


def _clean(address: object) -> str:
    """Return an address both databases take: no NUL, no lone surrogate (what an argument that is no UTF-8 becomes)."""
    return str(address).encode("utf-8", "replace").decode().replace("\0", "")


def _part(spool: Path, name: str) -> Path:
    part = spool / name
    if not part.is_dir():
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(spool)
        _sync(spool.parent)
    return part


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
