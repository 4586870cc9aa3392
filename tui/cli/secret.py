"""The password of a mail account: where it is, or a file for one that is typed. The database only holds the place."""

import os
import re
import sys
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path

from models.rules.new_account import SCHEMES
from models.types.errors import SettingsError


def declare(parser: ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument(
        "--secret",
        metavar="REF",
        default="",
        help="where the password is: env:NAME, file:/path or cmd:COMMAND; without it you are asked",
    )


def reference(said: str, account: str) -> str:
    """Return where the account's password is: as it was said, or asked for now and kept in a file of ours."""
    if said:
        if not said.startswith(SCHEMES) or said in SCHEMES:
            raise SettingsError(
                "--secret does not say where the password is.", "Say env:NAME, file:/path or cmd:COMMAND."
            )
        return f"file:{Path(said[5:]).expanduser().absolute()}" if said.startswith("file:") else said
    if not sys.stdin.isatty():
        raise SettingsError(
            f"The password of {account} is not known.",
            "Say where it is with --secret env:NAME, file:/path or cmd:COMMAND.",
        )
    password = getpass(f"Password of {account}: ")
    if not password:
        raise SettingsError("No password was typed.", "Nothing was kept.")
    return f"file:{_kept(password, account)}"


def _kept(password: str, account: str) -> Path:
    """Write it where only this user can read it; whole or not at all."""
    from platformdirs import user_data_path

    folder = user_data_path("nightdesk") / "secrets"
    path = folder / (re.sub(r"[^a-z0-9.@-]+", "-", account.lower()).strip(".-") or "account")
    part = path.with_name(path.name + ".part")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with open(part, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(password + "\n")
        part.replace(path)
    except OSError as error:
        raise SettingsError(f"The password cannot be kept in {folder}: {error.strerror}.") from error
    return path
