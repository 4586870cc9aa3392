"""``nightdesk domain``: our mail domains and their special addresses."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli import words
from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from models.services.domains import DomainChange
    from tui.cli.parser import Commands


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("domain", help="our mail domains: list, add, set, remove")
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    listing = parts.add_parser("list", parents=[places], help="what there is, with its aliases")
    listing.set_defaults(run=run_list)
    adding = parts.add_parser("add", parents=[places], help="make a domain ours")
    setting = parts.add_parser("set", parents=[places], help="change one")
    removing = parts.add_parser("remove", parents=[places], help="take one out that has no aliases")
    for part in (adding, setting, removing):
        part.add_argument("name", metavar="DOMAIN")
        part.set_defaults(run=run_change)
    removing.set_defaults(run=run_remove)
    for part in (adding, setting):
        whose = part.add_mutually_exclusive_group()
        whose.add_argument("--brand", metavar="NAME", help="it is this brand's")
        whose.add_argument("--shared", dest="brand", action="store_const", const="", help="it is every brand's")
        part.add_argument(
            "--catchall", metavar="NAME", help='mail for unknown addresses opens what this alias opens ("": none)'
        )
        part.add_argument("--bounce", metavar="NAME", help='delivery reports come back to it (bounce; "": none)')
        part.add_argument(
            "--default-from",
            metavar="NAME|ADDRESS",
            help='what mail goes out as where a server may not send as its sender ("": the desk\'s)',
        )
        part.add_argument("--sequence", metavar="N", type=int, help="the lowest is the first domain (10)")
    for part in (setting, removing):
        words.seen(part)
    for part in (listing, adding, setting, removing):
        words.as_json(part)


def run_list(arguments: Namespace) -> int:
    """List the domains."""
    from models.store import domains
    from tui.cli.plain import plain
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(domains.views)
    if arguments.json:
        as_json([plain(one) for one in found])
        return 0
    only = len(found) == 1
    table(
        ("DOMAIN", "WHOSE", "ALIASES", "CATCHALL", "REPORTS TO", "DEFAULT FROM"),
        [
            (
                one.name,
                "every brand" if only or not one.brand else one.brand,
                ", ".join(one.aliases),
                one.catchall or "none",
                one.bounce or "none",
                one.default_from or "the desk's",
            )
            for one in found
        ],
    )
    return 0


def run_change(arguments: Namespace) -> int:
    """Add or change a domain."""
    from models.services import domains
    from tui.cli.me import me
    from tui.cli.plain import plain
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    said, now = _said(arguments), datetime.now(UTC)
    with opened(settings) as database:
        if arguments.part == "add":
            found = database.write(domains.add, me(settings), arguments.name, said, now=now)
        else:
            found = database.write(domains.change, me(settings), arguments.name, said, now=now, seen=arguments.seen)
    if arguments.json:
        as_json(plain(found))
    else:
        say(
            f"{found.name}: {found.brand or 'every brand'}; unknown addresses: {found.catchall or 'quarantine'}; "
            f"reports: {found.bounce or 'none'}; default From: {found.default_from or 'that of the desk'}."
        )
    return 0


def run_remove(arguments: Namespace) -> int:
    """Take a domain out."""
    from models.services import domains
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    now = datetime.now(UTC)
    with opened(settings) as database:
        database.write(domains.remove, me(settings), arguments.name, now=now, seen=arguments.seen)
    told = f"{arguments.name} is no domain of ours any more."
    as_json({"told": [told]}) if arguments.json else say(told)
    return 0


def _said(arguments: Namespace) -> "DomainChange":
    from models.services.domains import DomainChange

    return DomainChange(
        brand=arguments.brand,
        catchall=arguments.catchall,
        bounce=arguments.bounce,
        default_from=arguments.default_from,
        sequence=arguments.sequence,
    )
