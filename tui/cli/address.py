"""``nightdesk address``: what records may be answered as, who may use it, and which brands it serves."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli import words
from tui.cli.output import as_json, say, table, tell

if TYPE_CHECKING:
    from models.types.identity import AddressView
    from tui.cli.parser import Commands

PARTS = {
    "list": "what there is, in the order it is tried",
    "show": "one, with everything said of it",
    "add": "answer records as an address, through an account",
    "set": "change what is said of one",
    "bind": "let it serve these brands, and no others",
    "unbind": "take it from these brands; with none named it serves every brand",
    "allow": "let these agents and groups use it, and nobody else",
    "deny": "let these agents and groups use it no longer",
    "remove": "take it out; what that means for mail and records is said",
}


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("address", help=f"what records are answered as: {', '.join(PARTS)}")
    parts = words.parts(parser, PARTS, places)
    for name, part in parts.items():
        if name != "list":
            part.add_argument("address", metavar="ADDRESS", help="in full, or its number where it stands there twice")
        if name not in ("list", "show", "add"):
            words.seen(part)
        part.set_defaults(run={"list": run_list, "show": run_show, "remove": run_remove}.get(name, run_change))
    parts["add"].add_argument("--account", metavar="NAME", required=True, help="the account it goes out through")
    parts["set"].add_argument("--account", metavar="NAME", help="the account it goes out through")
    for name in ("add", "set"):
        _describe(parts[name])
    parts["add"].add_argument("--brand", metavar="NAME", action="append", default=[], help="bind it to this brand")
    parts["bind"].add_argument("brand", metavar="BRAND", nargs="+")
    parts["unbind"].add_argument("brand", metavar="BRAND", nargs="*")
    for name in ("allow", "deny"):
        parts[name].add_argument("login", metavar="LOGIN", nargs="*", help="agents")
        parts[name].add_argument("--group", metavar="NAME", action="append", default=[], help="a group of agents")


def _describe(part: ArgumentParser) -> None:
    part.add_argument("--display-name", metavar="NAME", help="the name customers see (the brand's, or the owner's)")
    part.add_argument("--signature", metavar="TEXT", help="put below a reply instead of the brand's")
    part.add_argument("--sequence", metavar="N", type=int, help="the lowest is tried first (10)")
    whose = part.add_mutually_exclusive_group()
    whose.add_argument("--owner", metavar="LOGIN", help="it is this employee's own")
    whose.add_argument("--company", dest="owner", action="store_const", const="", help="it is the company's")
    part.add_argument("--everybody", action="store_true", default=None, help="every agent may use it")
    words.switch(part, "--active", "whether it is used at all")


def run_list(arguments: Namespace) -> int:
    """List the addresses."""
    from models.store import addresses
    from tui.cli.plain import plain
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(addresses.views)
    if arguments.json:
        as_json([plain(one) for one in found])
        return 0
    table(
        ("NUMBER", "ADDRESS", "NAME", "WHOSE", "SERVES", "USED BY", "ORDER", "ACCOUNT"),
        [
            (
                f"#{one.id}",
                one.address if one.active else f"{one.address} (off)",
                one.display_name,
                one.owner or "company",
                ", ".join(one.brands) or "every brand",
                _users(one),
                str(one.sequence),
                one.account,
            )
            for one in found
        ],
    )
    return 0


def run_show(arguments: Namespace) -> int:
    """Show one address."""
    from models.services import addresses
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(addresses.find, arguments.address)
    _show(found, arguments.json)
    return 0


def run_change(arguments: Namespace) -> int:
    """Add or change one, in one transaction."""
    from tui.cli import me
    from tui.cli.address_change import write

    _show(me.write(arguments, write, arguments, datetime.now(UTC)), arguments.json)
    return 0


def run_remove(arguments: Namespace) -> int:
    """Take one out, and say what that means."""
    from models.services import addresses
    from tui.cli import me

    told = me.write(arguments, addresses.remove, arguments.address, now=datetime.now(UTC), seen=arguments.seen)
    tell(told, json=arguments.json)
    return 0


def _show(view: "AddressView", json: bool) -> None:
    from tui.cli.plain import plain

    if json:
        as_json(plain(view))
        return
    say(f"{view.display_name} <{view.address}>" if view.display_name else view.address)
    facts = {
        "number": f"#{view.id}",
        "account": view.account,
        "whose": view.owner or "the company's",
        "serves": ", ".join(view.brands) or "every brand",
        "used by": _users(view),
        "order": str(view.sequence),
        "state": "on" if view.active else "off",
        "signature": view.signature or "the brand's",
        "revision": f"{view.edit.revision}{f' by {view.edit.by}: {view.edit.what}' if view.edit.by else ''}",
    }
    for name, value in facts.items():
        say(f"  {name:10} {value}")


def _users(view: "AddressView") -> str:
    if view.owner:
        return view.owner
    return "everybody" if view.everybody else ", ".join((*view.groups, *view.agents)) or "nobody"
