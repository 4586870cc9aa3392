"""``nightdesk dkim``: the keys mail of our domains is signed with."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models.types.dkim import Algorithm
from tui.cli.output import as_json, say, table
from tui.cli.printing import put

if TYPE_CHECKING:
    from models.types.dkim import DkimView
    from tui.cli.parser import Commands


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "dkim",
        help="sign mail of our domains: make, show, list, switch, remove",
        description="Mail is signed with a domain's keys that are on. A key goes on by itself when nightdesk doctor "
        "first sees its record in DNS, or by hand.",
    )
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    for name, words, run in (
        ("make", "make a key and say which record to add to DNS", run_make),
        ("show", "say again which record a key needs", run_show),
        ("list", "what there is", run_list),
        ("switch", "sign with a key, or no more", run_switch),
        ("remove", "delete a key", run_remove),
    ):
        part = parts.add_parser(name, parents=[places], help=words)
        if name == "list":
            part.add_argument("domain", metavar="DOMAIN", nargs="?", default="")
        else:
            part.add_argument("domain", metavar="DOMAIN")
        if name in ("switch", "remove"):
            part.add_argument("selector", metavar="SELECTOR")
        if name == "make":
            part.add_argument("--selector", metavar="NAME", default="", help="the key's name (one of ours)")
            part.add_argument(
                "--algorithm", type=Algorithm, choices=list(Algorithm), default=Algorithm.RSA, metavar="KIND",
                help="rsa (default; every receiver checks it) or ed25519 (shorter; beside an rsa key)",
            )  # fmt: skip
        if name == "switch":
            part.add_argument("state", choices=("on", "off"))
        part.add_argument("--json", action="store_true", help="one JSON line")
        part.set_defaults(run=run)


def run_make(arguments: Namespace) -> int:
    """Make a key."""
    from gateway.mime import dkim_keys
    from models.services import admin, dkim, domains
    from tui.cli import secret
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        database.read(admin.require, me(settings))
        database.read(domains.find, arguments.domain)
        secret.ready_to_seal(database, settings)
        key = dkim_keys.make(arguments.algorithm)
        made = database.write(
            admin.allowed,
            me(settings),
            dkim.make,
            domain=arguments.domain,
            selector=arguments.selector,
            key=key,
            now=datetime.now(UTC),
        )
    _show((made,), json=arguments.json)
    if not arguments.json:
        say(f"Then: nightdesk doctor {made.domain} sees it and switches it on.")
    return 0


def run_show(arguments: Namespace) -> int:
    """Say the records of a domain's keys."""
    from models.services import dkim
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        _show(database.read(dkim.keys, arguments.domain), json=arguments.json)
    return 0


def run_list(arguments: Namespace) -> int:
    """List the keys."""
    from models.services import dkim
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(dkim.keys, arguments.domain)
    if arguments.json:
        as_json([plain(one) for one in found])
        return 0
    table(
        ("DOMAIN", "SELECTOR", "KIND", "SIGNS", "MADE", "SEEN IN DNS"),
        [
            (
                one.domain,
                one.selector,
                one.algorithm,
                "yes" if one.active else "no",
                f"{one.created_at:%Y-%m-%d}",
                f"{one.seen_at:%Y-%m-%d}" if one.seen_at else "never",
            )
            for one in found
        ],
    )
    return 0


def run_switch(arguments: Namespace) -> int:
    """Switch a key."""
    from models.services import admin, dkim
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings, on = settings_of(arguments), arguments.state == "on"
    with opened(settings) as database:
        said = {"domain": arguments.domain, "selector": arguments.selector, "on": on, "now": datetime.now(UTC)}
        found = database.write(admin.allowed, me(settings), dkim.switch, **said)
    if arguments.json:
        as_json(plain(found))
    else:
        say(f"Mail of {found.domain} is {'signed' if on else 'no longer signed'} with {found.selector}.")
        if on and found.seen_at is None:
            say("Its record was not seen in DNS yet: until it is there, what is signed cannot be checked.")
    return 0


def run_remove(arguments: Namespace) -> int:
    """Delete a key."""
    from models.services import admin, dkim
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        said = {"domain": arguments.domain, "selector": arguments.selector, "now": datetime.now(UTC)}
        database.write(admin.allowed, me(settings), dkim.remove, **said)
    if arguments.json:
        as_json({"removed": arguments.selector})
    else:
        say(f"{arguments.selector} is gone. Leave its record in DNS for a week: mail on its way is checked with it.")
    return 0


def plain(key: "DkimView") -> dict[str, object]:
    """Return a key as JSON can hold it, with its record."""
    from models.rules import dkim_record

    return {
        "domain": key.domain,
        "selector": key.selector,
        "algorithm": key.algorithm.value,
        "active": key.active,
        "created_at": key.created_at.isoformat(),
        "seen_at": key.seen_at.isoformat() if key.seen_at else None,
        "record_name": dkim_record.name(key.selector, key.domain),
        "record_type": "TXT",
        "record_value": dkim_record.text(key.algorithm, key.public),
    }


def _show(keys: "tuple[DkimView, ...]", *, json: bool) -> None:
    from models.rules import dkim_record

    if json:
        as_json([plain(one) for one in keys])
        return
    if not keys:
        say("There is no key yet: nightdesk dkim make DOMAIN")
    for one in keys:
        say(f"Add to DNS for {one.selector} ({one.algorithm}, {'on' if one.active else 'off'}):")
        name = dkim_record.name(one.selector, one.domain)
        put(dkim_record.zone_line(name, dkim_record.text(one.algorithm, one.public)))
