"""The command line in one tree. Declaring it imports nothing but argparse: ``--help`` must not wait for a database."""

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn, TypeAlias

USAGE = 64  # EX_USAGE, sysexits.h
AN_ENUM = re.compile(r"<\w+\.\w+: ('[^']*')>")  # as argparse writes one of our words

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class Parser(argparse.ArgumentParser):
    """Ends with one sentence when the arguments make no sense, and with the command's ``usage_code``."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how to learn more."""
        message = AN_ENUM.sub(r"\1", message)
        self.exit(self.get_default("usage_code") or USAGE, f"{self.prog}: {message}\nTry: {self.prog} --help\n")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line; ``command`` is "" when none was named, ``run`` does it."""
    # The desk itself is opened without a command, and should not wait for the declarations of all of them.
    desk, others = _places("").parse_known_args(arguments)
    if not others:
        return argparse.Namespace(command="", **vars(desk))
    whole = tree()
    parsed, unknown = whole.parse_known_args(arguments)
    if unknown:
        whole.set_defaults(usage_code=getattr(parsed, "usage_code", USAGE))
        whole.error(f"unrecognized arguments: {' '.join(unknown)}")
    return parsed


def tree() -> Parser:
    """Declare everything there is."""
    whole = Parser(
        prog="nightdesk",
        description="A support desk in a terminal. Without a command it opens the desk.",
        epilog="A first try that needs nothing: nightdesk demo",
        parents=[_places("")],
    )
    whole.add_argument("--version", action=_Version, nargs=0, help="say which nightdesk this is and end")
    _declare_all(whole)
    whole.set_defaults(command="")
    return whole


def _declare_all(tree: argparse.ArgumentParser) -> None:
    from tui.cli import (
        account,
        address,
        agent,
        alias,
        brand,
        check,
        demo,
        dkim,
        doctor,
        domain,
        group,
        ingest,
        init,
        key,
        kind,
        mail,
        mail_import,
        oauth,
        preset,
        record,
        rule,
        serve,
        simulate,
        status,
        template,
        why,
        worker,
    )

    commands = tree.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    places = _places(argparse.SUPPRESS)
    for each in (
        demo,
        init,
        key,
        account,
        preset,
        oauth,
        address,
        brand,
        domain,
        dkim,
        doctor,
        alias,
        kind,
        agent,
        group,
        record,
        check,
        rule,
        template,
        worker,
        serve,
        mail_import,
        ingest,
        status,
        mail,
        why,
        simulate,
    ):
        each.declare(commands, places)


def _places(default: str) -> Parser:
    """Options every command takes, before or behind its name."""
    places = Parser(prog="nightdesk", add_help=False)
    places.add_argument(
        "--database", metavar="PATH|URL", default=default, help="an SQLite file or postgresql+psycopg://..."
    )
    places.add_argument("--config", metavar="FILE", default=default, help="the settings file to read")
    return places


class _Version(argparse.Action):
    """argparse's own wants the number before it is asked for, and finding it costs 40 ms."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        """Say it and end."""
        from importlib.metadata import version

        from tui.cli.printing import put

        put(f"nightdesk {version('nightdesk')}")
        parser.exit()
