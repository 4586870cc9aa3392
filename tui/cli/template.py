"""``nightdesk template``: the texts automation rules answer with."""

import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from models.rules.template import PLACEHOLDERS
from tui.cli import words
from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from models.types.automation import Template
    from tui.cli.parser import Commands

PARTS = {
    "list": "what there is",
    "show": "one, with its text",
    "add": "a new one",
    "set": "change the text of one",
    "remove": "take one out",
}
LARGEST = 1_000_000  # characters read


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("template", help=f"texts that rules answer with: {', '.join(PARTS)}")
    for name, part in words.parts(parser, PARTS, places).items():
        if name != "list":
            part.add_argument("name", metavar="NAME")
        if name in ("add", "set"):
            known = ", ".join(f"{{{word}}}" for word in PLACEHOLDERS)
            part.add_argument(
                "--text", metavar="TEXT", default=None, help=f"its words (read here); it may hold {known}"
            )
        if name == "set":
            words.seen(part)
        part.set_defaults(run={"list": run_list, "show": run_show, "remove": run_remove}.get(name, run_keep))


def run_list(arguments: Namespace) -> int:
    """List the templates."""
    from models.services import templates
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(templates.every)
    if arguments.json:
        as_json([_plain(one) for one in found])
    else:
        table(("TEMPLATE", "BEGINS"), [(one.name, " ".join(one.text.split())) for one in found])
    return 0


def run_show(arguments: Namespace) -> int:
    """Show one."""
    from models.services import templates
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        _show(database.read(templates.named, arguments.name), json=arguments.json)
    return 0


def run_keep(arguments: Namespace) -> int:
    """Add one, or change its text."""
    from models.services import templates
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    text = arguments.text if arguments.text is not None else sys.stdin.read(LARGEST)
    settings = settings_of(arguments)
    said = {"name": arguments.name, "text": text, "now": datetime.now(UTC)}
    with opened(settings) as database:
        if arguments.part == "add":
            database.write(templates.add, me(settings), **said)
        else:
            database.write(templates.change, me(settings), **said, revision=arguments.seen)
        _show(database.read(templates.named, arguments.name.strip()), json=arguments.json)
    return 0


def run_remove(arguments: Namespace) -> int:
    """Take one out."""
    from models.services import templates
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        database.write(templates.remove, me(settings), name=arguments.name)
    if arguments.json:
        as_json({"told": f"The template {arguments.name} is removed."})
    else:
        say(f"The template {arguments.name} is removed.")
    return 0


def _plain(template: "Template") -> dict[str, Any]:
    return {
        "name": template.name,
        "text": template.text,
        "revision": template.revision,
        "changed_by": template.changed_by,
        "changed_at": template.changed_at.isoformat() if template.changed_at else None,
    }


def _show(template: "Template", *, json: bool) -> None:
    if json:
        as_json(_plain(template))
        return
    say(f"{template.name}, revision {template.revision} by {template.changed_by}:")
    for line in template.text.splitlines():
        say(f"  {line}")
