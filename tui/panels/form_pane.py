"""A pane with a title that shows something to be read, or a form in its place."""

from collections.abc import Callable, Mapping

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from tui.render import wash
from tui.render.ink import Line, Role
from tui.widgets.form import Form
from tui.widgets.pager import Pager
from tui.widgets.painted import Lines

Fitted = Callable[[int], list[Line]]  # lines for so many cells


class FormPane(Vertical):
    """A form stays until it is saved or left, whatever happens around it."""

    DEFAULT_CSS = """
    FormPane { height: 1fr; }
    FormPane .title { height: 1; background: $surface; }
    FormPane .details { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.form: Form | None = None
        self.details = Pager(classes="details")
        self._title = Lines(classes="title")

    def compose(self) -> ComposeResult:
        """Lay out title and details; the form is mounted when it is wanted."""
        yield self._title
        yield self.details

    async def close(self) -> None:
        """Take the form away."""
        if self.form is not None:
            form, self.form = self.form, None
            self.details.display = True
            await form.remove()

    async def _put(self, form: Form, values: Mapping[str, str], *, before: Widget | None = None) -> None:
        """Mount a form in the place of the details, filled, and give it the keys."""
        self.details.display = False
        await self.mount(form, before=before)
        form.fill(values)
        self.form = form
        form.begin()

    def _read(self, lines: Fitted) -> None:
        """Show something to be read; the width is what it may take."""
        self.details.show([lambda: padded(self.details, lines)])

    def _call(self, title: str, role: Role) -> None:
        """Say what is shown."""
        self._title.show(((f" {wash.line(title)}", role),))


def padded(pager: Pager, lines: Fitted) -> list[Line]:
    """Paint lines for a pager's width, a cell in from its edges."""
    return [((" ", Role.TEXT), *line) for line in lines(max(pager.size.width - 2, 20))]
