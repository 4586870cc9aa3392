"""``nightdesk account limits``: how much a provider lets an account send, and what is left of it."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models.types.errors import SettingsError
from models.types.limits import NO_LIMITS, Limits
from tui.cli.output import as_json, say

if TYPE_CHECKING:
    from tui.cli.parser import Commands

NAMES = tuple(Limits.__dataclass_fields__)


def declare(parts: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = parts.add_parser(
        "limits",
        parents=[places],
        help="how much its provider lets it send",
        description="Show or change how much an account may send within any minute, hour or day. What is more waits; "
        "people's mail goes before relayed copies and reminders. 0 takes a limit away.",
    )
    parser.add_argument("name", metavar="NAME")
    for limit in NAMES:
        parser.add_argument(f"--{limit.replace('_', '-')}", metavar="N", type=int)
    parser.add_argument("--none", action="store_true", help="no limits at all")
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Change what was said, then show all of it."""
    from models.services import account_limits
    from models.services.account_care import id_of
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    said = {name: most for name in NAMES if (most := getattr(arguments, name)) is not None}
    if any(most < 0 for most in said.values()):
        raise SettingsError("A limit is a number of mails, at least 1.", "0 takes it away.")
    now = datetime.now(UTC)
    settings = settings_of(arguments)
    with opened(settings) as database:
        account_id = database.read(id_of, arguments.name)
        found = database.read(account_limits.of, account_id)
        if said or arguments.none:
            base = NO_LIMITS if arguments.none else found
            limits = replace(base, **{name: most or None for name, most in said.items()})
            database.write(account_limits.change, me(settings), arguments.name, limits, now)
        limits = database.read(account_limits.of, account_id)
        left = database.read(account_limits.left, account_id, now)
    if arguments.json:
        following = left.next_at.isoformat() if left.next_at else None
        as_json(
            {
                "account": arguments.name,
                "limits": {name: getattr(limits, name) for name in NAMES},
                "left": left.left,
                "budget": left.sentence,
                "next_at": following,
            }
        )
        return 0
    known = [f"{most} {name.replace('_per_', ' a ')}" for name in NAMES if (most := getattr(limits, name)) is not None]
    say(f"{arguments.name}: {', '.join(known) or 'no limits'}.")
    if left.sentence:
        say(f"Now: {left.sentence}" + (f"; the next may go at {left.next_at:%H:%M:%S} UTC." if left.next_at else "."))
    return 0
