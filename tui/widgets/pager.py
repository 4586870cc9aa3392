"""A pane that pages through blocks of lines: the thread, help, why, raw mail."""

from textual import events

from tui.render.ink import BLANK, Line
from tui.theme import Ground
from tui.widgets.blocks import START, Blocks, Painter, Position
from tui.widgets.painted import Painted


class Pager(Painted, can_focus=True):
    """Shows blocks from a position on; one block may be chosen, its first line is marked while focused."""

    WHEEL_LINES = 3

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.blocks = Blocks(())
        self.top: Position = START
        self.chosen: int | None = None
        self.marked = False  # the chosen block is marked without the keys, too
        self._visible: list[tuple[int, int, Line]] | None = None

    def show(self, painters: list[Painter], *, top: Position = START, chosen: int | None = None) -> None:
        """Replace everything."""
        self.blocks = Blocks(painters)
        self.chosen = chosen
        self.go(top)

    def go(self, top: Position) -> None:
        """Put this position at the top, as far as the page stays filled."""
        self.top = self.blocks.clamp(top, max(self.size.height, 1))
        self._repaint()

    def choose(self, block: int | None) -> None:
        """Mark a block."""
        if block != self.chosen:
            self.chosen = block
            self._repaint()

    def bring_in(self, block: int) -> None:
        """Scroll so far that a block stands on the screen, its first line at least."""
        lines = len(self.blocks.lines(block))
        if (block, 0) < self.top or lines >= self.size.height:
            self.go((block, 0))
        elif (block, lines - 1) > self.bottom:
            self.go(self.blocks.back((block, lines), self.size.height))

    def scroll_lines(self, count: int) -> bool:
        """Scroll down (or up, negative); False at the end in that direction."""
        before = self.top
        walk = self.blocks.forward if count > 0 else self.blocks.back
        self.go(walk(self.top, abs(count)))
        return self.top != before

    def page(self, direction: int) -> bool:
        """Scroll a page less two lines of overlap; False at the end."""
        return self.scroll_lines(direction * max(self.size.height - 2, 1))

    def edge(self, direction: int) -> None:
        """Go to the first line, or the last."""
        self.go(START if direction < 0 else self.blocks.last_page(max(self.size.height, 1)))

    @property
    def at_end(self) -> bool:
        """The last line is in view."""
        return self.top >= self.blocks.last_page(max(self.size.height, 1))

    @property
    def bottom(self) -> Position:
        """The last visible line's position."""
        shown = self._lines()
        return shown[-1][:2] if shown else START

    def line(self, y: int) -> tuple[Line, Ground]:
        """Give a visible line."""
        shown = self._lines()
        if y >= len(shown):
            return BLANK, Ground.PAGE
        block, number, line = shown[y]
        if number == 0 and block == self.chosen:
            return line, Ground.CURSOR if self.has_focus else Ground.RESTING if self.marked else Ground.PAGE
        return line, Ground.PAGE

    def _lines(self) -> list[tuple[int, int, Line]]:
        if self._visible is None:
            self._visible = self.blocks.visible(self.top, self.size.height)
        return self._visible

    def _repaint(self) -> None:
        self._visible = None
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Fill the page again."""
        self.go(self.top)

    def on_focus(self) -> None:
        """Show the mark."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the mark."""
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by the wheel."""
        event.stop()
        self.scroll_lines(self.WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by the wheel."""
        event.stop()
        self.scroll_lines(-self.WHEEL_LINES)
