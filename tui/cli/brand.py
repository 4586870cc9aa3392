"""``nightdesk brand``: the names customers know us by."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli import words
from tui.cli.output import as_json, say, table, tell

if TYPE_CHECKING:
    from models.services.brands import BrandChange
    from models.types.identity import BrandView
    from tui.cli.parser import Commands


PARTS = {
    "list": "what there is",
    "add": "make one",
    "set": "change one",
    "remove": "give one up; its records stay",
}


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("brand", help=f"the names customers know us by: {', '.join(PARTS)}")
    for name, part in words.parts(parser, PARTS, places).items():
        if name != "list":
            part.add_argument("name", metavar="NAME")
        if name == "set":
            part.add_argument("--rename", metavar="NAME", help="call it otherwise")
            words.switch(part, "--active", "off: it is given up, its records stay")
        if name in ("add", "set"):
            _describe(part)
        if name in ("set", "remove"):
            words.seen(part)
        part.set_defaults(run={"list": run_list, "remove": run_remove}.get(name, run_change))


def _describe(part: ArgumentParser) -> None:
    part.add_argument("--signature", metavar="TEXT", help="put below replies")
    part.add_argument(
        "--notification",
        metavar="ADDRESS",
        help='what mail goes out as where a server may not send as its sender ("": its domain\'s default)',
    )
    words.switch(part, "--stay-on", "answer as the address the customer wrote to (off)")
    words.switch(part, "--personal-senders", "employees may answer as their own unbound address (on)")
    words.switch(part, "--customer-relay", "customers who follow a record get what other customers write (on)")


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
    from tui.cli import me

    said, now = _said(arguments), datetime.now(UTC)
    if arguments.part == "add":
        found = me.write(arguments, brands.add, said, now=now)
    else:
        found = me.write(arguments, brands.change, arguments.name, said, now=now, seen=arguments.seen)
    _show(found, arguments.json)
    return 0


def run_remove(arguments: Namespace) -> int:
    """Give a brand up."""
    from models.services import brands
    from tui.cli import me

    told = me.write(arguments, brands.remove, arguments.name, now=datetime.now(UTC), seen=arguments.seen)
    tell([told], json=arguments.json)
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
