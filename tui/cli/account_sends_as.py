"""``nightdesk account sends-as``: the addresses and domains its server takes mail from."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli import words
from tui.cli.output import as_json, say

if TYPE_CHECKING:
    from tui.cli.parser import Commands


def declare(parts: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = parts.add_parser(
        "sends-as",
        parents=[places],
        help="which addresses and domains its server takes mail from",
        description="Says which addresses and domains the account's server takes mail from. Mail of any other address "
        'goes out as the brand\'s notification address, "Name via Brand". None named: it takes all.',
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("entry", metavar="ADDRESS|DOMAIN", nargs="*")
    words.as_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Set the list."""
    from models.services import account_filter
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    now = datetime.now(UTC)
    with opened(settings) as database:
        kept = database.write(account_filter.set_sends_as, me(settings), arguments.name, arguments.entry, now=now)
    if arguments.json:
        as_json({"account": arguments.name, "sends_as": kept.split(", ") if kept else []})
    else:
        say(f"{arguments.name} sends as {kept or 'any address'}.")
    return 0
