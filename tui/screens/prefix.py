"""Keys of two letters: the first one waits, and the footer says which second ones there are."""

from collections.abc import Sequence

from tui.keys import Command, Context, shown
from tui.render.ink import Line, Role


class Prefix:
    """The first of two letters, from when it is pressed until the second one is."""

    def __init__(self, table: Sequence[Command]) -> None:
        self._table = table
        self._first = ""

    def __bool__(self) -> bool:
        return bool(self._first)

    def begin(self, key: str) -> None:
        """Wait for the second letter."""
        self._first = key

    def choices(self, context: Context | None) -> Line:
        """Paint what the second letter can be in this place."""
        spans = [(f" {shown(self._first)} …  ", Role.KEY)]
        for command in self._table:
            for sequence in command.sequences:
                if len(sequence) > 1 and sequence[0] == self._first and context in command.contexts:
                    spans.append((shown(sequence[1]), Role.KEY))
                    spans.append((f" {command.name.removeprefix('view-')}  ", Role.MUTED))
        return tuple(spans)

    def end(self, key: str = "", context: Context | None = None) -> Command | str:
        """Stop waiting: the command the two letters mean, one of this place first; or a sentence when there is none."""
        pressed, self._first = (self._first, key), ""
        meant = [command for command in self._table if pressed in command.sequences]
        for command in sorted(meant, key=lambda one: context not in one.contexts):
            return command
        return f"That means nothing after {shown(pressed[0])}; ? lists the keys."
