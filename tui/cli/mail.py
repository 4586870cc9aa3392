"""Commands that look at mail alone, without a desk; what they do stands in files of their own."""

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from models.types.errors import NotFound
from tui.cli.printing import put

if TYPE_CHECKING:
    from tui.cli.parser import Commands


def declare(commands: "Commands", _: ArgumentParser) -> None:
    """Add the commands."""
    inspecting = commands.add_parser("inspect", help="show what nightdesk reads out of raw mails")
    inspecting.add_argument("file", metavar="FILE", nargs="*", help="raw mails")
    inspecting.add_argument("--json", action="store_true", help="one JSON line each")
    inspecting.add_argument("--batch", action="store_true", help="file names on standard input, a JSON line for each")
    inspecting.set_defaults(run=_inspect)
    classifying = commands.add_parser(
        "smtp-classify",
        help="say what refusals of mail servers mean",
        description="Reads JSON lines with code, enhanced, text and stage; answers with temporary and reason.",
    )
    classifying.set_defaults(run=_classify)


def _inspect(arguments: Namespace) -> int:
    from tui.cli import inspect

    if not arguments.file and not arguments.batch:
        raise NotFound("No mail was named.", "Give the file of a raw mail, or --batch.")
    return inspect.run(arguments.file, batch=arguments.batch, as_json=arguments.json)


def _classify(_: Namespace) -> int:
    from tui.cli import smtp_classify

    for answer in smtp_classify.run(sys.stdin):
        put(answer)
    return 0
