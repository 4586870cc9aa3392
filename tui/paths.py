"""Complete the path of a file of this machine."""

import os

MOST = 20


def complete(begun: str) -> tuple[str, ...]:
    """List what a path can become, folders with a "/" at their end; what cannot be looked into gives ()."""
    folder, slash, name = begun.rpartition("/")
    place = os.path.expanduser(f"{folder}{slash}" or ".")  # Path.expanduser raises for a user who is not there
    try:
        with os.scandir(place) as entries:
            found = sorted(
                (entry.name + ("/" if entry.is_dir() else ""))
                for entry in entries
                if entry.name.startswith(name) and (name or not entry.name.startswith("."))
            )
    except (OSError, ValueError):  # the second: a NUL in it
        return ()
    return tuple(f"{folder}{slash}{one}" for one in found[:MOST])
