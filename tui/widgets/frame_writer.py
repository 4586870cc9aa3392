"""Frames as the cells that changed: what the terminal shows is remembered, only the difference is written.

Stock Textual rewrites every dirty region whole, with a full SGR and a reset for each segment (measured: 16 kB for
one ``j``). This reads Textual's private compositor updates, so the version is pinned, shapes are checked, and
whatever does not fit goes out the stock way.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from rich.cells import split_graphemes
from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

Pen = tuple[str, str, str]  # SGR parameters: attributes, foreground, background
NO_PEN: Pen = ("", "", "")
BRIDGE = 4  # unchanged cells rewritten rather than jumped over; a jump costs about as many bytes

_ATTRIBUTES = (
    ("bold", "1"),
    ("dim", "2"),
    ("italic", "3"),
    ("underline", "4"),
    ("blink", "5"),
    ("reverse", "7"),
    ("strike", "9"),
)


class FrameWriter:
    """The terminal's cells as last written. ``forget`` them whenever somebody else may have drawn."""

    def __init__(self) -> None:
        self._width = self._height = 0
        self._text: list[list[str | None]] = []  # None: unknown; "": right half of a wide character
        self._pens: list[list[Pen]] = []

    def forget(self) -> None:
        """Know nothing of the terminal: the next frame is written whole."""
        self._width = self._height = 0

    def frame(self, update: object, size: tuple[int, int], system: ColorSystem | None) -> str | None:
        """Encode an update as the bytes that bring the terminal there; None: not an update this can read."""
        rows = _rows(update)
        if rows is None:
            self.forget()
            return None
        if size != (self._width, self._height):
            self._width, self._height = size
            self._text = [[None] * self._width for _ in range(self._height)]
            self._pens = [[NO_PEN] * self._width for _ in range(self._height)]
        out = _Output(self._text, self._pens)
        for y, x, strip in rows:
            if 0 <= y < self._height:
                self._put(out, y, x, strip, system)
        return out.finish()

    def _put(self, out: "_Output", y: int, x: int, strip: Iterable[Segment], system: ColorSystem | None) -> None:
        """Compare a strip with the terminal, segment by segment, and write what differs."""
        text, pens = self._text[y], self._pens[y]
        for segment in strip:
            if segment.control or not segment.text:
                continue
            cells = list(segment.text) if segment.text.isascii() else _cells(segment.text)
            if x < 0:
                cells = cells[-x:]
                x = 0
            cells = cells[: self._width - x]
            end = x + len(cells)
            pen = _pen(segment.style, system) if segment.style else NO_PEN
            new_pens = [pen] * len(cells)
            if cells and text[x:end] == [None] * len(cells) and all(cell and len(cell) == 1 for cell in cells):
                text[x:end], pens[x:end] = cells, new_pens
                out.run(y, x, "".join(cell or "" for cell in cells), pen)  # nothing known: no cell needs its own look
            elif text[x:end] != cells or pens[x:end] != new_pens:
                changed = [at for at in range(x, end) if text[at] != cells[at - x] or pens[at] != pen]
                text[x:end], pens[x:end] = cells, new_pens
                for at in changed:
                    out.cell(y, at)
            x = end


class _Output:
    """Builds one frame: where the terminal's cursor and pen are, and the bytes so far."""

    def __init__(self, text: list[list[str | None]], pens: list[list[Pen]]) -> None:
        self._text, self._pens = text, pens
        self._parts: list[str] = []
        self._pen: Pen = NO_PEN
        self._y = self._x = -1  # -1: unknown

    def cell(self, y: int, x: int) -> None:
        """Write one changed cell."""
        shown = self._text[y][x]
        if not shown:  # the right half comes with its left one
            return
        self._go(y, x)
        pen = self._pens[y][x]
        if pen != self._pen:
            self._parts.append(_change(self._pen, pen))
            self._pen = pen
        self._parts.append(shown)
        wide = x + 1 < len(self._text[y]) and self._text[y][x + 1] == ""
        if len(shown) > 1 or wide:
            self._y = -1  # terminals disagree on such widths: say the next place in full
        else:
            self._y, self._x = y, x + 1

    def run(self, y: int, x: int, text: str, pen: Pen) -> None:
        """Write a run of changed cells, each of one character."""
        self._go(y, x)
        if pen != self._pen:
            self._parts.append(_change(self._pen, pen))
            self._pen = pen
        self._parts.append(text)
        self._x = x + len(text)

    def _go(self, y: int, x: int) -> None:
        if (y, x) == (self._y, self._x):
            return
        gap = x - self._x
        if y == self._y and gap > 0:
            between = self._text[y][self._x : x]
            same = all(pen == self._pen for pen in self._pens[y][self._x : x])
            if gap <= BRIDGE and same and all(cell and len(cell) == 1 and cell.isascii() for cell in between):
                self._parts.append("".join(cell or "" for cell in between))
            else:
                self._parts.append(f"\x1b[{gap if gap > 1 else ''}C")
        else:
            self._parts.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")

    def finish(self) -> str:
        """Give the bytes, the pen put down; "" when nothing changed."""
        if self._pen != NO_PEN:
            self._parts.append("\x1b[m")
        return "".join(self._parts)


def _rows(update: object) -> Iterator[tuple[int, int, Iterable[Segment]]] | None:
    """Read Textual's two kinds of update as (row, column, strip); None for any other."""
    if isinstance(update, LayoutUpdate):
        return _layout_rows(update)
    if isinstance(update, ChopsUpdate):
        return _chop_rows(update)
    return None


def _layout_rows(update: LayoutUpdate) -> Iterator[tuple[int, int, Iterable[Segment]]]:
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield y, x, strip
            x += strip.cell_length


def _chop_rows(update: ChopsUpdate) -> Iterator[tuple[int, int, Iterable[Segment]]]:
    for y, left, right in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if isinstance(strip, Strip) and x <= right and end > left:
                yield y, x, strip


def _cells(text: str) -> list[str | None]:
    """Split text into cells; a wide character is followed by ""."""
    cells: list[str | None] = []
    for start, end, width in split_graphemes(text)[0]:
        if width == 0:
            if cells and cells[-1]:
                cells[-1] += text[start:end]
            continue
        cells.append(text[start:end])
        cells.extend([""] * (width - 1))
    return cells


@lru_cache(maxsize=1024)
def _pen(style: Style, system: ColorSystem | None) -> Pen:
    """The SGR parameters of a style; links and meta have none, so foreign text cannot smuggle any."""
    attributes = ";".join(code for name, code in _ATTRIBUTES if getattr(style, name))
    return attributes, _color(style.color, system, foreground=True), _color(style.bgcolor, system, foreground=False)


def _color(color: Color | None, system: ColorSystem | None, *, foreground: bool) -> str:
    if color is None or color.is_default or system is None:
        return ""
    return ";".join(color.downgrade(system).get_ansi_codes(foreground=foreground))


@lru_cache(maxsize=4096)
def _change(old: Pen, new: Pen) -> str:
    """The shortest SGR from one pen to another."""
    attributes, foreground, background = new
    gone = (old[0] and old[0] != attributes) or (old[1] and not foreground) or (old[2] and not background)
    if gone:
        parts = ["", attributes, foreground, background]
        return f"\x1b[{';'.join(part for index, part in enumerate(parts) if part or index == 0)}m"
    parts = [part for part, before in zip(new, old, strict=True) if part and part != before]
    return f"\x1b[{';'.join(parts)}m"
