"""The record list: a line-rendered view of a keyset window; its cost does not depend on how many records there are."""

import asyncio
from dataclasses import dataclass

from textual import events, work
from textual.message import Message
from textual.worker import Worker

from models.types.change import Change
from models.types.record import ListRow, Need, QuarantineRow, RecordRow, View
from tui.bridge import Desk
from tui.panels.clock import Clock
from tui.panels.record_window import MARGIN, PAGE, RecordWindow
from tui.render.ink import BLANK, Line, Role
from tui.render.row import list_row
from tui.theme import Ground
from tui.widgets.fault import fault_of
from tui.widgets.painted import Painted

RELOAD_PAUSE = 0.15  # seconds between re-reads while changes pour in


class RecordList(Painted, can_focus=True):
    """Reads, shows and moves; what a key does to a record is decided elsewhere."""

    WHEEL_ROWS = 3

    @dataclass
    class Moved(Message):
        """The cursor is on another record, or on none."""

        row_id: int | None

    class Loaded(Message):
        """The rows were read again; the head may need new counts."""

    class Arrived(Message):
        """Another number of arrivals stands above the visible rows."""

    def __init__(self, desk: Desk, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._clock = clock
        self.view = View.OPEN
        self.search = ""
        self.window = RecordWindow()
        self.loaded = False
        self._owed = 0  # steps down or up that wait for a page
        self._extending = False
        self.ready = asyncio.Event()  # the rows are those of the view; cleared while another one is read
        self._reloading = False
        self._again = False
        self._leaving: set[int] = set()  # rows a verb takes off the list, until its commit is known
        self._told: int | None = None
        self._told_new = 0

    # -- what it shows

    @property
    def current(self) -> ListRow | None:
        """The row under the cursor."""
        return self.window.current

    def line(self, y: int) -> tuple[Line, Ground]:
        """Paint a row; the cursor's has a mark and its own ground."""
        index = self.window.top + y
        if index >= len(self.window.rows):
            return (self._empty() if y == 1 and self.loaded and not self.window.rows else BLANK), Ground.PAGE
        painted = list_row(self.window.rows[index], self.size.width - 2, self._clock())
        if index != self.window.cursor:
            return (("  ", Role.TEXT), *painted), Ground.PAGE
        return (("▌ ", Role.ACCENT), *painted), Ground.CURSOR if self.has_focus else Ground.RESTING

    def _empty(self) -> Line:
        if self.search:
            return (("  Nothing matches. ", Role.MUTED), ("Esc", Role.KEY), (" clears the search.", Role.MUTED))
        words = {
            View.OPEN: "Nobody waits. New mail shows up here by itself.",
            View.NEEDS_US: "Nothing needs us.",
            View.MINE: "Nothing is yours. a takes a record.",
            View.DONE: "Nothing is done yet.",
            View.QUARANTINE: "Every mail found its record.",
        }
        return (("  " + words[self.view], Role.MUTED),)

    # -- moving

    def move(self, steps: int) -> None:
        """Move the cursor; a step beyond what is loaded is made when the rows are there."""
        target = self.window.cursor + steps
        last = len(self.window.rows) - 1
        if target > last and not self.window.at_end:
            self._owed = target - last
        elif target < 0 and not self.window.at_start:
            self._owed = target
        self.put(target)

    def page(self, direction: int) -> None:
        """Move a screenful less one row."""
        self.move(direction * max(self.size.height - 1, 1))

    def put(self, index: int) -> None:
        """Put the cursor on an index of the window."""
        before, top, rows = self.window.cursor, self.window.top, self.window.rows
        self.window.put(index)
        self._repaint(before, top, rows is not self.window.rows)
        self._prefetch()

    def next_need(self, direction: int) -> bool:
        """Move to the next record that needs us; False when there is none among the loaded ones."""
        index = self.window.cursor + direction
        while 0 <= index < len(self.window.rows):
            row = self.window.rows[index]
            if isinstance(row, QuarantineRow) or row.need is Need.NEEDS_US:
                self.put(index)
                return True
            index += direction
        return False

    def drop_current(self) -> None:
        """Take the cursor's record off the list at once; ``release`` it when the desk has answered."""
        gone = self.window.drop_current()
        if gone is not None:
            self._leaving.add(gone.id)
        self._repaint_all()
        self._prefetch()

    def release(self, row_id: int) -> None:
        """Believe the desk again about a dropped record."""
        self._leaving.discard(row_id)
        self.look_again(Change(all=True))

    def _repaint(self, cursor: int, top: int, reordered: bool) -> None:
        if top != self.window.top or reordered:
            self._repaint_all()
            return
        if cursor != self.window.cursor:
            self.refresh_rows(cursor - top, self.window.cursor - top)
            self._tell()

    def _repaint_all(self) -> None:
        self.refresh()
        self._tell()

    def _tell(self) -> None:
        row_id = self.current.id if self.current else None
        if row_id != self._told:
            self._told = row_id
            self.post_message(self.Moved(row_id))
        if self.window.new_above != self._told_new:
            self._told_new = self.window.new_above
            self.post_message(self.Arrived())

    # -- reading

    def open_view(self, view: View, search: str = "") -> None:
        """Show another view or search, from its top."""
        self.view, self.search = view, search
        self._owed = 0
        self.ready.clear()
        self._open()

    @work(exclusive=True, group="list", exit_on_error=False)
    async def _open(self, to_end: bool = False) -> None:
        """Read the first or the last page."""
        if to_end:
            rows = await self._desk.bottom(self.view, search=self.search, limit=PAGE)
        else:
            rows = await self._desk.window(self.view, search=self.search, limit=PAGE)
        short = len(rows) < PAGE
        self.window.load(rows, at_start=short or not to_end, at_end=short or to_end, to_end=to_end)
        self.loaded = True
        self._extending = False
        self._told = None
        self._repaint_all()
        self.ready.set()
        self.post_message(self.Loaded())

    def first(self) -> None:
        """Go to the top of the list."""
        if self.window.at_start:
            self.put(0)
        else:
            self.ready.clear()
            self._open()

    def last(self) -> None:
        """Go to the bottom of the list."""
        if self.window.at_end:
            self.put(len(self.window.rows) - 1)
        else:
            self.ready.clear()
            self._open(to_end=True)

    def look_again(self, change: Change) -> None:
        """Read the loaded stretch again if the change can touch it; coalesces while one is under way."""
        if not self.loaded:
            if change.all and self.ready.is_set():
                self.open_view(self.view, self.search)
            return
        if self.view is View.QUARANTINE and not (change.quarantine or change.all):
            return
        if self.window.edge is not None and change.record_ids:
            self._count_ahead(tuple(change.record_ids))
        self._again = True
        if not self._reloading:
            self._reload()

    @work(group="reload", exit_on_error=False)
    async def _reload(self) -> None:
        """Read again until no change came in between."""
        self._reloading = True
        try:
            while self._again:
                self._again = False
                await self._read_again()
                await asyncio.sleep(RELOAD_PAUSE)
        finally:
            self._reloading = False

    async def _read_again(self) -> None:
        view, search, window = self.view, self.search, self.window
        window.forget_above(max(window.top - MARGIN, 0))
        limit = max(window.height + 2 * MARGIN, PAGE)
        edge = window.edge
        rows = await self._desk.window(view, search=search, after=edge, limit=limit)
        at_end = len(rows) < limit
        kept = self.current
        again = next((row for row in rows if kept and row.id == kept.id), None)
        if again is None and kept is not None:
            again = next(iter(await self._desk.rows(view, (kept.id,))), None)
        if (view, search, edge, kept) != (self.view, self.search, window.edge, self.current):
            self._again = True  # the agent moved meanwhile: this answer is about another stretch
            return
        window.merge([row for row in rows if row.id not in self._leaving], again, at_end=at_end)
        self._repaint_all()
        self.post_message(self.Loaded())

    @work(group="ahead", exit_on_error=False)
    async def _count_ahead(self, ids: tuple[int, ...]) -> None:
        """Note which changed records now stand above the loaded stretch."""
        first = self.window.first_place
        if first is None:
            return
        for row in await self._desk.rows(self.view, ids):
            if row.place < first and _selects(self.view, row, self._desk.agent.login):
                self.window.ahead.add(row.id)
        self._tell()

    def _prefetch(self) -> None:
        """Read the next page well before the cursor gets there."""
        window = self.window
        if self._extending or not window.rows:
            return
        if not window.at_end and len(window.rows) - window.top - window.height < MARGIN:
            self._extending = True
            self._extend_below()
        elif not window.at_start and window.top < MARGIN:
            self._extending = True
            self._extend_above()

    @work(exclusive=True, group="list", exit_on_error=False)
    async def _extend_below(self) -> None:
        window, last = self.window, self.window.rows[-1]
        after = window.pin if window.cursor == len(window.rows) - 1 and window.pin else last.place
        rows = await self._desk.window(self.view, search=self.search, after=after, limit=PAGE)
        window.extend_below(rows, at_end=len(rows) < PAGE)
        self._settle()

    @work(exclusive=True, group="list", exit_on_error=False)
    async def _extend_above(self) -> None:
        rows = await self._desk.window(self.view, search=self.search, before=self.window.first_place, limit=PAGE)
        self.window.extend_above(rows, at_start=len(rows) < PAGE)
        self._settle()

    def _settle(self) -> None:
        """Make the steps that were owed."""
        self._extending = False
        owed, self._owed = self._owed, 0
        if owed:
            self.move(owed)
        else:
            self._repaint_all()
            self._prefetch()

    async def reveal(self, row_id: int) -> bool:
        """Put the cursor on a record wherever it is; False when there is no such record."""
        index = self.window.find(row_id)
        if index is not None:
            self.put(index)
            return True
        for row in await self._desk.rows(self.view, (row_id,)):
            self.window.reveal(row)
            self._repaint_all()
            return True
        return False

    # -- events

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor on the screen."""
        self.window.resize(event.size.height)
        self._prefetch()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a failed read."""
        fault = fault_of(event)
        if fault is not None:
            self._extending = False
            self.ready.set()
            self.post_message(fault)

    def on_focus(self) -> None:
        """Brighten the cursor."""
        self.refresh_rows(self.window.cursor - self.window.top)

    def on_blur(self) -> None:
        """Rest the cursor."""
        self.refresh_rows(self.window.cursor - self.window.top)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move by the wheel."""
        event.stop()
        self.move(self.WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move by the wheel."""
        event.stop()
        self.move(-self.WHEEL_ROWS)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked row."""
        index = self.window.top + event.y
        if index < len(self.window.rows):
            self.put(index)


def _selects(view: View, row: ListRow, login: str) -> bool:
    """Judge whether a view selects a row; only for counting what arrived above."""
    if not isinstance(row, RecordRow):
        return view is View.QUARANTINE
    return {
        View.OPEN: row.need is not Need.DONE,
        View.NEEDS_US: row.need is Need.NEEDS_US,
        View.MINE: row.assignee == login and row.need is not Need.DONE,
        View.DONE: row.need is Need.DONE,
        View.QUARANTINE: False,
    }[view]
