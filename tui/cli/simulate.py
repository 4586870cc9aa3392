"""``nightdesk simulate``: play a scenario on a desk of its own and say where each mail went and whom it reached."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.types.errors import NotFound
from tui.cli.output import as_json, say

if TYPE_CHECKING:
    from tui.cli.parser import Commands


def declare(commands: "Commands", _: ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "simulate",
        help="play mail scenarios on a desk of their own",
        description="Plays a scenario file on a fresh temporary desk, without any network, and says where each of its "
        "mails went, whom it was passed on to, and what was answered automatically.",
    )
    parser.add_argument("file", metavar="FILE", help="a scenario: JSON with setup and steps")
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Play it and print the answer."""
    from tui.cli.scenario import play

    answer = {"steps": play(read(arguments.file))}
    if arguments.json:
        as_json(answer)
        return 0
    for number, step in enumerate(answer["steps"], 1):
        say(f"{number}. {step['outcome']}")
        for name, word in (("relayed_to", "passed on to"), ("bounced", "did not reach")):
            if step[name]:
                say(f"   {word} {', '.join(step[name])}")
        if step["auto_replies"]:
            say("   answered automatically")
    return 0


def read(path: str) -> dict[str, Any]:
    """Read a scenario; ``NotFound`` when it is none."""
    try:
        scenario = json.loads(Path(path).read_text("utf-8"))
    except OSError as fault:
        raise NotFound(f"{path} cannot be read: {fault.strerror}.") from fault
    except ValueError as fault:
        raise NotFound(f"{path} is no JSON: {fault}") from fault
    if not (isinstance(scenario, dict) and "setup" in scenario and isinstance(scenario.get("steps"), list)):
        raise NotFound(f"{path} is no scenario.", "It needs an object with setup and steps.")
    return scenario
