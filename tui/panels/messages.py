"""The messages of one thread in a pager: the newest in view at first, one of them chosen, news keep the reader's place.

It reads nothing; ``ThreadPanel`` gives it the thread as it is.
"""

from collections.abc import Callable
from functools import partial

from models.types.delivery import DeliveryState
from models.types.message import MessageKind, MessageView, Thread
from models.types.record import ListRow
from tui.panels.clock import Clock
from tui.render.ink import Line, Role
from tui.render.thread import lines_at
from tui.widgets.blocks import START, Painter, Position
from tui.widgets.pager import Pager


class Messages(Pager):
    """Each message is a block that is painted when it comes into view."""

    def __init__(self, clock: Clock, walked: Callable[[int], None], *, id: str | None = None) -> None:
        """``walked`` is called with the direction after the agent moved in it."""
        super().__init__(id=id)
        self._clock = clock
        self._walked = walked
        self._unfolded: set[int] = set()
        self.thread: Thread | None = None
        self.unseen = 0  # messages that came while the agent read further up

    @property
    def message(self) -> MessageView | None:
        """The chosen one."""
        if self.thread is None or self.chosen is None or not 0 <= self.chosen < len(self.thread.messages):
            return None
        return self.thread.messages[self.chosen]

    @property
    def holding(self) -> bool:
        """A copy of a message is held and counts down."""
        messages = self.thread.messages if self.thread else ()
        return any(one.state is DeliveryState.HELD for message in messages for one in message.deliveries)

    # -- what is shown

    def begin(self) -> None:
        """Make ready for another thread; this one stays in sight until it is there."""
        self._unfolded.clear()
        self.unseen = 0

    def put(self, thread: Thread | None) -> None:
        """Take a thread as it is now; the reader's place in it is kept, unless it stood at the newest."""
        before, self.thread = self.thread, thread
        painters = self._painters()
        if before is not None and thread is not None and _same(before.row, thread.row):
            self._keep_place(before, thread, painters)
        else:
            self.show(painters, chosen=self._newest())
            self.go(self._home())

    def repaint(self) -> None:
        """Paint the same messages anew, each where it is."""
        self.show(self._painters(), top=self.top, chosen=self.chosen)

    def go_home(self) -> None:
        """Stand where opening stands."""
        self.go(self._home())

    def _keep_place(self, before: Thread, after: Thread, painters: list[Painter]) -> None:
        index = {message.id: number for number, message in enumerate(after.messages)}
        old_block, line = self.top
        chosen = None if self.chosen is None else index.get(before.messages[self.chosen].id)
        block = index.get(before.messages[old_block].id, 0) if old_block < len(before.messages) else 0
        newest = self.chosen == _newest_of(before)
        at_home = self.top == self._home_of(before) or self.at_end
        added = len([one for one in after.messages if one.id > max((old.id for old in before.messages), default=0)])
        if at_home and newest:
            self.show(painters, chosen=self._newest())
            self.go(self._home())
            self.unseen = 0
        else:
            self.show(painters, top=(block, line), chosen=chosen)
            self.unseen += added

    def _painters(self) -> list[Painter]:
        thread = self.thread
        return [] if thread is None else [partial(self._paint, thread, index) for index in range(len(thread.messages))]

    def _paint(self, thread: Thread, index: int) -> list[Line]:
        width = max(self.size.width - 2, 20)
        unfolded = thread.messages[index].id in self._unfolded
        lines = lines_at(thread, index, width=width, now=self._clock(), unfolded=unfolded)
        return [((" ", Role.TEXT), *line) for line in lines]

    # -- places

    def _newest(self) -> int | None:
        return None if self.thread is None else _newest_of(self.thread)

    def _home(self) -> Position:
        return START if self.thread is None else self._home_of(self.thread)

    def _home_of(self, thread: Thread) -> Position:
        """Where opening stands: the last page, or the newest message's first line when it is longer than a page."""
        newest = _newest_of(thread)
        last = self.blocks.last_page(max(self.size.height, 1))
        return last if newest is None else min(last, (newest, 0))

    # -- keys

    def page(self, direction: int) -> bool:
        """Scroll a page; False at the end in that direction."""
        moved = super().page(direction)
        self._walked(direction)
        return moved

    def step(self, direction: int) -> None:
        """Choose the next or previous message; a long one is scrolled through first."""
        chosen = self.chosen
        if self.thread is None or chosen is None:
            return
        half = max(self.size.height // 2, 1)
        if direction > 0 and self.bottom < (chosen, len(self.blocks.lines(chosen)) - 1):
            self.scroll_lines(half)
        elif direction < 0 and self.top > (chosen, 0):
            self.go(max(self.blocks.back(self.top, half), (chosen, 0)))
        elif 0 <= chosen + direction < len(self.thread.messages):
            self.choose(chosen + direction)
            self.bring_in(chosen + direction)
        self._walked(direction)

    def edge(self, direction: int) -> None:
        """Go to the first or the newest message."""
        super().edge(direction)
        if self.thread and self.thread.messages:
            self.choose(0 if direction < 0 else self._newest())
            self._walked(direction)

    def fold_quotes(self) -> str:
        """Unfold or fold the chosen message's quotes; a sentence when it has none."""
        message = self.message
        if message is None or not message.new_text or message.new_text == message.text:
            return "This message quotes nothing."
        self._unfolded ^= {message.id}
        self.repaint()
        if self.chosen is not None:
            self.bring_in(self.chosen)
        return ""


def _newest_of(thread: Thread) -> int | None:
    """The newest message somebody wrote; logs do not count unless there is nothing else."""
    written = [i for i, message in enumerate(thread.messages) if message.kind is not MessageKind.LOG]
    return written[-1] if written else (len(thread.messages) - 1 if thread.messages else None)


def _same(one: ListRow, other: ListRow) -> bool:
    """Tell whether two rows are the same record, or the same mail."""
    return type(one) is type(other) and one.id == other.id
