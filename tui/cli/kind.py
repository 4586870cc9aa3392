"""``nightdesk kind``: the kinds of record and how long an answer opens one again."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from tui.cli import words
from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from tui.cli.parser import Commands


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("kind", help="kinds of record: list, add, set")
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    listing = parts.add_parser("list", parents=[places], help="what there is")
    words.as_json(listing)
    listing.set_defaults(run=run_list)
    adding = parts.add_parser("add", parents=[places], help="make one")
    adding.add_argument("name", metavar="KIND")
    adding.add_argument("--stages", metavar="A,B,C", default="new,open,done", help="the first is new, the last done")
    setting = parts.add_parser("set", parents=[places], help="change one")
    setting.add_argument("name", metavar="KIND")
    setting.add_argument(
        "--reopen-days",
        metavar="DAYS|always",
        type=_days,
        required=True,
        help="for so many days after it was done an answer opens a record again; later it opens a new one",
    )
    for part in (adding, setting):
        part.set_defaults(run=run_change)


def run_list(arguments: Namespace) -> int:
    """List the kinds."""
    from dataclasses import asdict

    from models.store import setting_up
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(setting_up.kind_views)
    if arguments.json:
        as_json([asdict(one) for one in found])
    else:
        rows = [(one.name, ", ".join(one.stages), _shown(one.reopen_days)) for one in found]
        table(("KIND", "STAGES", "AN ANSWER REOPENS"), rows)
    return 0


def run_change(arguments: Namespace) -> int:
    """Make or change a kind."""
    from models.services import admin, setup
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        if arguments.part == "add":
            stages = [stage.strip() for stage in arguments.stages.split(",") if stage.strip()]
            database.write(admin.allowed, me(settings), setup.add_kind, name=arguments.name, stages=stages)
            say(f"There are records of kind {arguments.name}.")
            return 0
        days = None if arguments.reopen_days < 0 else arguments.reopen_days
        database.write(admin.allowed, me(settings), setup.set_reopening, kind=arguments.name, days=days)
    say(f"{arguments.name}: an answer opens a done one again {_shown(days)}.")
    return 0


def _days(word: str) -> int:
    """Read a number of days; -1 stands for always."""
    if word == "always":
        return -1
    if not word.isdecimal():
        raise ArgumentTypeError(f"{word!r} is neither a number of days nor always")
    return int(word)


def _shown(days: int | None) -> str:
    if days is None:
        return "always"
    return f"for {days} {'day' if days == 1 else 'days'}" if days else "never"
