"""Old mail on disk: where each mail of an mbox file or a maildir lies, and its bytes (RFC 4155, maildir(5))."""

import mmap
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# A line that begins a mail ends with a time and a year, which no sentence beginning "From" does.
_BEGIN = re.compile(
    rb"From [^\r\n]*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: [A-Z]{2,5}| [+-][0-9]{4})? [0-9]{4}"
    rb"(?: [A-Z]{2,5}| [+-][0-9]{4}| remote from [^\r\n]+)?\r?\n"
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Lying:
    """Where one mail lies. ``end`` None: the whole file."""

    path: str
    start: int = 0
    end: int | None = None

    @property
    def size_bytes(self) -> int:
        """How much is read; 0 when the file is gone."""
        if self.end is not None:
            return self.end - self.start
        try:
            return os.stat(self.path).st_size
        except FileNotFoundError:
            return 0


def in_maildir(path: Path) -> Iterator[Lying]:
    """Find the mails of a maildir, ``cur`` and ``new`` together, in the order they were delivered (by name).

    ``NotADirectoryError`` when it is none.
    """
    folders = [path / name for name in ("cur", "new") if (path / name).is_dir()]
    if not folders:
        raise NotADirectoryError(f"{path} is no maildir: it has neither cur nor new")
    names = sorted(
        (_delivered(entry.name), entry.path)
        for folder in folders
        for entry in os.scandir(folder)
        if entry.is_file() and not entry.name.startswith(".")
    )
    return (Lying(name) for _, name in names)


def in_mbox(path: Path) -> Iterator[Lying]:
    """Find the mails of an mbox file, in its order. ``ValueError`` when it does not begin like one."""
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        begins = _begins(content)
        _, start = next(begins, (0, 0))
        if start == 0:
            raise ValueError(f"{path} is no mbox file: it does not begin with a From line")
        for line, after in begins:
            yield Lying(str(path), start, line)
            start = after
        last = content[max(start, len(content) - 4) :]
        line_end = 2 if last.endswith(b"\r\n") else 1
        separated = last.endswith((b"\n\n", b"\r\n\r\n"))  # RFC 4155: an empty line ends each mail
        yield Lying(str(path), start, len(content) - line_end * separated)


def _begins(content: mmap.mmap) -> Iterator[tuple[int, int]]:
    """Find From lines: where the empty line before each stands (0 for the first), and where the mail starts."""
    found = _BEGIN.match(content)
    if found is None:
        return
    yield 0, found.end()
    at = found.end() - 1
    while (at := content.find(b"\nFrom ", at)) >= 0:
        found = _BEGIN.match(content, at + 1)
        before = content[max(0, at - 2) : at]
        if found and before.endswith((b"\n", b"\n\r")):
            yield at - before.endswith(b"\r"), found.end()
        at += 1


def read(lying: Lying) -> bytes:
    """Return the mail's bytes; in an mbox, quoted From lines (">From ") are undone."""
    if lying.end is None:
        with open(lying.path, "rb", buffering=0) as whole:
            return whole.read()
    with open(lying.path, "rb") as file:
        file.seek(lying.start)
        return _QUOTED.sub(rb"\1", file.read(lying.end - lying.start))


def _delivered(name: str) -> tuple[int, str]:
    """Order names by the second they begin with; what begins otherwise comes first."""
    second = name.partition(".")[0]
    return (int(second) if second.isascii() and second.isdigit() and len(second) < 16 else 0, name)
