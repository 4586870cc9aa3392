"""The chatter thread of the record under the cursor, and what can lie over it for a moment (help, why, raw mail)."""

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.worker import Worker

from models.types.change import Change
from models.types.errors import NightdeskError
from models.types.message import AttachmentView, DeliveryView, MessageView, Thread
from models.types.record import QuarantineRow, View
from tui.bridge import Desk
from tui.panels.clock import Clock
from tui.panels.messages import Messages
from tui.render.cells import apart
from tui.render.ink import Role
from tui.render.thread import QUARANTINE_LINE, followers_line, thread_title
from tui.widgets.blocks import START
from tui.widgets.fault import fault_of
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
        self.messages = Messages(clock, self._walked, id="thread")
        self._head = Lines(id="thread-head")
        self._view = View.OPEN
        self._row_id: int | None = None
        self._limit = PAGE
        self._aside: Aside | None = None
        self.ready = asyncio.Event()  # the thread is that of the row; cleared while another one is read
        self.ready.set()
        self.current = asyncio.Event()  # nothing newer is being read
        self.current.set()

    def compose(self) -> ComposeResult:
        """Lay out the head and the messages."""
        yield self._head
        yield self.messages

    async def furnish(self) -> None:
        """Get what lies over the thread; nobody needs it before the first key."""
        from tui.panels.aside import Aside

        self._aside = Aside(self.messages, self._clock, id="aside")
        await self.mount(self._aside)

    @property
    def pager(self) -> "Messages | Aside":
        """The pager on the screen."""
        return self.aside if self.covered else self.messages

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
    def thread(self) -> Thread | None:
        """The thread in sight; while another one is read still the one before."""
        return self.messages.thread

    @property
    def message(self) -> MessageView | None:
        """The chosen message: what why, raw, quotes and resend speak of. None while another thread is read."""
        return self.messages.message if self.arrived else None

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
        self.messages.begin()
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

    def _read(self) -> None:
        if self._row_id is not None:
            self.current.clear()
            self._reading(self._row_id)

    @work(exclusive=True, group="thread", exit_on_error=False)
    async def _reading(self, row_id: int) -> None:
        view = self._view
        try:
            self._put(await self._desk.thread(view, row_id, limit=self._limit))
        except NightdeskError:
            if (view, row_id) == (self._view, self._row_id) and self.arrived is None:
                self._put(None)  # rather nothing than another record's messages
            self.current.set()
            raise

    def _put(self, thread: Thread | None) -> None:
        self.ready.set()
        self.current.set()
        self.messages.put(thread)
        if thread is not None and self._aside is not None:
            self._aside.look_again(thread)
        self.refresh_head()
        self.post_message(self.Shown())

    def refresh_head(self) -> None:
        """Paint title and followers."""
        if self.thread is None:
            self._head.show()
            return
        width = self._head.size.width - 2
        title = thread_title(self.thread.row, width)
        people = followers_line(self.thread.followers, width)
        if self.messages.unseen:
            people = apart(people, ((f"↓ {self.messages.unseen} new", Role.NEED),), width)
        space = (" ", Role.TEXT)
        second = QUARANTINE_LINE if isinstance(self.thread.row, QuarantineRow) else people
        self._head.show((space, *title), (space, *second))

    def on_resize(self) -> None:
        """Wrap to the new width."""
        self.call_after_refresh(self.repaint)

    def repaint(self) -> None:
        """Paint the same messages anew, from where opening stands."""
        if self.thread is None:
            return
        self.messages.repaint()
        self.messages.go_home()
        self.refresh_head()

    def tick(self) -> None:
        """Count held copies down."""
        if self.messages.holding:
            self.messages.repaint()

    def _walked(self, direction: int) -> None:
        """Nothing is new at the end; above the first message older ones are read."""
        if self.messages.unseen and self.messages.at_end:
            self.messages.unseen = 0
            self.refresh_head()
        if direction < 0 and self.messages.top == START and self.thread and self.thread.older:
            self._limit += PAGE
            self._read()

    # -- what lies over it

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
