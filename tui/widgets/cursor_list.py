"""A short list, all of it loaded, with a cursor: what the set-up and the rules stand in."""

from abc import abstractmethod

from tui.render.ink import BLANK, Line, Role
from tui.theme import Ground
from tui.widgets.painted import Painted


class CursorList(Painted, can_focus=True):
    """Keeps the cursor on the list and on the screen; what a row is, its subclass knows."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._loaded = False
        self._cursor = 0
        self._top = 0

    # -- what a subclass says

    @property
    @abstractmethod
    def count(self) -> int:
        """How many rows there are."""

    @property
    @abstractmethod
    def empty(self) -> str:
        """What to say when there are none."""

    @abstractmethod
    def row(self, index: int) -> Line:
        """Paint a row."""

    @abstractmethod
    def tell(self) -> None:
        """Announce what the cursor is on now."""

    # -- the cursor

    def move(self, steps: int) -> None:
        """Move the cursor."""
        self.go(self._cursor + steps)

    def page(self, direction: int) -> None:
        """Move a screenful less one row."""
        self.move(direction * max(self.size.height - 1, 1))

    def edge(self, direction: int) -> None:
        """Go to the top or the bottom."""
        self.go(0 if direction < 0 else self.count - 1)

    def go(self, index: int) -> None:
        """Put the cursor on a row, the nearest one there is."""
        self._cursor = min(max(index, 0), max(self.count - 1, 0))
        height = max(self.size.height, 1)
        self._top = min(max(self._top, self._cursor - height + 1), self._cursor)
        self.refresh()
        self.tell()

    def line(self, y: int) -> tuple[Line, Ground]:
        """Paint a row; the cursor's has a mark and its own ground."""
        index = self._top + y
        if index >= self.count:
            empty = self._loaded and not self.count and y == 1
            return ((("  " + self.empty, Role.MUTED),) if empty else BLANK), Ground.PAGE
        painted = self.row(index)
        if index != self._cursor:
            return (("  ", Role.TEXT), *painted), Ground.PAGE
        return (("▌ ", Role.ACCENT), *painted), Ground.CURSOR if self.has_focus else Ground.RESTING

    def on_resize(self) -> None:
        """Keep the cursor on the screen."""
        self.go(self._cursor)

    def on_focus(self) -> None:
        """Brighten the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Rest the cursor."""
        self.refresh()
