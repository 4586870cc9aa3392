"""``nightdesk account``: the mail accounts the desk sends and fetches with."""

import asyncio
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli import account_add, secret
from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from tui.cli.parser import Commands

UNAVAILABLE = 69  # EX_UNAVAILABLE, sysexits.h


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("account", help="mail accounts: add, list, test, secret, retry")
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    account_add.declare(parts, places)
    listing = parts.add_parser("list", parents=[places], help="what is set up and how it fares")
    listing.add_argument("--json", action="store_true", help="one JSON line")
    listing.set_defaults(run=run_list)
    for name, words, run in (
        ("test", "log in to its servers now", run_test),
        ("retry", "try again at once what was stopped", run_retry),
    ):
        part = parts.add_parser(name, parents=[places], help=words)
        part.add_argument("name", metavar="NAME")
        part.set_defaults(run=run)
    renewing = parts.add_parser("secret", parents=[places], help="a new password, then try again at once")
    renewing.add_argument("name", metavar="NAME")
    secret.declare(renewing)
    renewing.set_defaults(run=run_secret)


def run_list(arguments: Namespace) -> int:
    """List the accounts with their health."""
    from models.store.health import health
    from models.store.plain import Reader
    from tui.cli.status import plain
    from tui.cli.store import ready, settings_of

    settings = settings_of(arguments)
    ready(settings)
    accounts = health(Reader(settings.database))
    if arguments.json:
        as_json([plain(each) for each in accounts])
        return 0
    deeds = {(True, True): "sends, fetches", (True, False): "fetches", (False, True): "sends"}
    table(
        ("ACCOUNT", "DOES", "STATE", "QUEUED", "WHAT IS WRONG"),
        [(a.name, deeds[a.fetches, a.sends], a.state, str(a.queued), a.sentence) for a in accounts],
    )
    return 0


def run_test(arguments: Namespace) -> int:
    """Log in to the account's servers."""
    from models.services import account_care, accounts
    from tui.cli.account_trial import troubles
    from tui.cli.store import opened, settings_of
    from tui.identity import hostname

    settings = settings_of(arguments)
    with opened(settings) as database:
        account_id = database.read(account_care.id_of, arguments.name)
        plan = database.read(accounts.plan, account_id)
        name = hostname(settings, database)
    found = asyncio.run(troubles(plan, hostname=name))
    for sentence in found:
        say(sentence)
    if not found:
        say(f"{arguments.name}: every server lets us in.")
    return UNAVAILABLE if found else 0


def run_retry(arguments: Namespace) -> int:
    """Try again at once what was stopped."""
    return _retry(arguments, renew=False)


def run_secret(arguments: Namespace) -> int:
    """Change where the password is, then try again at once."""
    return _retry(arguments, renew=True)


def _retry(arguments: Namespace, *, renew: bool) -> int:
    from models.services import account_care
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        database.read(account_care.id_of, arguments.name)  # before anybody is asked for a password
        reference, password = secret.asked(arguments.secret, arguments.name) if renew else ("", None)
        if password is not None:
            secret.ready_to_seal(database, settings)
        database.write(
            account_care.retry, name=arguments.name, now=datetime.now(UTC), secret=reference, password=password
        )
    say(f"{arguments.name} is tried again at once.")
    return 0
