"""``nightdesk agent``: the people who work at the desk; each is a login of the operating system."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

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
    words.as_json(adding)
    adding.set_defaults(run=run_add)
    listing = parts.add_parser("list", parents=[places], help="who there is")
    words.as_json(listing)
    listing.set_defaults(run=run_list)


def run_add(arguments: Namespace) -> int:
    """Add an agent, or change what is said of them."""
    from tui.cli import me

    agent, admin = me.write(arguments, _write, arguments, datetime.now(UTC))
    if arguments.json:
        as_json(_plain(agent, admin=admin))
    else:
        say(f"{agent.login} is {agent.name}{f' <{agent.email}>' if agent.email else ''}, hears by {agent.channel}.")
    return 0


def _write(session: "Session", actor: "Actor", said: Namespace, now: datetime) -> "tuple[AgentView, bool]":
    """Return the agent, and whether they may set the desk up."""
    from models.services import admin, setup
    from models.store import admins

    admin.require(session, actor, own=said.login == actor.login)
    agent = setup.ensure_agent(session, login=said.login, name=said.name, email=said.email, channel=said.channel)
    if said.admin is not None:
        admin.make_admin(session, actor, login=said.login, on=said.admin, now=now)
    return agent, agent.login in admins.logins(session)


def run_list(arguments: Namespace) -> int:
    """List the agents."""
    from models.store import admins, desk_facts
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        agents = database.read(desk_facts.read).agents
        may = database.read(admins.logins)
    if arguments.json:
        as_json([_plain(agent, admin=agent.login in may) for agent in agents])
    else:
        rows = [(a.login, a.name, a.email, a.channel, "yes" if a.login in may else "") for a in agents]
        table(("LOGIN", "NAME", "ADDRESS", "HEARS BY", "ADMIN"), rows)
    return 0


def _plain(agent: "AgentView", *, admin: bool) -> dict[str, Any]:
    return {
        "login": agent.login,
        "name": agent.name,
        "email": agent.email,
        "channel": agent.channel,
        "admin": admin,
    }
