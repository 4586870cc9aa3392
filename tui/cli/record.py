"""``nightdesk record``: switches of one record."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli import words
from tui.cli.output import tell

if TYPE_CHECKING:
    from tui.cli.parser import Commands

RELAY = {"on": True, "off": False, "brand": None}


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its part."""
    parser = commands.add_parser("record", help="switches of one record: set")
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    setting = parts.add_parser("set", parents=[places], help="change one")
    setting.add_argument("number", metavar="NUMBER", help="as #1001 or 1001")
    setting.add_argument(
        "--customer-relay",
        choices=tuple(RELAY),
        required=True,
        help="whether customers who follow it get what other customers write there; brand: as its brand does",
    )
    words.as_json(setting)
    setting.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Change a record's switch; it is written into its thread."""
    from models.services import relaying
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        told = database.write(
            relaying.set_customer_relay,
            me(settings).login,
            arguments.number,
            RELAY[arguments.customer_relay],
            now=datetime.now(UTC),
        )
    tell([told], json=arguments.json)
    return 0
