"""``nightdesk preset``: the mail providers that are known beforehand."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from models.types.errors import NotFound
from tui.cli import words
from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from models.types.preset import Preset
    from tui.cli.parser import Commands


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("preset", help="mail providers that are known: list, show")
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    listing = parts.add_parser("list", help="all of them")
    words.as_json(listing)
    listing.set_defaults(run=run_list)
    showing = parts.add_parser("show", help="one, by its name or by an address there")
    showing.add_argument("name", metavar="NAME|ADDRESS")
    words.as_json(showing)
    showing.set_defaults(run=run_show)


def run_list(arguments: Namespace) -> int:
    """List the providers."""
    from models.presets import find

    found = find.every()
    if arguments.json:
        as_json([_plain(one) for one in found])
        return 0
    table(
        ("NAME", "PROVIDER", "SIGN IN", "ADDRESSES"),
        [(one.name, one.title, one.oauth or "password", ", ".join(one.domains[:6])) for one in found],
    )
    return 0


def run_show(arguments: Namespace) -> int:
    """Show one provider: its servers, its limits, what to do there first."""
    from models.presets import find

    found = find.by_address(arguments.name) if "@" in arguments.name else find.by_name(arguments.name)
    if found is None:
        raise NotFound(f"No provider is known for {arguments.name!r}.", "See: nightdesk preset list")
    if arguments.json:
        as_json(_plain(found))
        return 0
    say(f"{found.title} ({found.name})")
    for server in found.servers:
        ways = [way for way, there in (("password", server.password), ("OAuth", server.oauth)) if there]
        login = server.user.replace("{address}", "the address").replace("{local}", "the part before the @")
        say(f"  {server.protocol.value:<5} {server.host}:{server.port} {server.security.value}, "
            f"{' or '.join(ways)}, login: {login}")  # fmt: skip
    for name, value in _facts(found):
        say(f"  {name}: {value}")
    for step in found.steps:
        say(f"  - {step}")
    return 0


def _facts(one: "Preset") -> list[tuple[str, str]]:
    known = {True: "yes", False: "no"}
    facts = [(name.replace("_", " "), str(most)) for name, most in asdict(one.limits).items() if most is not None]
    for name, value in (
        ("plus-addressing", one.plus_addressing),
        ("other From", one.other_from),
        ("keeps a copy of what is sent", one.sent_copy),
        ("tells of new mail at once", one.idle),
    ):
        if value is not None:
            facts.append((name, known[value]))
    return facts


def _plain(one: "Preset") -> dict[str, Any]:
    return asdict(one)
