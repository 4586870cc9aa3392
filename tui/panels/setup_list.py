"""The items of one room of the set-up, and the cursor among them."""

from dataclasses import dataclass

from textual.message import Message

from tui.render.cells import length
from tui.render.ink import Line, Role
from tui.render.setup import EMPTY, item_row
from tui.render.setup_item import Item, Room
from tui.widgets.cursor_list import CursorList

TITLE_CELLS = 34


class SetupList(CursorList):
    """All of a room is loaded: nobody has thousands of accounts. News keep the cursor on its item."""

    @dataclass
    class Moved(Message):
        """The cursor is on another item, or that item changed."""

        item: Item | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.room = Room.ACCOUNTS
        self.items: tuple[Item, ...] = ()

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self._cursor] if self.items else None

    def open(self, room: Room) -> None:
        """Show another room, once its items are read."""
        self.room, self.items, self._loaded = room, (), False
        self._cursor = self._top = 0
        self.refresh()

    def put(self, items: tuple[Item, ...], key: str = "") -> None:
        """Take the items as they are now; ``key``: key or title of the one to stand on, "" = where the cursor was."""
        wanted = key or (self.current.key if self.current else "")
        self.items, self._loaded = items, True
        self.go(next((number for number, one in enumerate(items) if wanted in (one.key, one.title)), self._cursor))

    # -- what a list with a cursor asks

    @property
    def count(self) -> int:
        """How many items there are."""
        return len(self.items)

    @property
    def empty(self) -> str:
        """What to say when there are none."""
        return EMPTY[self.room]

    def row(self, index: int) -> Line:
        """Paint an item; titles get the room the longest of them needs."""
        cells = min(max((length(((one.title, Role.TEXT),)) for one in self.items), default=0), TITLE_CELLS)
        return item_row(self.items[index], cells, self.size.width - 2)

    def tell(self) -> None:
        """Announce the item under the cursor."""
        self.post_message(self.Moved(self.current))
