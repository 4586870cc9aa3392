"""Widgets that draw lines of spans themselves: no markup, no renderables, one strip a line."""

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.render.cells import clip, length
from tui.render.ink import BLANK, Line, Role
from tui.theme import Ground, style


def strip(line: Line, width: int, ground: Ground, ansi: bool) -> Strip:
    """Draw a line, cut or filled to ``width`` cells."""
    kept = clip(line, width)
    segments = [Segment(text, style(role, ground, ansi)) for text, role in kept if text]
    rest = width - length(kept)
    if rest > 0:
        segments.append(Segment(" " * rest, style(Role.TEXT, ground, ansi)))
    return Strip(segments, width)


class Painted(Widget):
    """A widget whose subclass answers ``line(y)``; ``refresh_rows`` repaints only what changed."""

    def line(self, y: int) -> tuple[Line, Ground]:
        """Give the line at a row of the widget, and what it stands on."""
        return BLANK, Ground.PAGE

    def render_line(self, y: int) -> Strip:
        """Draw one row (Textual's line interface)."""
        painted, ground = self.line(y)
        return strip(painted, self.size.width, ground, self.app.native_ansi_color)

    def refresh_rows(self, *rows: int) -> None:
        """Repaint these rows; those outside are ignored."""
        regions = [Region(0, y, self.size.width, 1) for y in sorted(set(rows)) if 0 <= y < self.size.height]
        if regions:
            self.refresh(*regions)
        elif not self.display or not self.size.height:
            self.refresh()  # it comes back with what it says now


class Lines(Painted):
    """A few fixed lines: heads, status, hints."""

    def __init__(self, *, ground: Ground = Ground.BAR, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()
        self._ground = ground

    def show(self, *lines: Line) -> None:
        """Replace the lines; rows that stay the same are not repainted."""
        before, self._lines = self._lines, lines
        count = max(len(before), len(lines))
        self.refresh_rows(*(y for y in range(count) if before[y : y + 1] != lines[y : y + 1]))

    def line(self, y: int) -> tuple[Line, Ground]:
        """Give a line; rows below the last one are blank."""
        return (self._lines[y] if y < len(self._lines) else BLANK), self._ground
