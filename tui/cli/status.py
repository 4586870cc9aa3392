"""``nightdesk status``: how the desk fares, for people and for monitoring."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from models.types.health import AccountHealth
    from tui.cli.parser import Commands

UNHEALTHY = 1


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "status",
        parents=[places],
        help="how the desk fares",
        description="Ends with 1 when an account does not work.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print counts and accounts."""
    from models.store.counts import counts
    from models.store.health import health
    from models.store.plain import Reader
    from models.types.record import View
    from tui.cli.store import ready, settings_of
    from tui.settings import shown_url

    settings = settings_of(arguments)
    ready(settings)
    with closing(Reader(settings.database)) as reader:
        accounts = health(reader, datetime.now(UTC))
        found, _ = counts(reader, View.OPEN, agent_id=0)
    broken = any(each.state != "ok" for each in accounts)
    if arguments.json:
        as_json(
            {
                "database": shown_url(settings.database),
                "counts": {"open": found.open, "needs_us": found.needs_us, "quarantine": found.quarantine},
                "accounts": [plain(each) for each in accounts],
            }
        )
    else:
        say(f"{shown_url(settings.database)}: {found.open} open, {found.needs_us} need us, "
            f"{found.quarantine} in quarantine")  # fmt: skip
        table(
            ("ACCOUNT", "STATE", "QUEUED", "MAY STILL SEND", "WHAT IS WRONG"),
            [(each.name, each.state, str(each.queued), may_send(each), each.sentence) for each in accounts],
        )
    return UNHEALTHY if broken else 0


def plain(account: "AccountHealth") -> dict[str, object]:
    """Return an account's health as JSON can hold it."""
    last, following = account.last_success_at, account.next_at
    return {
        **asdict(account),
        "last_success_at": last.isoformat() if last else None,
        "next_at": following.isoformat() if following else None,
    }


def may_send(account: "AccountHealth") -> str:
    """Say what its provider's limits leave."""
    return f"{account.budget}, next {account.next_at:%H:%M} UTC" if account.next_at else account.budget
