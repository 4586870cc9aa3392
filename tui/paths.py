"""Complete the path of a file of this machine."""

import os
from pathlib import Path

MOST = 20


def complete(begun: str) -> tuple[str, ...]:
    """List what a path can become, folders with a "/" at their end; what cannot be looked into gives ()."""
    folder, slash, name = begun.rpartition("/")
    place = Path(f"{folder}{slash}" or ".").expanduser()
    try:
        with os.scandir(place) as entries:
            found = sorted(
                (entry.name + ("/" if entry.is_dir() else ""))
                for entry in entries
                if entry.name.startswith(name) and (name or not entry.name.startswith("."))
            )
    except OSError:
        return ()
    return tuple(f"{folder}{slash}{one}" for one in found[:MOST])
