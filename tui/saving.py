"""Save a file that came by mail: a harmless name, nothing overwritten, readable by this user only."""

import os
from collections.abc import Iterator
from pathlib import Path

from models.rules.filename import safe
from models.types.errors import NightdeskError


def save(name: str, media_type: str, content: bytes) -> str:
    """Write it into the downloads folder; the path it has there."""
    folder = downloads()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return str(_written(folder, safe(name, media_type), content))
    except OSError as error:
        raise NightdeskError(
            f"{folder} takes no file: {error.strerror}.", "Set XDG_DOWNLOAD_DIR to one that does."
        ) from error


def downloads() -> Path:
    """Find the folder: $XDG_DOWNLOAD_DIR, else Downloads in the home folder."""
    named = os.environ.get("XDG_DOWNLOAD_DIR", "")
    return Path(named) if named.startswith("/") else Path.home() / "Downloads"


def _written(folder: Path, name: str, content: bytes) -> Path:
    for candidate in _names(name):
        path = folder / candidate
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(file, "wb") as out:
            out.write(content)
        return path
    raise AssertionError("there is always a next name")


def _names(name: str) -> Iterator[str]:
    """The name, then "name (2).ext" and so on; never longer than a name may be."""
    yield name
    path = Path(name)
    stem, number = path.stem, 2
    while True:
        mark = f" ({number}){path.suffix}"
        yield stem.encode()[: 255 - len(mark.encode())].decode(errors="ignore") + mark
        number += 1
