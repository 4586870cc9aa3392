"""``nightdesk brand``: the names customers know us by."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli import words
from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from models.services.brands import BrandChange
    from models.types.identity import BrandView
    from tui.cli.parser import Commands


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("brand", help="the names customers know us by: list, add, set, remove")
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    listing = parts.add_parser("list", parents=[places], help="what there is")
    listing.set_defaults(run=run_list)
    adding = parts.add_parser("add", parents=[places], help="make one")
    setting = parts.add_parser("set", parents=[places], help="change one")
    removing = parts.add_parser("remove", parents=[places], help="give one up; its records stay")
    for part in (adding, setting, removing):
        part.add_argument("name", metavar="NAME")
        part.set_defaults(run=run_change)
    removing.set_defaults(run=run_remove)
    setting.add_argument("--rename", metavar="NAME", help="call it otherwise")
    words.switch(setting, "--active", "off: it is given up, its records stay")
    for part in (adding, setting):
        part.add_argument("--signature", metavar="TEXT", help="put below replies")
        part.add_argument(
            "--notification",
            metavar="ADDRESS",
            help='what mail goes out as where a server may not send as its sender ("": its domain\'s default)',
        )
        words.switch(part, "--stay-on", "answer as the address the customer wrote to (off)")
        words.switch(part, "--personal-senders", "employees may answer as their own unbound address (on)")
        words.switch(part, "--customer-relay", "customers who follow a record get what other customers write (on)")
    for part in (setting, removing):
        words.seen(part)
    for part in (listing, adding, setting, removing):
        words.as_json(part)


def run_list(arguments: Namespace) -> int:
    """List the brands."""
    from models.store import brands
    from tui.cli.plain import plain
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(brands.views)
    if arguments.json:
        as_json([plain(one) for one in found])
        return 0
    table(
        ("BRAND", "STATE", "DOMAINS", "NOTIFICATION", "STAYS ON", "PERSONAL", "RELAY"),
        [
            (
                one.name,
                "default" if one.is_default else "on" if one.active else "given up",
                ", ".join(one.domains) or "shared",
                one.notification or "its domain's",
                _word(one.stay_on),
                _word(one.personal_senders),
                _word(one.customer_relay),
            )
            for one in found
        ],
    )
    return 0


def run_change(arguments: Namespace) -> int:
    """Make or change a brand."""
    from models.services import brands
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    said, now = _said(arguments), datetime.now(UTC)
    with opened(settings) as database:
        if arguments.part == "add":
            found = database.write(brands.add, me(settings), said, now=now)
        else:
            found = database.write(brands.change, me(settings), arguments.name, said, now=now, seen=arguments.seen)
    _show(found, arguments.json)
    return 0


def run_remove(arguments: Namespace) -> int:
    """Give a brand up."""
    from models.services import brands
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    now = datetime.now(UTC)
    with opened(settings) as database:
        told = database.write(brands.remove, me(settings), arguments.name, now=now, seen=arguments.seen)
    as_json({"told": [told]}) if arguments.json else say(told)
    return 0


def _said(arguments: Namespace) -> "BrandChange":
    from models.services.brands import BrandChange

    return BrandChange(
        name=arguments.name if arguments.part == "add" else arguments.rename,
        signature=arguments.signature,
        notification=arguments.notification,
        stay_on=arguments.stay_on,
        personal_senders=arguments.personal_senders,
        customer_relay=arguments.customer_relay,
        active=None if arguments.part == "add" else arguments.active,
    )


def _show(view: "BrandView", json: bool) -> None:
    from tui.cli.plain import plain

    if json:
        as_json(plain(view))
    else:
        say(
            f"{view.name}: {'on' if view.active else 'given up'}; answers as what the customer wrote to: "
            f"{_word(view.stay_on)}; personal senders: {_word(view.personal_senders)}; customer relay: "
            f"{_word(view.customer_relay)}."
        )


def _word(on: bool) -> str:
    return "on" if on else "off"
