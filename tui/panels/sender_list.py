"""The list of sending addresses in the composer: opened, paged and closed by one key."""

from models.types.sender import SenderOptions
from tui.render.ink import Line, Role
from tui.render.senders import sender_lines
from tui.widgets.painted import Lines


class SenderList(Lines):
    """A page of the addresses; as high as there is room for and no higher than needed."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._top = 0
        self.display = False

    def fold(self) -> None:
        """Close it."""
        self.display = False
        self._top = 0

    def turn_page(self, options: SenderOptions, chosen: str, width: int, room: int) -> None:
        """Open it, go on to the rest of it, or close it at its end."""
        if self.display:
            self._top += self._page(options, room)
            if self._top >= len(options.listed):
                self.fold()
                return
        self.paint(options, chosen, width, room)

    def paint(self, options: SenderOptions, chosen: str, width: int, room: int) -> None:
        """Show the page."""
        lines = sender_lines(options, chosen, width)
        page = lines[self._top : self._top + self._page(options, room)]
        below = len(lines) - self._top - len(page)
        if below or self._top:
            page.append(_more(below))
        self.display = True
        self.styles.height = len(page)
        self.show(*page)

    def _page(self, options: SenderOptions, room: int) -> int:
        """Lines of a page; when not all fit, one is kept for saying so."""
        fits = max(room, 2)
        return fits if len(options.listed) <= fits else fits - 1


def _more(below: int) -> Line:
    words = f"{below} more below; the same key goes on" if below else "that is all; the same key closes"
    return (("  " + words, Role.MUTED),)
