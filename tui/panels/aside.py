"""What can lie over the thread for a moment: help, why, raw mail, or the details of one message."""

from collections.abc import Callable, Iterable
from functools import partial

from models.types.message import MessageView
from tui.panels.clock import Clock
from tui.render.details import Detail, detail_lines, details_of
from tui.render.ink import Line, Role
from tui.widgets.blocks import Painter
from tui.widgets.pager import Pager


class Aside(Pager):
    """A pager; in details a file or a copy is chosen, and keys speak of that one."""

    def __init__(self, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock
        self.message: MessageView | None = None  # whose details lie here
        self._details: tuple[Detail, ...] = ()
        self.marked = True

    def lay(self, painters: Iterable[Callable[[], list[Line]]]) -> None:
        """Show something to be read."""
        self.message, self._details = None, ()
        laid: list[Painter] = [partial(_indented, painter) for painter in painters]
        self.show(laid)

    def lay_details(self, message: MessageView) -> None:
        """Show a message's files and copies; the same message again keeps what is chosen."""
        again = self.message is not None and self.message.id == message.id
        self.message, self._details = message, details_of(message)
        first = next((number for number, one in enumerate(self._details) if one is not None), None)
        chosen = self.chosen if again and self.chosen is not None and self.chosen < len(self._details) else first
        painters: list[Painter] = [partial(self._paint, message, one) for one in self._details]
        self.show(painters, top=self.top if again else (0, 0), chosen=chosen)

    def _paint(self, message: MessageView, detail: Detail) -> list[Line]:
        width = max(self.size.width - 2, 20)
        return _indented(lambda: detail_lines(message, detail, width, self._clock()))

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
