"""What did not work: said in the status line, and a read that failed is tried again until it works."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from models.types.change import Change
from models.types.errors import NightdeskError

if TYPE_CHECKING:
    from tui.screens.desk import DeskScreen

RETRY_SECONDS = 2.0

_log = logging.getLogger("nightdesk.screen")


def sentence_of(error: BaseException) -> str:
    """Say an error to an agent; what is no error of ours goes to the log."""
    if isinstance(error, NightdeskError):
        return f"{error} {error.remedy}".strip()
    _log.error("a fault of the program", exc_info=error)
    return f"A fault of the program: {type(error).__name__}. It is in the log; ctrl+l reads again."


class Recovery:
    """Reads again after a failed read; the first success is said."""

    def __init__(self, screen: "DeskScreen", say: Callable[[str], None]) -> None:
        self._screen = screen
        self._say = say
        self._ailing = False  # a read failed and waits for its next try
        self._trying = False

    def failed(self) -> None:
        """Try again soon; many failures at once are tried once."""
        if not self._ailing:
            self._ailing = True
            self._screen.set_timer(RETRY_SECONDS, self._read_again)

    def _read_again(self) -> None:
        self._ailing = False
        self._trying = True
        self._screen.look_again(Change(all=True))

    def succeeded(self) -> None:
        """The list was read; after a failure that is news."""
        if self._trying and not self._ailing:
            self._trying = False
            self._say("It works again.")
