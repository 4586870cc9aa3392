"""The chatter thread of the record under the cursor, and what can lie over it for a moment (help, why, raw mail)."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.worker import Worker

from models.types.change import Change
from models.types.delivery import DeliveryState
from models.types.errors import NightdeskError
from models.types.message import AttachmentView, DeliveryView, MessageKind, MessageView, Thread
from models.types.record import ListRow, QuarantineRow, View
from tui.bridge import Desk
from tui.panels.clock import Clock
from tui.render.cells import apart
from tui.render.ink import Line, Role
from tui.render.thread import QUARANTINE_LINE, followers_line, lines_at, thread_title
from tui.widgets.blocks import START, Painter, Position
from tui.widgets.fault import fault_of
from tui.widgets.pager import Pager
from tui.widgets.painted import Lines

if TYPE_CHECKING:
    from tui.panels.aside import Aside

PAGE = 50  # messages a read brings; more when the agent walks above them


class ThreadPanel(Vertical):
    """Reads one thread and pages through it; opening stands at the newest message."""

    class Shown(Message):
        """Another thread, or the same one changed, is on the screen."""

    def __init__(self, desk: Desk, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._clock = clock
        self._view = View.OPEN
        self._row_id: int | None = None
        self._limit = PAGE
        self._aside: Aside | None = None
        self._unfolded: set[int] = set()
        self._unseen = 0  # messages that came while the agent read further up
        self.thread: Thread | None = None
        self.ready = asyncio.Event()  # the thread is that of the row; cleared while another one is read
        self.ready.set()

    def compose(self) -> ComposeResult:
        """Lay out the head and the messages."""
        yield Lines(id="thread-head")
        yield Pager(id="thread")

    async def furnish(self) -> None:
        """Get what lies over the thread; nobody needs it before the first key."""
        from tui.panels.aside import Aside

        self._aside = Aside(self.messages, self._clock, id="aside")
        await self.mount(self._aside)

    @property
    def pager(self) -> Pager:
        """The pager on the screen."""
        return self.aside if self.covered else self.messages

    @property
    def messages(self) -> Pager:
        """The thread's own pager."""
        return self.query_one("#thread", Pager)

    @property
    def aside(self) -> "Aside":
        """What can lie over it, once furnished."""
        assert self._aside is not None
        return self._aside

    @property
    def covered(self) -> bool:
        """Something lies over it."""
        return self._aside is not None and self._aside.display

    @property
    def row_id(self) -> int | None:
        """The record or mail shown or being read."""
        return self._row_id

    @property
    def message(self) -> MessageView | None:
        """The chosen message: what why, raw, quotes and resend speak of. None while another thread is read."""
        thread, index = self.arrived, self.messages.chosen
        if thread is None or index is None or not 0 <= index < len(thread.messages):
            return None
        return thread.messages[index]

    @property
    def arrived(self) -> Thread | None:
        """The thread of the row, once it is read; what is still painted meanwhile is another one's."""
        return self.thread if self.ready.is_set() else None

    # -- reading

    def open_row(self, view: View, row_id: int | None) -> None:
        """Show another thread; None empties the pane."""
        self.uncover()
        if (view, row_id) == (self._view, self._row_id):
            return
        self._view, self._row_id, self._limit = view, row_id, PAGE
        self.ready.clear()
        self._unfolded.clear()
        self._unseen = 0
        if row_id is None:
            self._put(None)
        else:
            self._read()

    def look_again(self, change: Change) -> None:
        """Read again if the change can touch this thread."""
        if self._row_id is None:
            return
        mail = self._view is View.QUARANTINE
        if change.all or (change.quarantine if mail else self._row_id in change.record_ids):
            self._read()

    @work(exclusive=True, group="thread", exit_on_error=False)
    async def _read(self) -> None:
        if self._row_id is None:
            return
        view, row_id = self._view, self._row_id
        try:
            self._put(await self._desk.thread(view, row_id, limit=self._limit))
        except NightdeskError:
            if (view, row_id) == (self._view, self._row_id) and self.arrived is None:
                self._put(None)  # rather nothing than another record's messages
            raise

    def _put(self, thread: Thread | None) -> None:
        """Take a thread as it is now; the reader's place in it is kept, unless it stood at the newest."""
        before, pager = self.thread, self.messages
        self.thread = thread
        self.ready.set()
        painters = self._painters()
        same = before is not None and thread is not None and _same(before.row, thread.row)
        if not same or before is None or thread is None:
            pager.show(painters, chosen=self._newest())
            pager.go(self._home())
        else:
            self._keep_place(before, thread, painters)
        if thread is not None and self._aside is not None:
            self._aside.look_again(thread)
        self.refresh_head()
        self.post_message(self.Shown())

    def _keep_place(self, before: Thread, after: Thread, painters: list[Painter]) -> None:
        pager = self.messages
        index = {message.id: number for number, message in enumerate(after.messages)}
        old_block, line = pager.top
        chosen = None if pager.chosen is None else index.get(before.messages[pager.chosen].id)
        block = index.get(before.messages[old_block].id, 0) if old_block < len(before.messages) else 0
        newest = pager.chosen == self._newest_of(before)
        at_home = pager.top == self._home_of(before) or pager.at_end
        added = len([one for one in after.messages if one.id > max((old.id for old in before.messages), default=0)])
        if at_home and newest:
            pager.show(painters, chosen=self._newest())
            pager.go(self._home())
            self._unseen = 0
        else:
            pager.show(painters, top=(block, line), chosen=chosen)
            self._unseen += added

    def _painters(self) -> list[Painter]:
        """One painter a message; each runs when its message comes into view."""
        thread = self.thread
        return [] if thread is None else [partial(self._paint, thread, index) for index in range(len(thread.messages))]

    def _paint(self, thread: Thread, index: int) -> list[Line]:
        width = max(self.messages.size.width - 2, 20)
        unfolded = thread.messages[index].id in self._unfolded
        lines = lines_at(thread, index, width=width, now=self._clock(), unfolded=unfolded)
        return [((" ", Role.TEXT), *line) for line in lines]

    def refresh_head(self) -> None:
        """Paint title and followers."""
        head = self.query_one("#thread-head", Lines)
        if self.thread is None:
            head.show()
            return
        width = head.size.width - 2
        title = thread_title(self.thread.row, width)
        people = followers_line(self.thread.followers, width)
        if self._unseen:
            people = apart(people, ((f"↓ {self._unseen} new", Role.NEED),), width)
        space = (" ", Role.TEXT)
        second = QUARANTINE_LINE if isinstance(self.thread.row, QuarantineRow) else people
        head.show((space, *title), (space, *second))

    def on_resize(self) -> None:
        """Wrap to the new width."""
        self.call_after_refresh(self.repaint)

    def repaint(self) -> None:
        """Paint the same messages anew, from where opening stands."""
        if self.thread is None:
            return
        self._repaint_in_place()
        self.messages.go(self._home())
        self.refresh_head()

    @property
    def holding(self) -> bool:
        """A copy of a shown message is held and counts down."""
        messages = self.thread.messages if self.thread else ()
        return any(one.state is DeliveryState.HELD for message in messages for one in message.deliveries)

    def tick(self) -> None:
        """Count held copies down."""
        if self.thread is not None and self.holding:
            self._repaint_in_place()

    def _repaint_in_place(self) -> None:
        pager = self.messages
        pager.show(self._painters(), top=pager.top, chosen=pager.chosen)

    # -- places

    def _newest(self) -> int | None:
        return None if self.thread is None else self._newest_of(self.thread)

    @staticmethod
    def _newest_of(thread: Thread) -> int | None:
        """The newest message somebody wrote; logs do not count unless there is nothing else."""
        written = [i for i, message in enumerate(thread.messages) if message.kind is not MessageKind.LOG]
        return written[-1] if written else (len(thread.messages) - 1 if thread.messages else None)

    def _home(self) -> Position:
        return START if self.thread is None else self._home_of(self.thread)

    def _home_of(self, thread: Thread) -> Position:
        """Where opening stands: the last page, or the newest message's first line when it is longer than a page."""
        newest = self._newest_of(thread)
        height = max(self.messages.size.height, 1)
        last = self.messages.blocks.last_page(height)
        return last if newest is None else min(last, (newest, 0))

    # -- keys

    def page(self, direction: int) -> bool:
        """Scroll a page; False at the end in that direction."""
        moved = self.pager.page(direction)
        if self.pager is self.messages:
            self._after_scroll(moved, direction)
        return moved

    def step(self, direction: int) -> None:
        """Choose the next or previous message; a long one is scrolled through first."""
        if self.pager is self.aside:
            self.aside.step(direction)
            return
        pager = self.messages
        chosen = pager.chosen
        if self.thread is None or chosen is None:
            return
        half = max(pager.size.height // 2, 1)
        if direction > 0 and pager.bottom < (chosen, len(pager.blocks.lines(chosen)) - 1):
            pager.scroll_lines(half)
        elif direction < 0 and pager.top > (chosen, 0):
            pager.go(max(pager.blocks.back(pager.top, half), (chosen, 0)))
        elif 0 <= chosen + direction < len(self.thread.messages):
            pager.choose(chosen + direction)
            pager.bring_in(chosen + direction)
        self._after_scroll(True, direction)

    def edge(self, direction: int) -> None:
        """Go to the first or the newest message."""
        pager = self.pager
        pager.go(START if direction < 0 else pager.blocks.last_page(max(pager.size.height, 1)))
        if pager is self.messages and self.thread and self.thread.messages:
            pager.choose(0 if direction < 0 else self._newest())
            self._after_scroll(True, direction)

    def _after_scroll(self, moved: bool, direction: int) -> None:
        if self._unseen and self.messages.at_end:
            self._unseen = 0
            self.refresh_head()
        if direction < 0 and self.messages.top == START and self.thread and self.thread.older:
            self._limit += PAGE
            self._read()

    def fold_quotes(self) -> str:
        """Unfold or fold the chosen message's quotes; a sentence when it has none."""
        message = self.message
        if message is None or not message.new_text or message.new_text == message.text:
            return "This message quotes nothing."
        self._unfolded ^= {message.id}
        self._repaint_in_place()
        if self.messages.chosen is not None:
            self.messages.bring_in(self.messages.chosen)
        return ""

    def show_why(self) -> str:
        """Lay the rules that were tried over the thread."""
        message = self.message
        if message is None:
            return "There is no message." if self.ready.is_set() else "It is still being read; ask again."
        row = self.thread.row if self.thread else None
        reason = row.reason if isinstance(row, QuarantineRow) else ""
        self.aside.open_why(message, reason)
        return ""

    def show_details(self) -> None:
        """Lay the chosen message's files and copies over the thread."""
        message = self.message
        if message is not None:
            self.aside.open_details(message)

    @work(exclusive=True, group="raw", exit_on_error=False)
    async def show_raw(self) -> None:
        """Lay the mail as it came over the thread."""
        message = self.message
        if message is None:
            return
        self.aside.open_raw(await self._desk.raw(message))

    def uncover(self) -> bool:
        """Take away what lies over it; False when nothing does."""
        return self.covered and self.aside.close()

    def to_resend(self) -> DeliveryView | None:
        """The copy to send again: the one chosen in the details, else the first that needs it.

        Of the chosen message; when that has none, as a delivery report has, of the newest one that has.
        """
        from tui.render.details import undelivered  # not before the first key

        detail = self.aside.detail
        if isinstance(detail, DeliveryView):
            return detail if self.message and detail in undelivered(self.message) else None
        chosen = (self.message,) if self.message else ()
        others = reversed(self.arrived.messages) if self.arrived else ()
        waiting = (copy for message in (*chosen, *others) for copy in undelivered(message))
        return next(waiting, None)

    def to_save(self) -> int | None:
        """The index of the file to save: the one chosen in the details, or the only one. None: one must be chosen."""
        message, detail = self.message, self.aside.detail
        if message is None:
            return None
        if isinstance(detail, AttachmentView):
            return message.attachments.index(detail)
        return 0 if len(message.attachments) == 1 else None

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a failed read."""
        fault = fault_of(event)
        if fault is not None:
            self.post_message(fault)


def _same(one: ListRow, other: ListRow) -> bool:
    """Tell whether two rows are the same record, or the same mail."""
    return type(one) is type(other) and one.id == other.id
