"""``nightdesk kind``: the kinds of record and how long an answer opens one again."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from tui.cli import words
from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.types.actor import Actor
    from models.types.identity import KindView
    from tui.cli.parser import Commands


PARTS = {"list": "what there is", "add": "make one", "set": "change one"}


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("kind", help=f"kinds of record: {', '.join(PARTS)}")
    parts = words.parts(parser, PARTS, places)
    for name, part in parts.items():
        if name != "list":
            part.add_argument("name", metavar="KIND")
        part.set_defaults(run=run_list if name == "list" else run_change)
    parts["add"].add_argument(
        "--stages", metavar="A,B,C", default="new,open,done", help="the first is new, the last done"
    )
    parts["set"].add_argument(
        "--reopen-days",
        metavar="DAYS|always",
        type=_days,
        required=True,
        help="for so many days after it was done an answer opens a record again; later it opens a new one",
    )


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
    from dataclasses import asdict

    from tui.cli import me

    found = me.write(arguments, _write, arguments)
    if arguments.json:
        as_json(asdict(found))
    elif arguments.part == "add":
        say(f"There are records of kind {found.name}.")
    else:
        say(f"{found.name}: an answer opens a done one again {_shown(found.reopen_days)}.")
    return 0


def _write(session: "Session", actor: "Actor", said: Namespace) -> "KindView":
    from models.services import admin, setup
    from models.store import setting_up

    admin.require(session, actor)
    if said.part == "add":
        stages = [stage.strip() for stage in said.stages.split(",") if stage.strip()]
        setup.add_kind(session, name=said.name, stages=stages)
    else:
        setup.set_reopening(session, kind=said.name, days=None if said.reopen_days < 0 else said.reopen_days)
    return next(one for one in setting_up.kind_views(session) if one.name == said.name)


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
