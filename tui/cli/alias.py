"""``nightdesk alias``: the addresses that open records."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from tui.cli import words
from tui.cli.output import as_json, say, table, tell

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.store.desk_facts import AliasRow
    from models.types.actor import Actor
    from tui.cli.parser import Commands

PARTS = {
    "add": "mail to this address opens a record",
    "list": "what there is",
    "remove": "mail to this address opens nothing any more",
}


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("alias", help=f"addresses that open records: {', '.join(PARTS)}")
    parts = words.parts(parser, PARTS, places)
    adding = parts["add"]
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
    parts["remove"].add_argument("address", metavar="ADDRESS")
    parts["remove"].set_defaults(run=run_remove)
    parts["list"].set_defaults(run=run_list)


def run_add(arguments: Namespace) -> int:
    """Add an alias."""
    from tui.cli import me

    found = me.write(arguments, _add, arguments)
    if arguments.json:
        as_json(_plain(found))
    else:
        say(f"Mail to {arguments.address} opens one {found.creates} each.")
    return 0


def _add(session: "Session", actor: "Actor", said: Namespace) -> "AliasRow":
    from models.rules.address import normal
    from models.services import admin, setup
    from models.store import desk_facts
    from models.types.routing import Policy

    admin.require(session, actor)
    setup.add_alias(
        session,
        address=said.address,
        creates=said.creates,
        policy=Policy(said.policy),
        any_domain=said.any_domain,
        auto_reply=said.auto_reply,
    )
    return next(one for one in desk_facts.read(session).aliases if one.address == normal(said.address))


def run_remove(arguments: Namespace) -> int:
    """Take an alias out."""
    from models.services import admin, setup
    from tui.cli import me

    def remove(session: "Session", actor: "Actor") -> None:
        admin.allowed(session, actor, setup.remove_alias, address=arguments.address)

    me.write(arguments, remove)
    tell([f"Mail to {arguments.address} opens nothing any more."], json=arguments.json)
    return 0


def run_list(arguments: Namespace) -> int:
    """List the aliases."""
    from models.store import desk_facts
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        aliases = database.read(desk_facts.read).aliases
    if arguments.json:
        as_json([_plain(each) for each in aliases])
    else:
        rows = [
            (each.address, each.creates, each.policy.value, "any" if each.any_domain else "this", each.auto_reply)
            for each in aliases
        ]
        table(("ADDRESS", "CREATES", "FROM", "DOMAIN", "AUTO-REPLY"), rows)
    return 0


def _plain(each: "AliasRow") -> dict[str, Any]:
    return {
        "address": each.address,
        "creates": each.creates,
        "from": each.policy.value,
        "any_domain": each.any_domain,
        "auto_reply": each.auto_reply,
    }
