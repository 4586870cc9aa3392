"""The desk needs somebody who sees it and types; the commands need nobody."""

import sys
from typing import TextIO

from models.types.errors import NightdeskError


class NoTerminal(NightdeskError):
    """The desk was opened where there is no terminal."""

    exit_code = 64  # EX_USAGE, sysexits.h


def required() -> None:
    """Go on at a terminal. ``NoTerminal`` elsewhere: the screen reads keys from stdin and draws on stderr."""
    if not _is_one(sys.__stdin__):
        raise _without("Nobody can type here: the input is no terminal.")
    if not _is_one(sys.__stderr__):
        raise _without("Nobody can see the desk: it draws on the error output, and that is no terminal.")


def _is_one(file: TextIO | None) -> bool:
    return file is not None and not file.closed and file.isatty()


def _without(sentence: str) -> NoTerminal:
    return NoTerminal(
        sentence, "Over SSH: ssh -t HOST nightdesk. Without a screen: nightdesk worker, nightdesk status."
    )
