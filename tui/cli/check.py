"""``nightdesk check``: what is wrong with addresses, brands and domains, before a customer notices."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from tui.cli import words
from tui.cli.output import as_json, say

if TYPE_CHECKING:
    from tui.cli.parser import Commands

PROBLEMS = 78  # EX_CONFIG, sysexits.h


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        parents=[places],
        help="what is wrong with addresses, brands and domains",
        description="Says what would keep mail from going out or coming in as it should, and what to do about it. "
        "Ends with 78 when there is a problem, with 0 when there are only hints or nothing.",
    )
    words.as_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Look, and say."""
    from models.services.check import check
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(check)
    problems = sum(one.problem for one in found)
    if arguments.json:
        as_json([asdict(one) for one in found])
    else:
        for one in found:
            say(f"{'problem' if one.problem else 'hint'}: {one.sentence}")
            say(f"    {one.remedy}")
        say(f"{problems} {'problem' if problems == 1 else 'problems'}, {len(found) - problems} to know.")
    return PROBLEMS if problems else 0
