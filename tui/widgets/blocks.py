"""A long text as blocks of lines that are painted only when they come into view.

A position is (block, line in it). Nothing counts all lines, so opening costs what one screenful costs.
"""

from collections.abc import Callable, Sequence

from tui.render.ink import Line

Painter = Callable[[], list[Line]]
Position = tuple[int, int]
START: Position = (0, 0)


class Blocks:
    """Lazily painted blocks and the walk through them."""

    def __init__(self, painters: Sequence[Painter]) -> None:
        self._painters = list(painters)
        self._painted: dict[int, list[Line]] = {}

    def __len__(self) -> int:
        return len(self._painters)

    def lines(self, block: int) -> list[Line]:
        """Paint a block, once."""
        if block not in self._painted:
            self._painted[block] = self._painters[block]()
        return self._painted[block]

    def visible(self, top: Position, height: int) -> list[tuple[int, int, Line]]:
        """List up to ``height`` lines from ``top`` on, each with its block and its line number there."""
        found: list[tuple[int, int, Line]] = []
        block, skip = top
        while block < len(self) and len(found) < height:
            part = self.lines(block)[skip : skip + height - len(found)]
            found.extend((block, skip + i, line) for i, line in enumerate(part))
            block, skip = block + 1, 0
        return found

    def back(self, at: Position, count: int) -> Position:
        """Walk ``count`` lines up, at most to the start."""
        block, line = at
        while count > line:
            if block == 0:
                return START
            count -= line
            block -= 1
            line = len(self.lines(block))
        return block, line - count

    def forward(self, at: Position, count: int) -> Position:
        """Walk ``count`` lines down, at most to the last line."""
        block, line = at
        while block < len(self) and line + count >= len(self.lines(block)):
            if block == len(self) - 1:
                return block, max(len(self.lines(block)) - 1, 0)
            count -= len(self.lines(block)) - line
            block, line = block + 1, 0
        return block, line + count

    def last_page(self, height: int) -> Position:
        """Find the top at which the last line is the bottom one."""
        return self.back((len(self), 0), height) if len(self) else START

    def clamp(self, top: Position, height: int) -> Position:
        """Keep the page filled: not below the last page."""
        return min(top, self.last_page(height))
