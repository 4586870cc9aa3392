"""``nightdesk agent``: the people who work at the desk; each is a login of the operating system."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from models.types.people import Channel
from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
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
    adding.set_defaults(run=run_add)
    listing = parts.add_parser("list", parents=[places], help="who there is")
    listing.add_argument("--json", action="store_true", help="one JSON line")
    listing.set_defaults(run=run_list)


def run_add(arguments: Namespace) -> int:
    """Add an agent, or change what is said of them."""
    from models.services import setup
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        agent = database.write(
            setup.ensure_agent,
            login=arguments.login,
            name=arguments.name,
            email=arguments.email,
            channel=arguments.channel,
        )
    say(f"{agent.login} is {agent.name}{f' <{agent.email}>' if agent.email else ''}, hears by {agent.channel}.")
    return 0


def run_list(arguments: Namespace) -> int:
    """List the agents."""
    from models.store import desk_facts
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        agents = database.read(desk_facts.read).agents
    if arguments.json:
        as_json([{"login": a.login, "name": a.name, "email": a.email, "channel": a.channel} for a in agents])
    else:
        table(("LOGIN", "NAME", "ADDRESS", "HEARS BY"), [(a.login, a.name, a.email, a.channel) for a in agents])
    return 0
