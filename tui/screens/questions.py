"""What a command's question begins with, so that the usual answer needs one more key: Enter."""

from typing import TYPE_CHECKING

from models.types.record import QuarantineRow

if TYPE_CHECKING:
    from tui.keys import Command
    from tui.screens.desk import DeskScreen


class Questions:
    """Remembers what a question was about: news may come while it is answered."""

    def __init__(self, screen: "DeskScreen") -> None:
        self._screen = screen
        self._copy: int | None = None

    def begin(self, command: "Command") -> str:
        """The text the question opens with, after the command's name."""
        self._copy = None
        if command.id == "thread.resend":
            return self._resend()
        if command.id == "mail.attach":
            return self._number()
        return ""

    def forget(self) -> None:
        """Another line is typed, about what is chosen then."""
        self._copy = None

    def copy(self) -> int | None:
        """The copy that is to be sent again; None: no such copy is chosen."""
        asked, self._copy = self._copy, None
        chosen = self._screen.thread.to_resend()
        return asked if asked is not None else chosen.id if chosen else None

    def _resend(self) -> str:
        copy = self._screen.thread.to_resend()
        self._copy = copy.id if copy else None
        return copy.address if copy else ""

    def _number(self) -> str:
        """The number that stands in a quarantined mail's subject, if one does."""
        from models.rules.tokens import subject_numbers  # only this question needs it

        row = self._screen.records.current
        numbers = subject_numbers(row.subject) if isinstance(row, QuarantineRow) else ()
        return str(numbers[0]) if numbers else ""
