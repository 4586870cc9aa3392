"""``nightdesk domain``: our mail domains and their special addresses."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli import words
from tui.cli.output import as_json, say, table, tell

if TYPE_CHECKING:
    from models.services.domains import DomainChange
    from tui.cli.parser import Commands


PARTS = {
    "list": "what there is, with its aliases",
    "add": "make a domain ours",
    "set": "change one",
    "remove": "take one out that has no aliases",
}


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("domain", help=f"our mail domains: {', '.join(PARTS)}")
    for name, part in words.parts(parser, PARTS, places).items():
        if name != "list":
            part.add_argument("name", metavar="DOMAIN")
        if name in ("add", "set"):
            _describe(part)
        if name in ("set", "remove"):
            words.seen(part)
        part.set_defaults(run={"list": run_list, "remove": run_remove}.get(name, run_change))


def _describe(part: ArgumentParser) -> None:
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
    from tui.cli import me
    from tui.cli.plain import plain

    said, now = _said(arguments), datetime.now(UTC)
    if arguments.part == "add":
        found = me.write(arguments, domains.add, arguments.name, said, now=now)
    else:
        found = me.write(arguments, domains.change, arguments.name, said, now=now, seen=arguments.seen)
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
    from tui.cli import me

    me.write(arguments, domains.remove, arguments.name, now=datetime.now(UTC), seen=arguments.seen)
    tell([f"{arguments.name} is no domain of ours any more."], json=arguments.json)
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
