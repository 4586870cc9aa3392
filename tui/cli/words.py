"""Arguments several commands share: on and off, the revision that was read, --json."""

from argparse import Action, ArgumentParser, ArgumentTypeError

SWITCH = ("on", "off")


class OnOff:
    """An argument that is "on" or "off", as True and False."""

    def __call__(self, word: str) -> bool:
        """Read it."""
        if word not in SWITCH:
            raise ArgumentTypeError(f"{word!r} is neither on nor off")
        return word == "on"


def switch(parser: ArgumentParser, name: str, words: str) -> Action:
    """Add an option that takes on or off; not said: as it is."""
    return parser.add_argument(name, type=OnOff(), metavar="on|off", help=words)


def seen(parser: ArgumentParser) -> None:
    """Add the revision that was read; the command does nothing when somebody changed it since."""
    parser.add_argument("--seen", type=int, metavar="REVISION", help="only if nobody changed it since this revision")


def as_json(parser: ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="one JSON line")
