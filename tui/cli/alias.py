"""``nightdesk alias``: the addresses that open records."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from tui.cli.parser import Commands


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("alias", help="addresses that open records: add, list")
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    adding = parts.add_parser("add", parents=[places], help="mail to this address opens a record")
    adding.add_argument("address", metavar="ADDRESS")
    adding.add_argument(
        "--creates", metavar="KIND", default="ticket", help="ticket (default), opportunity, order, invoice or your own"
    )
    adding.set_defaults(run=run_add)
    listing = parts.add_parser("list", parents=[places], help="what there is")
    listing.add_argument("--json", action="store_true", help="one JSON line")
    listing.set_defaults(run=run_list)


def run_add(arguments: Namespace) -> int:
    """Add an alias."""
    from models.services import setup
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        database.write(setup.add_alias, address=arguments.address, creates=arguments.creates)
    say(f"Mail to {arguments.address} opens one {arguments.creates} each.")
    return 0


def run_list(arguments: Namespace) -> int:
    """List the aliases."""
    from models.store import desk_facts
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        aliases = database.read(desk_facts.read).aliases
    if arguments.json:
        as_json([{"address": each.address, "creates": each.creates} for each in aliases])
    else:
        table(("ADDRESS", "CREATES"), [(each.address, each.creates) for each in aliases])
    return 0
