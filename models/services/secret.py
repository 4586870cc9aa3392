"""Read a password from the place an account names, or open the sealed one it holds (C11)."""

import os
import shlex
import subprocess
from collections.abc import Collection
from pathlib import Path

from sqlmodel import Session

from models.services import vault
from models.types.errors import SettingsError
from models.types.secret import Secret

COMMAND_SECONDS = 10


def resolve(reference: str, session: Session | None = None, *, used: Collection[str] = ()) -> Secret:
    """Return the password behind ``env:NAME``, ``file:/path``, ``cmd:COMMAND`` (its first line) or ``sealed:``.

    "" for "". A command runs without a shell and has 10 seconds. What is sealed opens only with a ``session`` of the
    desk's database, where its key is, and for the servers it was sealed for (``used``: ``rules.bound``).
    ``SettingsError`` says what is wrong, never what was read.
    """
    scheme, _, place = reference.partition(":")
    if not reference:
        return Secret("")
    if session is not None and scheme == "sealed":
        return vault.unseal(session, reference, used)
    if scheme not in _READERS or not place:
        raise SettingsError("The account's password has no place this version knows.", _REMEDY)
    found = _READERS[scheme](place)
    if not found:
        raise SettingsError(f"The account's password is empty at {scheme}:{_shown(scheme, place)}.", _REMEDY)
    return Secret(found)


_REMEDY = "Set it with: nightdesk account secret NAME"


def _from_environment(name: str) -> str:
    found = os.environ.get(name)
    if found is None:
        raise SettingsError(f"The environment variable {name} with the account's password is not set.", _REMEDY)
    return found


def _from_file(path: str) -> str:
    try:
        return _first_line(Path(path).expanduser().read_bytes())
    except OSError as error:
        raise SettingsError(f"The password file {path} cannot be read: {error.strerror}.", _REMEDY) from error


def _from_command(command: str) -> str:
    try:
        argv = shlex.split(command)
        done = subprocess.run(  # noqa: S603 - the desk's own admin wrote it; no shell
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        name = _shown("cmd", command)
        raise SettingsError(f"The password command {name} failed: {type(error).__name__}.", _REMEDY) from error
    return _first_line(done.stdout)


def _first_line(content: bytes) -> str:
    return content.decode("utf-8", "replace").partition("\n")[0].rstrip("\r")


def _shown(scheme: str, place: str) -> str:
    # arguments of a command may hold something secret
    return place.split(maxsplit=1)[0] if scheme == "cmd" and place.split() else place


_READERS = {"env": _from_environment, "file": _from_file, "cmd": _from_command}
