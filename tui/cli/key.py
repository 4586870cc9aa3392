"""``nightdesk key``: the key that opens sealed passwords, and changing it."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.cli.output import as_json, say

if TYPE_CHECKING:
    from models.services.vault import KeyState
    from tui.cli.parser import Commands

LOCKED = 78  # EX_CONFIG: something sealed cannot be opened here


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "key",
        help="the key that opens sealed passwords: show, make, rotate",
        description="Typed passwords are sealed: any agent can enter one, only the worker can read it, with this key.",
    )
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    for name, words, run in (
        ("show", "where it is and what it opens; ends with 78 when something is locked", run_show),
        ("make", "make it here, where the worker runs", run_make),
        ("rotate", "seal everything to a new key", run_rotate),
    ):
        part = parts.add_parser(name, parents=[places], help=words)
        part.add_argument("--key-file", metavar="FILE", default="", help="the key file, when it is not the set one")
        part.add_argument("--json", action="store_true", help="one JSON line")
        if name == "rotate":
            part.add_argument(
                "--lost", action="store_true", help="the old key is lost: what it sealed must be typed again"
            )
        part.set_defaults(run=run)


def run_show(arguments: Namespace) -> int:
    """Say how the key fares."""
    from models.services import vault
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(replace(settings, key_file=arguments.key_file or settings.key_file)) as database:
        return _shown(database.read(vault.state), json=arguments.json)


def run_make(arguments: Namespace) -> int:
    """Make the key unless there is one."""
    from models.services import admin, vault
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(replace(settings, key_file=arguments.key_file or settings.key_file)) as database:
        database.read(admin.require, me(settings))
        database.write(vault.ensure_key)
        return _shown(database.read(vault.state), json=arguments.json)


def run_rotate(arguments: Namespace) -> int:
    """Seal everything anew."""
    from models.services import admin, vault
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(replace(settings, key_file=arguments.key_file or settings.key_file)) as database:
        database.read(admin.require, me(settings))
        done = vault.rotate(database, lost=arguments.lost)
        if arguments.json:
            as_json({"key": done.key, "resealed": done.resealed, "lost": done.lost})
            return 0
        say(f"The key is now {done.key}: {done.resealed} secrets were sealed to it.")
        if done.lost:
            say(f"{done.lost} could not be opened: type them again with nightdesk account secret NAME.")
        say(f"Copy {database.key_file} to every host a worker runs on. Older copies of the database need the old key.")
    return 0


def _shown(state: "KeyState", *, json: bool) -> int:
    if json:
        as_json(
            {
                "file": str(state.path or ""),
                "key": state.key,
                "here": list(state.here),
                "sealed": dict(state.sealed),
                "opens_all": state.opens_all,
            }
        )
    elif not state.key:
        say("No key was made yet: nightdesk key make does it, or the first nightdesk worker.")
    else:
        here = "is" if state.key in state.here else "is not"
        say(f"The desk's key {state.key} {here} in {state.path}. {sum(state.sealed.values())} secrets are sealed.")
        locked = sum(count for key, count in state.sealed.items() if key not in state.here)
        if locked:
            say(f"{locked} of them cannot be opened here.")
    return 0 if state.opens_all else LOCKED
