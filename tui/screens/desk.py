"""The one mounted screen: list, thread, composer, status; panes are swapped, never pushed.

It knows which pane has the keys, turns keys into commands, and passes on "look again"; the panes do the rest.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from models.types.change import Change
from models.types.draft import DraftMode
from models.types.errors import NightdeskError
from models.types.record import ListRow, RecordRow, View
from tui import commands
from tui.bridge import Desk
from tui.keys import Command, Context, Situation, shown
from tui.panels.clock import Clock
from tui.panels.hints import hints
from tui.panels.list_head import ListHead
from tui.panels.record_list import RecordList
from tui.panels.status import StatusLine
from tui.panels.thread import ThreadPanel
from tui.render.ink import Role
from tui.screens.bindings import bindings
from tui.screens.deeds import Deeds
from tui.screens.prompt import Prompt
from tui.screens.verbs import Verbs
from tui.widgets.fault import Fault, fault_of
from tui.widgets.pager import Pager
from tui.widgets.painted import Lines

if TYPE_CHECKING:
    from tui.panels.command_line import CommandLine
    from tui.panels.composer import Closed, Composer

DWELL = 0.12  # seconds the cursor rests before the thread follows while keys come fast
WIDE_FROM = 120  # columns that hold list and thread side by side
DARK_SECONDS = 0.5  # the longest a slow first read keeps the screen dark
RETRY_SECONDS = 2.0
PATIENCE_SECONDS = 2.0  # the longest a slow database keeps the next key waiting
FURNISH_SECONDS = 0.05  # after the first list is on the screen
PRESENCE_SECONDS = 20
AGES_SECONDS = 60

_log = logging.getLogger("nightdesk.screen")


class DeskScreen(Screen[None], inherit_bindings=False):
    """The desk at work."""

    BINDINGS: ClassVar[list[BindingType]] = bindings()
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE_FROM, "-wide")]  # noqa: RUF012 (an instance variable to Textual)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall")]  # noqa: RUF012
    AUTO_FOCUS: ClassVar[str | None] = None

    class Redraw(Message):
        """The terminal's picture may be wrong; the app knows how to draw it whole."""

    def __init__(self, desk: Desk, clock: Clock, table: Sequence[Command]) -> None:
        super().__init__()
        self._desk = desk
        self._clock = clock
        self.table = tuple(table)
        self._dark = True
        self._ailing = False  # a read failed and waits for its next try
        self._recovering = False
        self._furnishing, self._in_order = asyncio.Lock(), asyncio.Lock()
        self._prefix = ""
        self._returns: Context | None = Context.LIST
        self._dwell: Timer | None = None
        self._ticker: Timer | None = None
        self.records = RecordList(desk, clock, id="records")
        self.head = ListHead(desk, id="list-head")
        self.thread = ThreadPanel(desk, clock, id="thread-panel")
        self.status = StatusLine(desk, clock, id="status")
        self._composer: Composer | None = None
        self._command_line: CommandLine | None = None
        self.hints = Lines(id="hints")
        verbs = Verbs(desk, self.records, self.say)
        self._verbs = verbs
        self._deeds = Deeds(self, verbs)
        self._prompt = Prompt(
            self.table, self.situation, self.run_command, self.search_for, self.say, self._give_keys_back
        )

    def compose(self) -> ComposeResult:
        """Lay out the panes."""
        self.set_class(self.app.size.width >= WIDE_FROM, "-wide")  # before the first layout, not after it
        with Container(id="panes"):
            with Vertical(id="left"):
                yield self.head
                yield self.records
            with Vertical(id="right"):
                yield self.thread
        tips = Lines(id="tips")
        tips.display = bool(self._desk.tips)
        tips.styles.height = max(len(self._desk.tips), 1)
        tips.show(*((("  ", Role.TEXT), (tip, Role.NOTE)) for tip in self._desk.tips))
        yield tips
        yield self.status
        yield self.hints

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
            self.refresh(layout=True)

    def _compositor_refresh(self) -> None:
        """Draw nothing before the list is read, so that the first frame is a whole one."""
        if not self._dark:
            super()._compositor_refresh()

    async def furnish(self) -> None:
        """Mount what the first frame does not need: the composer and the command line."""
        async with self._furnishing:
            if self._composer is not None:
                return
            from tui.panels.command_line import CommandLine
            from tui.panels.composer import Composer

            composer = Composer(self._desk, self._draft_closed, id="composer")
            command_line = CommandLine(id="command-line")
            composer.display = command_line.display = False
            await self.query_one("#right").mount(composer)
            await self.mount(command_line, before=self.hints)
            self._composer, self._command_line = composer, command_line

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

    # -- news

    def look_again(self, change: Change) -> None:
        """Pass a change on to the panes it can touch."""
        self.records.look_again(change)
        self.thread.look_again(change)
        self.status.look_again()

    def say(self, sentence: str, *, bad: bool = False) -> None:
        """Say something in the status line."""
        self.status.say(sentence, bad=bad)

    def on_fault(self, event: Fault) -> None:
        """Say what did not work and what to do; the rest goes on, and a failed read is tried again."""
        event.stop()
        self.fault(event.error)
        if event.reading and not self._ailing:
            self._ailing = True
            self.set_timer(RETRY_SECONDS, self._read_again)

    def _read_again(self) -> None:
        """Try a failed read again; a success says so."""
        self._ailing = False
        self._recovering = True
        self.look_again(Change(all=True))

    def fault(self, error: BaseException) -> None:
        """Say an error."""
        self._light()
        if isinstance(error, NightdeskError):
            self.say(f"{error} {error.remedy}".strip(), bad=True)
            return
        _log.error("a fault of the program", exc_info=error)
        self.say(f"A fault of the program: {type(error).__name__}. It is in the log; ctrl+l reads again.", bad=True)

    # -- where the keys go

    @property
    def context(self) -> Context | None:
        """The place that has the keys; None while a command is typed."""
        focused = self.focused
        if focused is None or focused is self.records:
            return Context.LIST
        if focused is self._composer:
            return Context.REVIEW
        if isinstance(focused, Pager):
            return Context.THREAD
        return Context.WRITING if self._composer is not None and self._composer.writing else None

    def situation(self, context: Context | None = None) -> Situation:
        """What decides whether a command applies."""
        message = self.thread.message
        thread = self.thread.thread
        mine = self._desk.agent.name, self._desk.agent.email
        return Situation(
            context=context or self.context or Context.LIST,
            view=self.records.view,
            row=self.records.current,
            login=self._desk.agent.login,
            searching=bool(self.records.search),
            draft=self.writing,
            deliveries=tuple(one.state for one in message.deliveries) if message else (),
            following=thread is not None
            and any(one.staff and mine in ((one.name, one.address), (one.name, "")) for one in thread.followers),
        )

    def on_descendant_focus(self) -> None:
        """Show the keys of the new place, and give a small terminal's rows to where the work is."""
        self._turned()

    def on_composer_turned(self) -> None:
        """The composer opened, or writing and review changed."""
        self._turned()

    def on_thread_panel_turned(self) -> None:
        """Something lies over the thread, or no longer."""
        self._turned()

    def _turned(self) -> None:
        context = self.context
        reading = context is Context.THREAD or self.writing is not None or self.thread.aside.display
        self.set_class(reading, "-reading")
        if context is not None:
            mail = self.records.view is View.QUARANTINE
            fit = [one for one in self.table if context in one.contexts and one.for_mail in (None, mail)]
            self.hints.show(hints(fit, self.size.width))

    def on_resize(self, event: events.Resize) -> None:
        """Fill the footer."""
        self.call_after_refresh(self._turned)

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key works where its command does; after the first of two letters every key is the second."""
        context = self.context
        if action == "second":
            return bool(self._prefix)
        if action == "prompt":
            return context is None and self._command_line is not None and self._command_line.display
        if action == "begin":
            return context in (Context.LIST, Context.THREAD)
        if action == "run":
            command = commands.by_id(str(parameters[0]), self.table)
            return bool(self._prefix) or (context is not None and context in command.contexts)
        return True

    def action_begin(self, key: str) -> None:
        """Wait for the second letter, and say which there are."""
        self._prefix = key
        spans: list[tuple[str, Role]] = [(f" {key} …  ", Role.KEY)]
        for command in self.table:
            for sequence in command.sequences:
                if len(sequence) > 1 and sequence[0] == key:
                    spans.append((shown(sequence[1]), Role.KEY))
                    spans.append((f" {command.name.removeprefix('view-')}  ", Role.MUTED))
        self.hints.show(tuple(spans))

    async def action_second(self, key: str) -> None:
        """Run what two letters mean."""
        pressed, self._prefix = (self._prefix, key), ""
        self._turned()
        await self._at_rest()
        for command in self.table:
            if pressed in command.sequences:
                self.run_command(command)
                await self._at_rest()
                return
        self._no_second(pressed[0])

    def on_key(self, event: events.Key) -> None:
        """Eat a second letter that no command has."""
        if self._prefix:
            event.stop()
            event.prevent_default()
            prefix, self._prefix = self._prefix, ""
            self._turned()
            self._no_second(prefix)

    def _no_second(self, prefix: str) -> None:
        self.say(f"That means nothing after {prefix}; ? lists the keys.")

    async def action_prompt(self, deed: str) -> None:
        """Enter, leave or complete the command line."""
        deeds = {"enter": self._prompt.enter, "leave": self._prompt.leave, "complete": self._prompt.complete}
        await deeds[deed]()
        await self._at_rest()

    async def action_run(self, command_id: str) -> None:
        """Run a command from its key; keys typed meanwhile wait their turn."""
        if self._prefix:
            prefix, self._prefix = self._prefix, ""
            self._turned()
            if command_id != "app.back":
                self._no_second(prefix)
            return
        await self._at_rest()
        self.run_command(commands.by_id(command_id, self.table))
        await self._at_rest()

    async def _at_rest(self) -> None:
        """Let the next key wait until this one's list is read and its draft is sent, but not for ever.

        Typed ahead, the "e" after "y" must find the list again, not the review bar; after "Tab", the new view.
        """
        await self.furnish()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.records.ready.wait()
                await self.composer.idle.wait()

    def run_command(self, command: Command, argument: str = "") -> None:
        """Run a command, or say why it does not apply now."""
        if not command.id.startswith("list."):
            self._follow_cursor()
        refusal = commands.refused(command, self.situation())
        if refusal:
            self.say(refusal)
        elif command.argument and not argument:
            if command.id == "app.search":
                self.prompt("/", self.records.search)
            else:
                self.prompt(":", f"{command.name} ")
        else:
            self._deeds.do(command, argument)

    # -- what commands ask of the screen

    def prompt(self, prompt: str, text: str) -> None:
        """Ask for a command or a search."""
        self.hints.display = False
        self._prompt.open(self.command_line, self.context or Context.LIST, prompt, text)

    def on_command_line_changed(self, event: "CommandLine.Changed") -> None:
        """Follow what is typed."""
        self._prompt.changed(event.prompt, event.line)

    def _give_keys_back(self, context: Context) -> None:
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
        self.thread.close_aside()
        self.composer.open(row.id, mode)
        self._be_present()

    def back(self) -> None:
        """Close what lies on top: an aside, the thread, then a search."""
        if self.thread.close_aside():
            return
        if self.context is Context.THREAD:
            self.set_focus(self.records)
        elif self.records.search:
            self.turn_to(self.records.view)
        else:
            self.say("")

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
            self._follow_cursor()
            self.composer.resume(undone.draft)
            self.composer.review()

    # -- what the panes tell

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Let the thread follow: at once for a single step, after a rest while keys come fast."""
        if self._dwell is not None:
            self._dwell.stop()
            self._dwell = self.set_timer(DWELL, self._follow_cursor)
            return
        self._dwell = self.set_timer(DWELL, self._follow_cursor)
        self._show_current()

    def _follow_cursor(self) -> None:
        """Make the thread show the record under the cursor now."""
        if self._dwell is not None:
            self._dwell.stop()
            self._dwell = None
        self._show_current()

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
        if self._recovering and not self._ailing:
            self._recovering = False
            self.say("It works again.")
        if self._composer is None:
            self.set_timer(FURNISH_SECONDS, self.furnish)

    def on_record_list_arrived(self) -> None:
        """Say what arrived out of sight."""
        self.head.arrived(self.records.window.new_above)

    def on_thread_panel_shown(self) -> None:
        """Count held copies down while there are any."""
        self._tick()

    def _draft_closed(self, closed: "Closed") -> None:
        """Give the keys back, count the hold down, and go on if the record is done."""
        if closed.sentence:
            self.say(closed.sentence)
        self.set_focus(self.thread.pager if self._returns is Context.THREAD else self.records)
        if closed.result is not None and closed.result.hold_until is not None:
            self.status.hold(closed.result.hold_until)
            self._tick()
        index = self.records.window.find(closed.record_id)
        row = None if index is None else self.records.window.rows[index]
        if closed.done and isinstance(row, RecordRow):
            self.ask_desk(self._verbs.done(row))
        else:
            self.look_again(Change(all=True))
        self._turned()

    def _tick(self) -> None:
        """Run once a second while something is held."""
        held = self.thread.holding or self.status.counting
        if held and self._ticker is None:
            self._ticker = self.set_interval(1.0, self._second)
        elif not held and self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    def _second(self) -> None:
        self.status.tick()
        self.thread.tick()
        self._tick()

    @work(exclusive=True, group="presence", exit_on_error=False)
    async def _be_present(self) -> None:
        """Tell the others which record is open here."""
        row = self.records.current
        record_id = row.id if isinstance(row, RecordRow) else None
        await self._desk.presence(record_id, self.writing is not None)
