"""The head of the list: views with counts, arrivals out of sight, the search."""

from textual import work
from textual.worker import Worker

from models.types.record import Counts, View
from tui.bridge import Desk
from tui.render.cells import apart
from tui.render.status import list_note, tabs
from tui.widgets.fault import fault_of
from tui.widgets.painted import Lines


class ListHead(Lines):
    """Counts are read apart from the rows, so that rows never wait for them."""

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._counts: Counts | None = None
        self._found: int | None = None
        self._view = View.OPEN
        self._search = ""
        self._new_above = 0

    def turn(self, view: View, search: str) -> None:
        """Show another view or search; its counts follow."""
        self._view, self._search, self._new_above = view, search, 0
        self._found = None
        self._repaint()
        self.read_counts()

    def arrived(self, new_above: int) -> None:
        """Say how many arrived above the visible rows."""
        if new_above != self._new_above:
            self._new_above = new_above
            self._repaint()

    @work(exclusive=True, group="counts", exit_on_error=False)
    async def read_counts(self) -> None:
        """Count again."""
        self._counts, self._found = await self._desk.counts(self._view, search=self._search)
        self._repaint()

    def _repaint(self) -> None:
        width = self.size.width
        if not width:
            return
        note = list_note(self._new_above, self._search, self._found, width)
        self.show(apart(tabs(self._counts, self._view, width), note, width))

    def on_resize(self) -> None:
        """Fill the new width."""
        self._repaint()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a failed read."""
        fault = fault_of(event)
        if fault is not None:
            self.post_message(fault)
