"""The one mounted screen: list, thread, composer, status; panes are swapped, never pushed.

It knows which pane has the keys, turns keys into commands, and passes on "look again"; the panes do the rest.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.worker import Worker

from models.types.change import Change
from models.types.draft_mode import DraftMode
from models.types.record import ListRow, RecordRow, View
from tui.bridge import Desk
from tui.keys import Command, Context, Situation
from tui.panels.clock import Clock
from tui.panels.hints import hints
from tui.panels.list_head import ListHead
from tui.panels.record_list import RecordList
from tui.panels.status import StatusLine
from tui.panels.thread import ThreadPanel
from tui.render.cells import wrap
from tui.render.ink import Line, Role
from tui.screens.keyed import KeyedScreen
from tui.screens.pace import Dwell, Seconds
from tui.screens.places import context_of, situation_of
from tui.screens.questions import Questions
from tui.screens.trouble import Recovery, sentence_of
from tui.widgets.fault import Fault, fault_of
from tui.widgets.painted import Lines

if TYPE_CHECKING:
    from tui.panels.command_line import CommandLine
    from tui.panels.composer import Closed, Composer
    from tui.screens.deeds import Deeds
    from tui.screens.rules import RulesScreen
    from tui.screens.setup import SetupScreen
    from tui.screens.verbs import Verbs

PANELS = Path(__file__).parents[1] / "panels"
WIDE_FROM = 120  # columns that hold list and thread side by side
DARK_SECONDS = 0.5  # the longest a slow first read keeps the screen dark
PATIENCE_SECONDS = 2.0  # the longest a slow database keeps the next key waiting
FURNISH_SECONDS = 0.05  # after the first list is on the screen
PRESENCE_SECONDS = 20
AGES_SECONDS = 60


class DeskScreen(KeyedScreen):
    """The desk at work."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE_FROM, "-wide")]  # noqa: RUF012 (an instance variable to Textual)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall")]  # noqa: RUF012

    def __init__(self, desk: Desk, clock: Clock, table: Sequence[Command]) -> None:
        super().__init__(table)
        self._desk = desk
        self._clock = clock
        self._dark = True
        self._furnishing, self._in_order = asyncio.Lock(), asyncio.Lock()
        self._returns: Context | None = Context.LIST
        self._dwell = Dwell(self, self._show_current)
        self._seconds = Seconds(self, self._counting, self._tick)
        self._recovery = Recovery(self, self.say)
        self.records = RecordList(desk, clock, id="records")
        self.head = ListHead(desk, id="list-head")
        self.thread = ThreadPanel(desk, clock, id="thread-panel")
        self.status = StatusLine(desk, clock, id="status")
        self._setup: SetupScreen | RulesScreen | None = None  # lies over this one
        self._composer: Composer | None = None
        self._command_line: CommandLine | None = None
        self.hints = Lines(id="hints")
        self._tips = Lines(id="tips")
        self.questions = Questions(self)

    def compose(self) -> ComposeResult:
        """Lay out the panes."""
        self.set_class(self.app.size.width >= WIDE_FROM, "-wide")  # before the first layout, not after it
        with Container(id="panes"):
            with Vertical(id="left"):
                yield self.head
                yield self.records
            with Vertical(id="right"):
                yield self.thread
        yield self._tips
        self._show_tips(self.app.size.width)
        yield self.status
        yield self.hints

    def _show_tips(self, width: int) -> None:
        """Show the tips as they are where they fit, else broken anew."""
        room = max(width - 2, 20)
        fit = all(len(tip) <= room for tip in self._desk.tips)
        tips = self._desk.tips if fit else wrap(" ".join(self._desk.tips), room)
        self._tips.display = bool(tips)
        self._tips.styles.height = max(len(tips), 1)
        self._tips.show(*((("  ", Role.TEXT), (tip, Role.NOTE)) for tip in tips))

    def on_mount(self) -> None:
        """Read what the first frame shows."""
        self.set_timer(DARK_SECONDS, self._light)
        self.set_focus(self.records)
        self.records.open_view(View.OPEN)
        self.head.turn(View.OPEN, "")
        self.status.read_health()
        self.set_interval(PRESENCE_SECONDS, self._be_present)
        self.set_interval(AGES_SECONDS, self.records.refresh)

    def _light(self) -> None:
        """Begin to draw."""
        if self._dark:
            self._dark = False
            self._refresh_layout()  # now, not at the next of Textual's 60 ticks a second

    def _compositor_refresh(self) -> None:
        """Draw nothing before the list is read, so that the first frame is a whole one."""
        if not self._dark:
            super()._compositor_refresh()

    @cached_property
    def _verbs(self) -> "Verbs":
        """What is done to records; not before the first frame."""
        from tui.screens.verbs import Verbs

        return Verbs(self._desk, self.records, self.say)

    @cached_property
    def _deeds(self) -> "Deeds":
        """What commands do; not before the first frame."""
        from tui.screens.deeds import Deeds

        return Deeds(self, self._verbs)

    async def furnish(self) -> None:
        """Get what the first frame does not need: the commands' deeds, the composer, the command line, help and why."""
        async with self._furnishing:
            if self._composer is not None:
                return
            assert self._deeds  # before the first key
            from tui.panels.command_line import CommandLine
            from tui.panels.composer import Composer

            for sheet in (PANELS / "composer.tcss", PANELS / "command_line.tcss"):
                self.app.stylesheet.read(sheet)
            await self.thread.furnish()
            composer = Composer(self._desk, self._draft_closed, id="composer")
            command_line = CommandLine(id="command-line")
            composer.display = command_line.display = False
            await self.query_one("#right").mount(composer)
            await self.mount(command_line, before=self.hints)
            self._composer, self._command_line = composer, command_line

    @property
    def furnished(self) -> bool:
        """The composer and the command line are there."""
        return self._composer is not None

    @property
    def composer(self) -> "Composer":
        """The composer, once furnished."""
        assert self._composer is not None
        return self._composer

    @property
    def command_line(self) -> "CommandLine":
        """The command line, once furnished."""
        assert self._command_line is not None
        return self._command_line

    @property
    def writing(self) -> DraftMode | None:
        """What is being written; None: nothing."""
        return None if self._composer is None else self._composer.mode

    async def flush(self) -> None:
        """Save what is being written."""
        if self.writing is not None:
            await self.composer.save()

    # -- news

    def look_again(self, change: Change) -> None:
        """Pass a change on to the panes it can touch."""
        self.records.look_again(change)
        self.thread.look_again(change)
        self.status.look_again()
        if self._setup is not None:
            self._setup.look_again(change)

    def on_fault(self, event: Fault) -> None:
        """Say what did not work and what to do; the rest goes on, and a failed read is tried again."""
        event.stop()
        self.fault(event.error)
        if event.reading:
            self._recovery.failed()

    def fault(self, error: BaseException) -> None:
        """Say an error."""
        self._light()
        self.say(sentence_of(error), bad=True)

    # -- where the keys go

    @property
    def context(self) -> Context | None:
        """The place that has the keys; None while a command is typed."""
        return context_of(self)

    def situation(self, context: Context | None = None) -> Situation:
        """What decides whether a command applies."""
        return situation_of(self, self._desk.agent, context)

    def on_descendant_focus(self) -> None:
        """Show the keys of the new place, and give a small terminal's rows to where the work is."""
        self._turned()

    def on_composer_turned(self) -> None:
        """The composer opened, or writing and review changed."""
        self._turned()

    def on_aside_turned(self) -> None:
        """Something lies over the thread, or no longer."""
        self._turned()

    def _turned(self) -> None:
        context = self.context
        reading = context is Context.THREAD or self.writing is not None or self.thread.covered
        self.set_class(reading, "-reading")
        if context is not None:
            mail = self.records.view is View.QUARANTINE
            fit = [one for one in self.table if context in one.contexts and one.for_mail in (None, mail)]
            fit = [one for one in fit if one.fits(self.writing)]
            self.hints.show(hints(fit, self.size.width))

    def show_hints(self, line: Line | None) -> None:
        """Show this in the footer; None: the keys of the place."""
        if line is None:
            self._turned()
        else:
            self.hints.show(line)

    def on_resize(self, event: events.Resize) -> None:
        """Fill the footer, and break the tips anew."""
        self._show_tips(event.size.width)
        self.call_after_refresh(self._turned)

    async def at_rest(self) -> None:
        """Let the next key wait until this one's list is read and its draft is sent, but not for ever.

        Typed ahead, the "e" after "y" must find the list again, not the review bar; after "Tab", the new view.
        """
        await self.furnish()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.records.ready.wait()
                await self.composer.idle.wait()

    async def ready_for(self, command: Command) -> None:
        """What is about a message waits until the newest thread of the record under the cursor is read."""
        await self.at_rest()
        if command.id.startswith("thread.") or command.id == "record.follow":
            self._dwell.now()
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self.thread.current.wait()

    def run_command(self, command: Command, argument: str = "") -> None:
        """Run a command on the record under the cursor, not on the one the thread still shows."""
        if not command.id.startswith("list."):
            self._dwell.now()
        super().run_command(command, argument)

    def do(self, command: Command, argument: str) -> None:
        """Do what a command says."""
        self._deeds.do(command, argument)

    # -- what commands ask of the screen

    def ask(self, command: Command) -> None:
        """Ask for a command's argument."""
        if command.id == "app.search":
            self.prompt("/", self.records.search)
        else:
            self.prompt(":", f"{command.name} {self.questions.begin(command)}")

    def prompt(self, prompt: str, text: str) -> None:
        """Ask for a command or a search."""
        self.hints.display = False
        self._prompt.open(self.command_line, self.context or Context.LIST, prompt, text)

    def on_command_line_changed(self, event: "CommandLine.Changed") -> None:
        """Follow what is typed."""
        self._prompt.changed(event.prompt, event.line)

    @property
    def asking(self) -> bool:
        """The command line is open."""
        return self._command_line is not None and self._command_line.display

    def give_keys(self, context: Context) -> None:
        """Put the keys back where they were before the prompt."""
        self.hints.display = True
        if context is Context.REVIEW:
            self.composer.review()
        else:
            self.set_focus(self.thread.pager if context is Context.THREAD else self.records)

    def turn_to(self, view: View, search: str = "") -> None:
        """Show a view from its top."""
        self.set_focus(self.records)
        self.records.open_view(view, search)
        self.head.turn(view, search)
        self._turned()

    def search_for(self, words: str) -> None:
        """Search in the shown view, the keys left where they are."""
        if words != self.records.search:
            self.records.open_view(self.records.view, words)
            self.head.turn(self.records.view, words)

    def compose_draft(self, row: RecordRow, mode: DraftMode) -> None:
        """Open the composer on a record."""
        self._returns = self.context
        self.thread.uncover()
        self.composer.open(row.id, mode)
        self._be_present()

    def back(self) -> None:
        """Close what lies on top: an aside, the thread, then a search."""
        if self.thread.uncover():
            return
        if self.context is Context.THREAD:
            self.set_focus(self.records)
        elif self.records.search:
            self.turn_to(self.records.view)
        else:
            self.say("")

    def open_setup(self, room: str) -> None:
        """Lay the set-up over the desk until it is left."""
        from tui.render.setup_item import Room
        from tui.screens.setup import SetupScreen

        self._setup = SetupScreen(self._desk, self._clock, self.table, Room(room))
        self.app.push_screen(self._setup, self._setup_left)

    def open_rules(self) -> None:
        """Lay the automation rules over the desk until they are left."""
        from tui.screens.rules import RulesScreen

        self._setup = RulesScreen(self._desk, self._clock, self.table)
        self.app.push_screen(self._setup, self._setup_left)

    def _setup_left(self, _: None) -> None:
        self._setup = None
        self.look_again(Change(all=True))

    def redraw(self) -> None:
        """Draw everything anew, and read it again."""
        self.post_message(self.Redraw())
        self.look_again(Change(all=True))

    @work(group="verb", exit_on_error=False)
    async def ask_desk(self, deed: Coroutine[Any, Any, None]) -> None:
        """Let the desk do one thing after the other; the panes look again at once, the feed tells the others."""
        async with self._in_order:
            await deed
        self.look_again(Change(all=True))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say a failure."""
        fault = fault_of(event, reading=False)
        if fault is not None:
            self.fault(fault.error)

    async def take_back(self) -> None:
        """Undo the newest thing; a held message comes back into the composer."""
        undone = await self._verbs.undo()
        if undone.record_id is not None and self.records.view is not View.QUARANTINE:
            await self.records.reveal(undone.record_id)
        if undone.draft is not None:
            self.status.release()
            self._dwell.now()
            self.composer.resume(undone.draft)
            self.composer.review()

    # -- what the panes tell

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Let the thread follow: at once for a single step, after a rest while keys come fast."""
        self._dwell.moved()

    def _show_current(self) -> None:
        if self.writing is not None:
            return
        row: ListRow | None = self.records.current
        if (row.id if row else None) != self.thread.row_id or self.records.view is View.QUARANTINE:
            self.thread.open_row(self.records.view, row.id if row else None)
            self._be_present()

    async def on_record_list_loaded(self) -> None:
        """Count again; the first time, get the rest of the screen ready behind the first list."""
        self._light()
        self.head.read_counts()
        if self.records.current is None:
            self._show_current()  # an empty list moves no cursor
        self._recovery.succeeded()
        if self._composer is None:
            self.set_timer(FURNISH_SECONDS, self.furnish)

    def on_record_list_arrived(self) -> None:
        """Say what arrived out of sight."""
        self.head.arrived(self.records.window.new_above)

    def on_thread_panel_shown(self) -> None:
        """Count held copies down while there are any."""
        self._seconds.look()

    def _draft_closed(self, closed: "Closed") -> None:
        """Give the keys back, count the hold down, and go on if the record is done."""
        if closed.sentence:
            self.say(closed.sentence)
        self.set_focus(self.thread.pager if self._returns is Context.THREAD else self.records)
        if closed.result is not None and closed.result.hold_until is not None:
            self.status.hold(closed.result.hold_until)
            self._seconds.look()
        index = self.records.window.find(closed.record_id)
        row = None if index is None else self.records.window.rows[index]
        if closed.done and isinstance(row, RecordRow):
            self.ask_desk(self._verbs.done(row))
        else:
            self.look_again(Change(all=True))
        self._turned()

    def _counting(self) -> bool:
        return self.thread.messages.holding or self.status.counting

    def _tick(self) -> None:
        self.status.tick()
        self.thread.tick()

    @work(exclusive=True, group="presence", exit_on_error=False)
    async def _be_present(self) -> None:
        """Tell the others which record is open here."""
        row = self.records.current
        record_id = row.id if isinstance(row, RecordRow) else None
        await self._desk.presence(record_id, self.writing is not None)
