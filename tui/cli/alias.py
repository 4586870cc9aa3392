"""``nightdesk alias``: the addresses that open records."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from tui.cli.parser import Commands


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("alias", help="addresses that open records: add, list, remove")
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    adding = parts.add_parser("add", parents=[places], help="mail to this address opens a record")
    adding.add_argument("address", metavar="ADDRESS")
    adding.add_argument(
        "--creates", metavar="KIND", default="ticket", help="ticket (default), opportunity, order, invoice or your own"
    )
    adding.add_argument(
        "--from",
        dest="policy",
        choices=("everyone", "known", "followers"),
        default="everyone",
        help="whose mail opens one: everyone's (default), that of customers known here, or of those who follow one",
    )
    adding.add_argument("--any-domain", action="store_true", help="the part before the @ counts at all our domains")
    adding.add_argument(
        "--auto-reply", metavar="TEXT", default="", help="tell whoever wrote a first mail, once a day at most"
    )
    adding.set_defaults(run=run_add)
    removing = parts.add_parser("remove", parents=[places], help="mail to this address opens nothing any more")
    removing.add_argument("address", metavar="ADDRESS")
    removing.set_defaults(run=run_remove)
    listing = parts.add_parser("list", parents=[places], help="what there is")
    listing.add_argument("--json", action="store_true", help="one JSON line")
    listing.set_defaults(run=run_list)


def run_add(arguments: Namespace) -> int:
    """Add an alias."""
    from models.services import admin, setup
    from models.types.routing import Policy
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        database.write(
            admin.allowed,
            me(settings),
            setup.add_alias,
            address=arguments.address,
            creates=arguments.creates,
            policy=Policy(arguments.policy),
            any_domain=arguments.any_domain,
            auto_reply=arguments.auto_reply,
        )
    say(f"Mail to {arguments.address} opens one {arguments.creates} each.")
    return 0


def run_remove(arguments: Namespace) -> int:
    """Take an alias out."""
    from models.services import admin, setup
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        database.write(admin.allowed, me(settings), setup.remove_alias, address=arguments.address)
    say(f"Mail to {arguments.address} opens nothing any more.")
    return 0


def run_list(arguments: Namespace) -> int:
    """List the aliases."""
    from models.store import desk_facts
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        aliases = database.read(desk_facts.read).aliases
    if arguments.json:
        as_json(
            [
                {
                    "address": each.address,
                    "creates": each.creates,
                    "from": each.policy.value,
                    "any_domain": each.any_domain,
                    "auto_reply": each.auto_reply,
                }
                for each in aliases
            ]
        )
    else:
        rows = [
            (each.address, each.creates, each.policy.value, "any" if each.any_domain else "this", each.auto_reply)
            for each in aliases
        ]
        table(("ADDRESS", "CREATES", "FROM", "DOMAIN", "AUTO-REPLY"), rows)
    return 0
