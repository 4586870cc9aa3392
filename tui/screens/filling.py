"""A screen over the desk whose pane may hold a form: it opens, is kept or left, and closes, always in one way."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable

from textual import work

from tui.panels.form_pane import Fitted, FormPane
from tui.panels.help import help_lines
from tui.screens.over import OverScreen
from tui.widgets.cursor_list import CursorList
from tui.widgets.form import Form


class FillingScreen(OverScreen):
    """While a form or a text wants the room, the class ``-filling`` takes the list away."""

    list: CursorList
    pane: FormPane
    _form_name = ""

    # -- what a subclass says

    @abstractmethod
    def lay(self, title: str, lines: Fitted) -> None:
        """Lay something to be read over the details, until ``back``."""

    @abstractmethod
    def back(self) -> None:
        """Take away what lies over the details, then leave."""

    @abstractmethod
    def show_current(self) -> None:
        """Show what the cursor is on in the pane."""

    @abstractmethod
    def keep(self, form: Form) -> object:
        """Save what is typed; ``close_form`` when that was done."""

    def leave_form(self) -> None:
        """Leave the form; what was not saved was asked about."""
        self.close_form()

    def field_says(self, sentence: str) -> None:
        """Say what a field takes, or the question."""
        self.say(sentence)

    # -- what a screen over the desk says

    @property
    def keys_home(self) -> CursorList:
        """The list."""
        return self.list

    @property
    def form_there(self) -> Form | None:
        """The form of the pane."""
        return self.pane.form

    def help(self) -> None:
        """Show the keys."""
        self.lay("help", lambda width: help_lines(self.table, self.PLACE, width))

    # -- the form

    def fill(self, name: str, opened: Callable[[], Awaitable[None]]) -> None:
        """Open a form; the next key waits until it stands. ``name``: of what, so that it is known again."""
        self._settled.clear()
        self._form_name = name
        self._fill(name, opened)

    @work(exclusive=True, group="form", exit_on_error=False)
    async def _fill(self, name: str, opened: Callable[[], Awaitable[None]]) -> None:
        try:
            self.add_class("-filling")
            await opened()
            typed = await self._desk.take_form(name)
            if typed and self.pane.form is not None:
                await self.pane.form.give_back(typed)
        finally:
            self._settled.set()

    async def flush(self) -> None:
        """Keep what is typed into the form."""
        if self.pane.form is not None and (typed := self.pane.form.typed):
            await self._desk.keep_form(self._form_name, typed)

    def close_form(self) -> None:
        """Take the form away."""
        self._settled.clear()
        self._close_form()

    @work(exclusive=True, group="form", exit_on_error=False)
    async def _close_form(self) -> None:
        try:
            self.set_focus(self.keys_home)
            await self.pane.close()
            self.remove_class("-filling")
            self.show_current()
        finally:
            self._settled.set()

    def on_form_said(self, event: Form.Said) -> None:
        """Say it in the status line."""
        event.stop()
        self.field_says(event.sentence)

    def on_form_leave(self, event: Form.Leave) -> None:
        """Leave the form, and what its fields said."""
        event.stop()
        self.say("")
        self.leave_form()

    def on_form_save(self, event: Form.Save) -> None:
        """Keep what is typed."""
        event.stop()
        self.keep(event.form)
