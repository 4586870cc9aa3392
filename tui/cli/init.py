"""``nightdesk init``: make the desk's database and say whose desk it is."""

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.types.errors import SettingsError
from tui.cli.output import say

if TYPE_CHECKING:
    from tui.cli.parser import Commands


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "init",
        parents=[places],
        help="make a desk",
        description="Make the desk's database (or bring it up to date) and say whose desk it is. "
        "A database named with --database is remembered in the settings file.",
    )
    parser.add_argument("--brand", metavar="NAME", help="the name customers see")
    parser.add_argument("--domain", metavar="DOMAIN", help="your mail domain, such as example.org")
    parser.add_argument(
        "--notification", metavar="ADDRESS", help="the address mail goes out from by default: notifications@DOMAIN"
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Ask for what was not said, make the database, make the desk."""
    from models.store import migrate
    from models.store.database import Database
    from tui.cli.store import settings_of
    from tui.settings import key_path, shown_url

    settings = settings_of(arguments)
    domain = arguments.domain or (arguments.notification or "").rpartition("@")[2] or _ask("Your mail domain")
    brand = arguments.brand or _ask("The name customers see", domain.partition(".")[0].capitalize())
    notification = arguments.notification or f"notifications@{domain}"
    migrate.ensure(settings.database)

    from models.services import setup, vault

    database = Database(settings.database, key_file=key_path(settings))
    try:
        database.write(setup.init, brand=brand, domain=domain, notification=notification, now=datetime.now(UTC))
        if settings.workers:
            database.write(vault.ensure_key)
    finally:
        database.close()
    say(f"The desk of {brand} is in {shown_url(settings.database)}.")
    if arguments.database:
        _remember(settings.database, arguments.config)
    say(f"Next: nightdesk account add support@{domain} --smtp-host HOST --imap-host HOST")
    return 0


def _ask(question: str, default: str = "") -> str:
    """Ask at the terminal; without one the argument has to be given."""
    if not sys.stdin.isatty():
        if default:
            return default
        raise SettingsError(f"{question} is not known.", "Say it with: nightdesk init --domain DOMAIN")
    answer = input(f"{question}{f' [{default}]' if default else ''}: ").strip() or default
    if not answer:
        raise SettingsError(f"{question} is needed.", "Nothing was made.")
    return answer


def _remember(url: str, config: str) -> None:
    """Write the database into the settings file when there is none yet; it may hold a password, so 0600."""
    from tui.settings import config_file

    path: Path = config_file(config)
    if path.exists():
        say(f"{path} exists and was left as it is: see that it names this database.")
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(f"database = {json.dumps(url)}\n")
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be written: {error.strerror}.",
            "The desk is made; set NIGHTDESK_DATABASE to use it.",
        ) from error
    say(f"{path} remembers the database.")
