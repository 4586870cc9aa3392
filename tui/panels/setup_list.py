"""The items of one room of the set-up, and the cursor among them."""

from dataclasses import dataclass

from textual.message import Message

from tui.render.cells import length
from tui.render.ink import BLANK, Line, Role
from tui.render.setup import EMPTY, item_row
from tui.render.setup_item import Item, Room
from tui.theme import Ground
from tui.widgets.painted import Painted

TITLE_CELLS = 34


class SetupList(Painted, can_focus=True):
    """All of a room is loaded: nobody has thousands of accounts. News keep the cursor on its item."""

    @dataclass
    class Moved(Message):
        """The cursor is on another item, or that item changed."""

        item: Item | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.room = Room.ACCOUNTS
        self.items: tuple[Item, ...] = ()
        self.loaded = False
        self._cursor = 0
        self._top = 0

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self._cursor] if self.items else None

    def open(self, room: Room) -> None:
        """Show another room, once its items are read."""
        self.room, self.items, self.loaded = room, (), False
        self._cursor = self._top = 0
        self.refresh()

    def put(self, items: tuple[Item, ...], key: str = "") -> None:
        """Take the items as they are now; ``key``: key or title of the one to stand on, "" = where the cursor was."""
        wanted = key or (self.current.key if self.current else "")
        self.items, self.loaded = items, True
        found = next((number for number, one in enumerate(items) if wanted in (one.key, one.title)), self._cursor)
        self._go(found)

    def move(self, steps: int) -> None:
        """Move the cursor."""
        self._go(self._cursor + steps)

    def page(self, direction: int) -> None:
        """Move a screenful less one row."""
        self.move(direction * max(self.size.height - 1, 1))

    def edge(self, direction: int) -> None:
        """Go to the top or the bottom."""
        self._go(0 if direction < 0 else len(self.items) - 1)

    def line(self, y: int) -> tuple[Line, Ground]:
        """Paint a row; the cursor's has a mark and its own ground."""
        index = self._top + y
        if index >= len(self.items):
            empty = self.loaded and not self.items and y == 1
            return ((("  " + EMPTY[self.room], Role.MUTED),) if empty else BLANK), Ground.PAGE
        cells = min(max((length(((one.title, Role.TEXT),)) for one in self.items), default=0), TITLE_CELLS)
        painted = item_row(self.items[index], cells, self.size.width - 2)
        if index != self._cursor:
            return (("  ", Role.TEXT), *painted), Ground.PAGE
        return (("▌ ", Role.ACCENT), *painted), Ground.CURSOR if self.has_focus else Ground.RESTING

    def _go(self, index: int) -> None:
        self._cursor = min(max(index, 0), max(len(self.items) - 1, 0))
        height = max(self.size.height, 1)
        self._top = min(max(self._top, self._cursor - height + 1), self._cursor)
        self.refresh()
        self.post_message(self.Moved(self.current))

    def on_resize(self) -> None:
        """Keep the cursor on the screen."""
        self._go(self._cursor)

    def on_focus(self) -> None:
        """Brighten the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Rest the cursor."""
        self.refresh()
