"""What can lie over the thread for a moment: help, why, raw mail, or the details of one message.

It is mounted, and all it needs imported, behind the first frame.
"""

from collections.abc import Callable, Iterable
from functools import partial

from textual import events
from textual.message import Message

from models.types.message import MessageView, Thread
from tui.panels.clock import Clock
from tui.render.details import Detail, detail_lines, details_of
from tui.render.ink import Line, Role
from tui.render.raw import raw_lines
from tui.render.why import why_lines
from tui.widgets.blocks import Painter
from tui.widgets.pager import Pager


class Aside(Pager):
    """A pager; in details a file or a copy is chosen, and keys speak of that one."""

    class Turned(Message):
        """Something was laid over the thread, or taken away."""

    def __init__(self, below: Pager, clock: Clock, *, id: str | None = None) -> None:
        """``below``: what it takes the place and the keys of."""
        super().__init__(id=id)
        self.display = False
        self._below = below
        self._clock = clock
        self._again: Callable[[], None] | None = None  # puts there what lies there, as wide as it then is
        self._wide = 0
        self.message: MessageView | None = None  # whose details lie here
        self._details: tuple[Detail, ...] = ()
        self.marked = True

    # -- what lies there

    def open(self, *painters: Callable[[], list[Line]]) -> None:
        """Lay something to be read over the thread until ``close``."""
        self._lay(lambda: self._put(painters))

    def open_why(self, message: MessageView, reason: str) -> None:
        """Lay the rules that were tried over the thread. ``reason``: why a mail waits in quarantine."""
        self.open(lambda: why_lines(message, self._cells, reason=reason))

    def open_raw(self, text: str) -> None:
        """Lay the mail as it came over the thread."""
        self._lay(lambda: self._put(raw_lines(text, self._cells)))  # as wide as it then is

    def open_details(self, message: MessageView) -> None:
        """Lay a message's files and copies over the thread."""
        self._lay(lambda: self._put_details(message))

    def look_again(self, thread: Thread) -> None:
        """Show the details anew: a copy may have gone meanwhile."""
        shown = self.message if self.display else None
        for message in thread.messages if shown else ():
            if shown and message.id == shown.id:
                self._again = partial(self._put_details, message)
                self._again()

    def close(self) -> bool:
        """Take it away again; False when nothing lay there."""
        if not self.display:
            return False
        focused = self.has_focus
        self.display, self._below.display = False, True
        if focused:
            self.screen.set_focus(self._below)
        self.post_message(self.Turned())
        return True

    def _lay(self, put: Callable[[], None]) -> None:
        focused = self._below.has_focus
        self._again = put
        self._below.display, self.display = False, True
        self.call_after_refresh(put)
        if focused:
            self.screen.set_focus(self)
        self.post_message(self.Turned())

    def on_resize(self, event: events.Resize) -> None:
        """Break its lines anew; the page stays where it was."""
        if self.display and self._again is not None and self._wide not in (0, event.size.width):
            top = self.top
            self._again()
            self.go(top)
        self._wide = event.size.width

    def _put(self, painters: Iterable[Callable[[], list[Line]]]) -> None:
        self.message, self._details = None, ()
        laid: list[Painter] = [partial(_indented, painter) for painter in painters]
        self.show(laid)

    def _put_details(self, message: MessageView) -> None:
        """Show a message's files and copies; the same message again keeps what is chosen."""
        again = self.message is not None and self.message.id == message.id
        self.message, self._details = message, details_of(message)
        first = next((number for number, one in enumerate(self._details) if one is not None), None)
        chosen = self.chosen if again and self.chosen is not None and self.chosen < len(self._details) else first
        painters: list[Painter] = [partial(self._paint, message, one) for one in self._details]
        self.show(painters, top=self.top if again else (0, 0), chosen=chosen)

    def _paint(self, message: MessageView, detail: Detail) -> list[Line]:
        return _indented(lambda: detail_lines(message, detail, self._cells, self._clock()))

    @property
    def _cells(self) -> int:
        return max(self.size.width - 2, 20)

    # -- details

    @property
    def detail(self) -> Detail:
        """The chosen file or copy; None: nothing of the kind lies here."""
        if not self.display or self.chosen is None or self.chosen >= len(self._details):
            return None
        return self._details[self.chosen]

    def step(self, direction: int) -> None:
        """Choose the next or previous detail; what is only read scrolls by a line."""
        if self.chosen is None or not self._details:
            self.scroll_lines(direction)
            return
        wanted = self.chosen + direction
        if 0 <= wanted < len(self._details) and self._details[wanted] is not None:
            self.choose(wanted)
            self.bring_in(wanted)
        else:
            self.scroll_lines(direction)


def _indented(painter: Callable[[], list[Line]]) -> list[Line]:
    return [((" ", Role.TEXT), *line) for line in painter()]
