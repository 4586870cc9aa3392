"""A screen that lies over the desk: a list, a pane that may hold a form, a command line; the desk goes on behind it."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import ClassVar

from textual import events
from textual.widget import Widget
from textual.worker import Worker

from models.types.record import View
from tui.bridge import Desk
from tui.keys import Command, Context, Situation
from tui.panels.clock import Clock
from tui.panels.command_line import CommandLine
from tui.panels.hints import hints
from tui.panels.status import StatusLine
from tui.render.ink import Line
from tui.screens.keyed import KeyedScreen
from tui.screens.trouble import sentence_of
from tui.widgets.fault import Fault, fault_of
from tui.widgets.form import Form
from tui.widgets.painted import Lines

PATIENCE_SECONDS = 2.0  # the longest a slow database keeps the next key waiting


class OverScreen(KeyedScreen):
    """What every such screen does with its keys; its list, its forms and its deeds are the subclass's."""

    PLACE: ClassVar[Context]

    def __init__(self, desk: Desk, clock: Clock, table: Sequence[Command]) -> None:
        super().__init__(table)
        self._desk = desk
        self._login = desk.agent.login
        self._settled = asyncio.Event()  # what is shown is read, the form is there
        self._doing: Awaitable[None] | None = None
        self.status = StatusLine(desk, clock, id="status")
        self.hints = Lines(id="hints")
        self.command_line = CommandLine(id="command-line")

    # -- what a subclass says

    @property
    @abstractmethod
    def keys_home(self) -> Widget:
        """The list: where the keys go when nothing is typed."""

    @property
    @abstractmethod
    def form_there(self) -> Form | None:
        """The form that is being filled in."""

    @property
    @abstractmethod
    def shown_room(self) -> str:
        """What the cursor's item is, in the words of the command table; "" without an item."""

    @abstractmethod
    def deed(self, command: Command, argument: str) -> Awaitable[None] | None:
        """Do what a command says; what the next key has to wait for, if anything."""

    @abstractmethod
    def read_again(self) -> None:
        """Read what is shown as it is now."""

    # -- what a keyed screen says

    @property
    def context(self) -> Context | None:
        """The place that has the keys; None while a command is typed."""
        focused = self.focused
        if focused is None or focused is self.keys_home:
            return self.PLACE
        form = self.form_there
        return Context.FORM if form is not None and form in focused.ancestors else None

    @property
    def asking(self) -> bool:
        """The command line is open."""
        return self.command_line.display

    def situation(self, context: Context | None = None) -> Situation:
        """What decides whether a command applies."""
        place = context or self.context or self.PLACE
        return Situation(context=place, view=View.OPEN, row=None, login=self._login, room=self.shown_room)

    def do(self, command: Command, argument: str) -> None:
        """Do what a command says."""
        self._doing = self.deed(command, argument)

    def ask(self, command: Command) -> None:
        """Ask for a command's argument."""
        self.prompt(f"{command.name} ")

    def prompt(self, text: str = "") -> None:
        """Ask for a command."""
        self.hints.display = False
        self._prompt.open(self.command_line, self.context or self.PLACE, ":", text)

    def on_command_line_changed(self, event: CommandLine.Changed) -> None:
        """Follow what is typed."""
        self._prompt.changed(event.prompt, event.line)

    def search_for(self, words: str) -> None:
        """There is nothing to search: such a list fits on the screen."""

    def give_keys(self, context: Context) -> None:
        """Put the keys back where they were before a line was typed."""
        self.hints.display = True
        self.set_focus(self.keys_home)

    def on_fault(self, event: Fault) -> None:
        """Say what could not be read."""
        event.stop()
        self.say(sentence_of(event.error), bad=True)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say a failure; what is typed stays."""
        fault = fault_of(event, reading=False)
        if fault is not None:
            self.say(sentence_of(fault.error), bad=True)

    def show_hints(self, line: Line | None) -> None:
        """Show this in the footer; None: the keys of the place."""
        context = self.context
        if line is None and context is not None:
            now = self.situation(context)
            fit = [one for one in self.table if context in one.contexts and not one.why_not(now)]
            line = hints(fit, self.size.width)
        if line is not None:
            self.hints.show(line)

    def redraw(self) -> None:
        """Draw everything anew, and read it again."""
        self.post_message(self.Redraw())
        self.read_again()

    def on_descendant_focus(self) -> None:
        """Show the keys of the new place."""
        self.show_hints(None)

    def on_resize(self, event: events.Resize) -> None:
        """Fill the footer."""
        self.call_after_refresh(self.show_hints, None)

    async def at_rest(self) -> None:
        """Let the next key wait until all is read and the form stands, but not for ever."""
        if self._doing is not None:
            doing, self._doing = self._doing, None
            await doing
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._settled.wait()
