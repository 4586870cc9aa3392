"""A file on this machine, read to be attached."""

import os
import stat
from pathlib import Path

from models.rules.attaching import MOST_BYTES, refusal
from models.types.errors import NotAllowed, NotFound


def read(path: str) -> tuple[str, bytes]:
    """Read a file; its name and its bytes. ``~`` is the home folder. Raises with a sentence: not there, no file, ..."""
    place = Path(os.path.expanduser(path.strip()))  # Path.expanduser raises for a user who is not there
    try:
        with os.fdopen(os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise NotAllowed(f"{place.name} is no file: put a folder into an archive first.")
            if wrong := refusal(place.name, found.st_size, []):
                raise NotAllowed(wrong)
            return place.name, file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {place}.") from error
    except IsADirectoryError as error:
        raise NotAllowed(f"{place.name} is no file: put a folder into an archive first.") from error
    except ValueError as error:
        raise NotFound("There is no file of this name.") from error
    except OSError as error:
        raise NotAllowed(f"{place} cannot be read: {error.strerror or error}.") from error
