"""``nightdesk agent``: the people who work at the desk; each is a login of the operating system."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models.types.people import Channel
from tui.cli import words
from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.types.actor import Actor
    from models.types.people import AgentView
    from tui.cli.parser import Commands


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("agent", help="the people who work here: add, list")
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    adding = parts.add_parser(
        "add",
        parents=[places],
        help="add or change one; whoever opens the desk is added by themselves",
    )
    adding.add_argument("login", metavar="LOGIN", help="the operating system's user name")
    adding.add_argument("--name", default="", help="the name colleagues and customers see")
    adding.add_argument(
        "--email", metavar="ADDRESS", default="", help="where mail reaches them, not an address of the desk"
    )
    adding.add_argument(
        "--channel", type=Channel, choices=list(Channel), metavar="HOW", default=None,
        help="how they hear of records they follow: inbox or email",
    )  # fmt: skip
    words.switch(adding, "--admin", "whether they may set the desk up: addresses, brands, domains, accounts, people")
    adding.set_defaults(run=run_add)
    listing = parts.add_parser("list", parents=[places], help="who there is")
    listing.add_argument("--json", action="store_true", help="one JSON line")
    listing.set_defaults(run=run_list)


def run_add(arguments: Namespace) -> int:
    """Add an agent, or change what is said of them."""
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        agent = database.write(_write, me(settings), arguments, datetime.now(UTC))
    say(f"{agent.login} is {agent.name}{f' <{agent.email}>' if agent.email else ''}, hears by {agent.channel}.")
    return 0


def _write(session: "Session", actor: "Actor", said: Namespace, now: datetime) -> "AgentView":
    from models.services import admin, setup

    admin.require(session, actor, own=said.login == actor.login)
    agent = setup.ensure_agent(session, login=said.login, name=said.name, email=said.email, channel=said.channel)
    if said.admin is not None:
        admin.make_admin(session, actor, login=said.login, on=said.admin, now=now)
    return agent


def run_list(arguments: Namespace) -> int:
    """List the agents."""
    from models.store import admins, desk_facts
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        agents = database.read(desk_facts.read).agents
        may = database.read(admins.logins)
    if arguments.json:
        as_json(
            [
                {"login": a.login, "name": a.name, "email": a.email, "channel": a.channel, "admin": a.login in may}
                for a in agents
            ]
        )
    else:
        rows = [(a.login, a.name, a.email, a.channel, "yes" if a.login in may else "") for a in agents]
        table(("LOGIN", "NAME", "ADDRESS", "HEARS BY", "ADMIN"), rows)
    return 0
