"""Arguments several commands share: their parts, on and off, the revision that was read, --json."""

from argparse import Action, ArgumentParser, ArgumentTypeError
from collections.abc import Mapping

SWITCH = ("on", "off")


class OnOff:
    """An argument that is "on" or "off", as True and False."""

    def __call__(self, word: str) -> bool:
        """Read it."""
        if word not in SWITCH:
            raise ArgumentTypeError(f"{word!r} is neither on nor off")
        return word == "on"


def parts(parser: ArgumentParser, texts: Mapping[str, str], places: ArgumentParser) -> dict[str, ArgumentParser]:
    """Add what a command can do, each with --json; ``texts``: a line of help by the part's name."""
    made = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    found = {name: made.add_parser(name, parents=[places], help=text) for name, text in texts.items()}
    for part in found.values():
        as_json(part)
    return found


def switch(parser: ArgumentParser, name: str, words: str) -> Action:
    """Add an option that takes on or off; not said: as it is."""
    return parser.add_argument(name, type=OnOff(), metavar="on|off", help=words)


def seen(parser: ArgumentParser) -> None:
    """Add the revision that was read; the command does nothing when somebody changed it since."""
    parser.add_argument("--seen", type=int, metavar="REVISION", help="only if nobody changed it since this revision")


def as_json(parser: ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="one JSON line")
