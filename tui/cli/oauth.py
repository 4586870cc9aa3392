"""``nightdesk oauth``: where accounts sign in without a password, and the desk's own client there."""

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass
from typing import TYPE_CHECKING, Any

from models.types.secret import Secret
from tui.cli import secret, words
from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from models.types.oauth import Provider
    from tui.cli.parser import Commands

_URLS = ("title", "authorize_url", "token_url", "device_url", "scopes")


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("oauth", help="providers accounts sign in at: list, set")
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    listing = parts.add_parser("list", parents=[places], help="the providers, and how to get a client id")
    words.as_json(listing)
    listing.set_defaults(run=run_list)
    setting = parts.add_parser(
        "set",
        parents=[places],
        help="say the desk's client at one",
        description="Every desk has its own client at a provider; how to get one says: nightdesk oauth list. For a "
        "provider of your own name its addresses, too; they must begin with https://.",
    )
    setting.add_argument("provider", metavar="PROVIDER", help="google, microsoft, or a name for your own")
    setting.add_argument("--client-id", metavar="ID", default="")
    setting.add_argument("--client-secret", metavar="REF", default="", help="env:NAME, file:/path or cmd:COMMAND")
    setting.add_argument("--ask-secret", action="store_true", help="type the client's secret; it is sealed")
    for name in _URLS:
        setting.add_argument(f"--{name.replace('_', '-')}", default="")
    words.as_json(setting)
    setting.set_defaults(run=run_set)


def run_list(arguments: Namespace) -> int:
    """List the providers."""
    from models.services import consent
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(consent.providers)
    if arguments.json:
        as_json([_plain(one) for one in found])
        return 0
    ways = [("a code to type" if one.device_url else "a link") for one in found]
    table(
        ("NAME", "PROVIDER", "BY", "CLIENT ID"),
        [(one.name, one.title, way, one.client_id or "none yet") for one, way in zip(found, ways, strict=True)],
    )
    for one in found:
        if one.help and not one.client_id:
            say(f"{one.name}: {one.help}")
    return 0


def run_set(arguments: Namespace) -> int:
    """Keep a provider's client."""
    from models.services import admin, consent
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        actor = me(settings)
        database.read(admin.require, actor)
        reference, typed = "", None
        if arguments.client_secret:
            reference, _ = secret.asked(arguments.client_secret, arguments.provider)
        elif arguments.ask_secret and sys.stdin.isatty():
            typed = Secret(getpass(f"Client secret at {arguments.provider}: "))
            secret.ready_to_seal(database, settings)
        said = {name: getattr(arguments, name) for name in ("client_id", *_URLS)}
        made = database.write(
            admin.allowed, actor, consent.set_provider, arguments.provider, said, reference=reference, typed=typed
        )
    if arguments.json:
        as_json(_plain(made))
    else:
        say(f"{made.title} is set. Sign in: nightdesk account add ADDRESS --oauth {made.name}")
    return 0


def _plain(one: "Provider") -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "client_id": one.client_id,
        "authorize_url": one.authorize_url,
        "device_url": one.device_url,
        "token_url": one.token_url,
        "scopes": list(one.scopes),
        "help": one.help,
    }
