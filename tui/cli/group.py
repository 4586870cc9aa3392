"""``nightdesk group``: agents that are given permissions together."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli import words
from tui.cli.output import as_json, say, table, tell

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.types.actor import Actor
    from models.types.identity import GroupView
    from tui.cli.parser import Commands

PARTS = {
    "list": "what there is",
    "add": "make one",
    "set": "call one otherwise; its permissions stay",
    "remove": "take one out, and its permissions with it",
    "join": "make agents members",
    "leave": "make agents members no longer",
}


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("group", help=f"agents that get permissions together: {', '.join(PARTS)}")
    for name, part in words.parts(parser, PARTS, places).items():
        if name != "list":
            part.add_argument("name", metavar="GROUP")
        if name in ("join", "leave"):
            part.add_argument("login", metavar="LOGIN", nargs="+")
        if name == "set":
            part.add_argument("--rename", metavar="NAME", required=True)
        if name in ("set", "remove"):
            words.seen(part)
        part.set_defaults(run={"list": run_list, "remove": run_remove}.get(name, run_change))


def run_list(arguments: Namespace) -> int:
    """List the groups."""
    from models.store import teams
    from tui.cli.plain import plain
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(teams.views)
    if arguments.json:
        as_json([plain(one) for one in found])
    else:
        table(("GROUP", "AGENTS"), [(one.name, ", ".join(one.agents) or "nobody") for one in found])
    return 0


def run_change(arguments: Namespace) -> int:
    """Make or change a group."""
    from tui.cli import me
    from tui.cli.plain import plain

    found = me.write(arguments, _write, arguments, datetime.now(UTC))
    if arguments.json:
        as_json(plain(found))
    else:
        say(f"{found.name}: {', '.join(found.agents) or 'nobody'}.")
    return 0


def run_remove(arguments: Namespace) -> int:
    """Take a group out, and say what that means."""
    from models.services import teams
    from tui.cli import me

    told = me.write(arguments, teams.remove, arguments.name, now=datetime.now(UTC), seen=arguments.seen)
    tell(told, json=arguments.json)
    return 0


def _write(session: "Session", actor: "Actor", said: Namespace, now: datetime) -> "GroupView":
    from models.services import teams

    if said.part == "add":
        return teams.add(session, actor, said.name, now=now)
    if said.part == "set":
        return teams.rename(session, actor, said.name, said.rename, now=now, seen=said.seen)
    work = teams.join if said.part == "join" else teams.leave
    return work(session, actor, said.name, said.login, now=now)
