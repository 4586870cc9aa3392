"""What one sender does on the wire, line by line in a file of its own: how far its turn came, should it be killed.

The rows of a turn are promised together, so a row alone cannot say whether its final dot went out. A line before each
dot and one with each answer can, for a few microseconds a mail. Lines outlive the process; they are not synced, so they
need not outlive the machine: what an earlier boot wrote is not believed, and its rows become unsure.
"""

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from models.types.errors import DatabaseError
from models.types.outbox import Accepted, Claim, Deferred, Outcome, Phase, Reason, Refused, Unknown

_encode = json.JSONEncoder(separators=(",", ":")).encode  # made once: ``dumps`` would make one a line
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_KINDS: dict[str, type[Outcome]] = {kind.__name__: kind for kind in (Accepted, Deferred, Refused, Unknown)}
_ENDED = Unknown("The program ended while the server's answer was awaited.")

Fate = tuple[Claim, Outcome | None]  # None: its final dot was not sent


def folder(url: str) -> Path:
    """Return where the journals for this database lie: beside a SQLite file, else in the user's data folder."""
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///") + ".outbox")
    from platformdirs import user_data_path

    return user_data_path("nightdesk") / "outbox" / sha256(url.encode()).hexdigest()[:16]


class Journal:
    """One sender's file, locked as long as the process lives. ``OSError`` when it cannot be made."""

    def __init__(self, place: Path) -> None:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            self._path = place / f"{os.getpid()}-{os.urandom(6).hex()}.jsonl"
            self._file = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
            if _locked(self._file) and os.fstat(self._file).st_nlink:
                break
            os.close(self._file)  # somebody took it for a dead one's between the two calls
        self._open: set[int] = set()

    def begin(self, claims: Sequence[Claim]) -> None:
        """Begin a turn: these copies are about to be promised. Everything of the turn before is settled."""
        os.ftruncate(self._file, 0)
        self._open = {claim.delivery_id for claim in claims}
        promised = [
            [one.delivery_id, one.fence, one.account_id, one.attempt, one.spent_at and one.spent_at.isoformat()]
            for one in claims
        ]
        self._write({"boot": _boot(), "host": socket.gethostname(), "promised": promised})

    def dot(self, claim: Claim) -> None:
        """Say that a copy's final dot is about to be sent. ``DatabaseError``: it could not be said, so it must not."""
        self._write({"dot": claim.delivery_id})

    def ended(self, claim: Claim, outcome: Outcome) -> None:
        """Say what became of a copy. Without room on the disk it is left out: a crash makes that copy unsure."""
        try:
            self._write({"ended": claim.delivery_id, "as": type(outcome).__name__, "with": asdict(outcome)})
        except DatabaseError:
            return

    def settled(self, delivery_ids: Sequence[int]) -> None:
        """Say that the database knows of these."""
        self._open.difference_update(delivery_ids)

    def close(self) -> None:
        """End it; it stays for the next process when the database does not know everything yet."""
        if not self._open:
            self._path.unlink(missing_ok=True)
        os.close(self._file)

    def _write(self, line: dict[str, Any]) -> None:
        written = _encode(line).encode() + b"\n"
        try:
            done = os.write(self._file, written) == len(written)
        except OSError as error:
            raise DatabaseError(f"The outbox journal cannot be written ({error.strerror}).", "Make room.") from error
        if not done:
            raise DatabaseError("The disk is full.", "Make room.")


@dataclass(frozen=True, slots=True)
class Left:
    """What a dead process left. ``fates`` is empty when nothing can be known, as when the machine was started anew."""

    path: Path
    fates: tuple[Fate, ...]


@contextmanager
def left(place: Path) -> Iterator[list[Left]]:
    """Give what dead processes of this machine left, locked meanwhile; whoever is through with one removes it."""
    held: list[int] = []
    found: list[Left] = []
    try:
        for path in sorted(place.glob("*.jsonl")):
            try:
                file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except OSError:  # another process was through with it, or it is another user's
                continue
            held.append(file)
            if _locked(file) and os.fstat(file).st_nlink and (fates := _read(path)) is not None:
                found.append(Left(path, tuple(fates)))
        yield found
    finally:
        for file in held:
            os.close(file)


def _read(path: Path) -> list[Fate] | None:
    """Read one; None: it is another machine's; []: it cannot be believed."""
    try:
        lines = [_parsed(line) for line in path.read_bytes().split(b"\n")[:-1]]  # a last line without its end was cut
    except ValueError:  # a disk that was full took half a line
        return []
    head = lines[0] if lines else {}
    if head and head.get("host") != socket.gethostname():
        return None
    if not head or not _boot() or head.get("boot") != _boot():
        return []
    dots = {line["dot"] for line in lines if "dot" in line}
    ends = {line["ended"]: _outcome(line) for line in lines if "ended" in line}
    claims = [_claim(*values) for values in head["promised"]]
    return [(one, ends.get(one.delivery_id, _ENDED if one.delivery_id in dots else None)) for one in claims]


def _parsed(line: bytes) -> dict[str, Any]:
    said = json.loads(line)
    assert isinstance(said, dict)
    return said


def _claim(delivery_id: int, fence: int, account_id: int, attempt: int, spent_at: str | None) -> Claim:
    return Claim(
        delivery_id=delivery_id,
        message_id=0,
        record_id=None,
        account_id=account_id,
        fence=fence,
        attempt=attempt,
        envelope_from="",
        envelope_to="",
        made=True,
        spent_at=datetime.fromisoformat(spent_at) if spent_at else None,
    )


def _outcome(line: dict[str, Any]) -> Outcome:
    said = dict(line["with"])
    for name, kind in (("reason", Reason), ("phase", Phase)):
        if name in said:
            said[name] = kind(said[name])
    return _KINDS[line["as"]](**said)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@cache
def _boot() -> str:
    """Name this start of the machine; "" where the system does not say (elsewhere than on Linux)."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
