"""The file that opens what is sealed: one private key a line, the newest first; only the worker's user may read it."""

import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from models.services.sealing import KeyPair, pair_of
from models.types.errors import SettingsError

CREDENTIAL = "nightdesk.key"  # its name in $CREDENTIALS_DIRECTORY (systemd LoadCredential=)
_HEAD = "# Opens the passwords in nightdesk's database. Whoever has both can read them: keep copies of them apart.\n"


def credential() -> Path | None:
    """Say where systemd put the key for this service; None when it did not."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    path = Path(folder) / CREDENTIAL
    return path if folder and path.exists() else None


def read(path: Path) -> tuple[KeyPair, ...]:
    """Read the keys; () when there is no file. ``SettingsError``: it cannot be read, or others may read it, too."""
    try:
        with path.open("rb") as file:
            open_to_others = os.fstat(file.fileno()).st_mode & 0o077 and path != credential()
            content = file.read(1_000_000)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise SettingsError(
            f"The key file {path} cannot be read: {error.strerror}.", "It belongs to the user the worker runs as."
        ) from error
    if open_to_others:
        raise SettingsError(f"Others may read the key file {path}.", f"Close it: chmod 600 {path}")
    lines = content.decode("ascii", "replace").split("\n")
    try:
        return tuple(pair_of(line.strip()) for line in lines if line.strip() and not line.startswith("#"))
    except ValueError:
        raise SettingsError(f"The key file {path} is damaged.", "Put back a copy of it.") from None


def write(path: Path, pairs: Sequence[KeyPair], *, new: bool = False) -> None:
    """Write the keys whole or not at all, through to the disk. ``new``: ``FileExistsError`` when there is a file."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(part, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(_HEAD + "".join(f"{pair.private}\n" for pair in pairs))
            file.flush()
            os.fsync(file.fileno())
        if new:
            os.link(part, path)
        else:
            part.replace(path)
        _sync(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise SettingsError(
            f"The key file {path} cannot be written: {error.strerror}.", "Nothing was changed."
        ) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time change the file. ``SettingsError``: another one is at it, or there is no folder."""
    try:
        handle = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise SettingsError(f"The folder {path.parent} cannot be read: {error.strerror}.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise SettingsError(f"Another program changes {path}.", "Try again when it is done.") from error
    finally:
        os.close(handle)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
