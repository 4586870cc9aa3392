"""The password of a mail account on the command line: the place it is at, or typed, to be sealed."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from models.types.errors import SettingsError
from models.types.secret import Secret

if TYPE_CHECKING:
    from models.store.database import Database
    from tui.settings import Settings

PLACES = ("env:", "file:", "cmd:")


def declare(parser: ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument(
        "--secret",
        metavar="REF",
        default="",
        help="where the password is: env:NAME, file:/path or cmd:COMMAND; without it you are asked, and what you "
        "type is sealed so that only the worker can read it",
    )


def asked(said: str, account: str) -> tuple[str, Secret | None]:
    """Return where the account's password is as it was said, or else the password as it is typed now."""
    if said:
        if not said.startswith(PLACES) or said in PLACES:
            raise SettingsError(
                "--secret does not say where the password is.", "Say env:NAME, file:/path or cmd:COMMAND."
            )
        return f"file:{Path(said[5:]).expanduser().absolute()}" if said.startswith("file:") else said, None
    if not sys.stdin.isatty():
        raise SettingsError(
            f"The password of {account} is not known.",
            "Say where it is with --secret env:NAME, file:/path or cmd:COMMAND.",
        )
    password = getpass(f"Password of {account}: ")
    if not password:
        raise SettingsError("No password was typed.", "Nothing was kept.")
    return "", Secret(password)


def ready_to_seal(database: "Database", settings: "Settings") -> None:
    """Make the desk's key when it has none and this host is where its workers run."""
    from models.services import vault

    if settings.workers:
        database.write(vault.ensure_key)
