"""The one mounted screen: list, thread, composer, status; panes are swapped, never pushed.

It knows which pane has the keys, turns keys into commands, and passes on "look again"; the panes do the rest.
"""

import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from models.types.change import Change
from models.types.draft import DraftMode
from models.types.errors import NightdeskError
from models.types.record import ListRow, QuarantineRow, RecordRow, View
from tui import commands
from tui.bridge import Desk
from tui.keys import COMMANDS, PREFIXES, Command, Context, Situation, shown
from tui.panels.clock import Clock
from tui.panels.help import help_lines
from tui.panels.hints import hints
from tui.panels.list_head import ListHead
from tui.panels.record_list import RecordList
from tui.panels.status import StatusLine
from tui.panels.thread import ThreadPanel
from tui.render.ink import Role
from tui.screens.verbs import Verbs
from tui.widgets.fault import Fault, fault_of
from tui.widgets.pager import Pager
from tui.widgets.painted import Lines

if TYPE_CHECKING:
    from tui.panels.command_line import CommandLine
    from tui.panels.composer import Composer

DWELL = 0.12  # seconds the cursor rests before the thread follows while keys come fast
WIDE_FROM = 120  # columns that hold list and thread side by side
DARK_SECONDS = 0.5  # the longest a slow first read keeps the screen dark
RETRY_SECONDS = 2.0
FURNISH_SECONDS = 0.05  # after the first list is on the screen
PRESENCE_SECONDS = 20
AGES_SECONDS = 60
VIEWS = tuple(View)

_log = logging.getLogger("nightdesk.screen")


def _bindings() -> list[BindingType]:
    """One binding per command and single key; two-letter keys begin with a prefix binding.

    All have priority: a command then runs before the next key is looked at, so what is typed ahead on a slow line goes
    where the command moved the keys to. Without it "rHello" in one packet lost the text (measured).
    """
    made: list[BindingType] = []
    for command in COMMANDS:
        keys = [sequence[0] for sequence in command.sequences if len(sequence) == 1]
        if keys:
            made.append(_binding(",".join(keys), f"run('{command.id}')", command.words, command.id))
    return made + [_binding(key, f"begin('{key}')", "…", f"prefix.{key}") for key in sorted(PREFIXES)]


def _binding(keys: str, action: str, words: str, name: str) -> Binding:
    return Binding(keys, action, words, show=False, priority=True, id=name)


class DeskScreen(Screen[None], inherit_bindings=False):
    """The desk at work."""

    BINDINGS: ClassVar[list[BindingType]] = _bindings()
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE_FROM, "-wide")]  # noqa: RUF012 (an instance variable to Textual)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall")]  # noqa: RUF012
    AUTO_FOCUS: ClassVar[str | None] = None

    class Redraw(Message):
        """The terminal's picture may be wrong; the app knows how to draw it whole."""

    def __init__(self, desk: Desk, clock: Clock, table: Sequence[Command]) -> None:
        super().__init__()
        self._desk = desk
        self._clock = clock
        self._table = tuple(table)
        self._dark = True
        self._ailing = False  # a read failed and waits for its next try
        self._recovering = False
        self._prefix = ""
        self._asked_from = Context.LIST
        self._returns: Context | None = Context.LIST
        self._search_before = ""
        self._dwell: Timer | None = None
        self._ticker: Timer | None = None
        self.records = RecordList(desk, clock, id="records")
        self.head = ListHead(desk, id="list-head")
        self.thread = ThreadPanel(desk, clock, id="thread-panel")
        self.status = StatusLine(desk, clock, id="status")
        self._composer: Composer | None = None
        self._command_line: CommandLine | None = None
        self.hints = Lines(id="hints")
        self._verbs = Verbs(desk, self.records, self.say)

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
        if self._composer is not None:
            return
        from tui.panels.command_line import CommandLine
        from tui.panels.composer import Composer

        self._composer, self._command_line = Composer(self._desk, id="composer"), CommandLine(id="command-line")
        self._composer.display = self._command_line.display = False
        await self.query_one("#right").mount(self._composer)
        await self.mount(self._command_line, before=self.hints)

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
        if change.accounts or change.all:
            self.status.read_health()

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
            fit = [one for one in self._table if context in one.contexts and one.for_mail in (None, mail)]
            self.hints.show(hints(fit, self.size.width))

    def on_resize(self, event: events.Resize) -> None:
        """Fill the footer."""
        self.call_after_refresh(self._turned)

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key works where its command does; after a first letter the next one is ``on_key``'s."""
        if self._prefix:
            return False
        if action == "run":
            context = self.context
            return context is not None and context in commands.by_id(str(parameters[0]), self._table).contexts
        if action == "begin":
            return self.context in (Context.LIST, Context.THREAD)
        return True

    def action_begin(self, key: str) -> None:
        """Wait for the second letter."""
        self._prefix = key
        wanted = [one for one in self._table for keys in one.sequences if len(keys) > 1 and keys[0] == key]
        spans: list[tuple[str, Role]] = [(f" {key} …  ", Role.KEY)]
        for one in wanted:
            second = next(keys[1] for keys in one.sequences if len(keys) > 1)
            spans += [(shown(second), Role.KEY), (f" {one.name.removeprefix('view-')}  ", Role.MUTED)]
        self.hints.show(tuple(spans))

    async def on_key(self, event: events.Key) -> None:
        """Take the second letter of a two-letter key before anybody else."""
        if not self._prefix:
            return
        event.stop()
        event.prevent_default()
        await self.furnish()
        pressed, self._prefix = (self._prefix, event.character or event.key), ""
        self._turned()
        for command in self._table:
            if pressed in command.sequences:
                self.run_command(command)
                return
        if event.key != "escape":
            self.say(f"{pressed[0]} {shown(event.key)} means nothing here; ? lists the keys.")

    async def action_run(self, command_id: str) -> None:
        """Run a command from its key; keys typed meanwhile wait their turn."""
        await self.furnish()
        self.run_command(commands.by_id(command_id, self._table))

    def run_command(self, command: Command, argument: str = "") -> None:
        """Run a command, or say why it does not apply now."""
        if not command.id.startswith("list."):
            self._follow_cursor()
        refusal = commands.refused(command, self.situation())
        if refusal:
            self.say(refusal)
            return
        if command.argument and not argument:
            prompt = "/" if command.id == "app.search" else ":"
            self._prompt(prompt, self.records.search if prompt == "/" else f"{command.name} ")
            return
        room, _, deed = command.id.partition(".")
        rooms: dict[str, Callable[[str, str], None]] = {
            "list": self._move,
            "thread": self._read,
            "view": self._view,
            "draft": self._write,
            "record": self._act,
            "mail": self._act,
            "app": self._app,
        }
        rooms[room](deed, argument)

    def _move(self, deed: str, _: str) -> None:
        reading = self.context is Context.THREAD or self.thread.aside.display
        steps = {"down": 1, "up": -1}
        if deed in steps:
            self.thread.step(steps[deed]) if reading else self.records.move(steps[deed])
        elif deed in ("page_down", "page_up"):
            direction = 1 if deed == "page_down" else -1
            self.thread.page(direction) if reading else self.records.page(direction)
        elif deed in ("top", "bottom"):
            if reading:
                self.thread.edge(-1 if deed == "top" else 1)
            elif deed == "top":
                self.records.first()
            else:
                self.records.last()
        elif not self.records.next_need(1 if deed == "next_need" else -1):
            self.say("No further record needs us." if deed == "next_need" else "No record above needs us.")

    def _read(self, deed: str, _: str) -> None:
        if deed == "open":
            self.set_focus(self.thread.pager)
        elif deed == "page":
            if not self.thread.page(1):
                self.records.move(1)
        elif deed == "page_back":
            self.thread.page(-1)
        elif deed == "raw":
            self.thread.show_raw()
        elif deed == "resend":
            delivery_id = self.thread.resendable()
            if delivery_id is not None:
                self._do(self._verbs.resend(delivery_id))
        else:
            refusal = self.thread.fold_quotes() if deed == "quotes" else self.thread.show_why()
            if refusal:
                self.say(refusal)

    def _view(self, deed: str, _: str) -> None:
        if deed in ("next", "previous"):
            step = 1 if deed == "next" else -1
            self._turn_to(VIEWS[(VIEWS.index(self.records.view) + step) % len(VIEWS)])
        else:
            self._turn_to(View(deed))

    def _turn_to(self, view: View, search: str = "") -> None:
        self.set_focus(self.records)
        self.records.open_view(view, search)
        self.head.turn(view, search)
        self._turned()

    def _write(self, deed: str, argument: str) -> None:
        composer = self.composer
        deeds: dict[str, Callable[[], object]] = {
            "review": composer.review,
            "send": composer.send,
            "send_now": composer.send,
            "send_done": lambda: composer.send(done=True),
            "edit": composer.write,
            "keep": composer.keep,
            "discard": composer.discard,
            "to": lambda: composer.choose_recipients(argument),
            "subject": lambda: composer.change_subject(argument),
        }
        deeds[deed]()

    def _act(self, deed: str, argument: str) -> None:
        row = self.records.current
        if isinstance(row, QuarantineRow):
            self._do(self._verbs.attach(row, argument) if deed == "attach" else self._verbs.open(row, argument))
        elif isinstance(row, RecordRow) and deed in ("reply", "note"):
            self._returns = self.context
            self.thread.close_aside()
            self.composer.open(row.id, DraftMode(deed))
            self._be_present()
        elif isinstance(row, RecordRow):
            verbs = self._verbs
            deeds: dict[str, Callable[[RecordRow], Coroutine[Any, Any, None]]] = {
                "take": verbs.take,
                "done": verbs.done,
                "reopen": verbs.reopen,
                "follow": lambda one: verbs.follow(one, not self.situation().following),
            }
            self._do(deeds[deed](row))

    def _app(self, deed: str, argument: str) -> None:
        deeds: dict[str, Callable[[], object]] = {
            "undo": lambda: self._do(self._undo()),
            "back": self._back,
            "search": lambda: self._turn_to(self.records.view, argument),
            "command": lambda: self._prompt(":", ""),
            "help": self._help,
            "redraw": self._redraw,
            "quit": lambda: self._do(self.app.action_quit()),
        }
        deeds[deed]()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        self._run_verb(work)

    @work(group="verb", exit_on_error=False)
    async def _run_verb(self, deed: Coroutine[Any, Any, None]) -> None:
        """Ask the desk; the panes look again at once, the feed tells the others."""
        await deed
        self.look_again(Change(all=True))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say a failure."""
        fault = fault_of(event, reading=False)
        if fault is not None:
            self.fault(fault.error)

    def _back(self) -> None:
        """Close what lies on top: an aside, the thread, then a search."""
        if self.thread.close_aside():
            return
        if self.context is Context.THREAD:
            self.set_focus(self.records)
        elif self.records.search:
            self._turn_to(self.records.view)
        else:
            self.say("")

    def _help(self) -> None:
        context = self.context or Context.LIST
        table, width = self._table, max(self.thread.size.width - 2, 60)
        self.thread.open_aside(lambda: help_lines(table, context, width))

    def _redraw(self) -> None:
        self.post_message(self.Redraw())
        self.look_again(Change(all=True))

    async def _undo(self) -> None:
        undone = await self._verbs.undo()
        self.status.release() if undone.draft is not None else None
        if undone.record_id is not None and self.records.view is not View.QUARANTINE:
            await self.records.reveal(undone.record_id)
        if undone.draft is not None:
            self._follow_cursor()
            self.composer.resume(undone.draft)
            self.composer.review()

    # -- the command line

    def _prompt(self, prompt: str, text: str) -> None:
        self._asked_from = self.context or Context.LIST
        self._search_before = self.records.search
        self.hints.display = False
        self.command_line.open(prompt, text)

    def _unprompt(self) -> None:
        self.command_line.close()
        self.hints.display = True
        if self._asked_from is Context.REVIEW:
            self.composer.review()
        elif self._asked_from is Context.THREAD:
            self.set_focus(self.thread.pager)
        else:
            self.set_focus(self.records)

    def on_command_line_changed(self, event: "CommandLine.Changed") -> None:
        """Search as it is typed; for a command show what it can become."""
        if event.prompt == "/":
            if event.line != self.records.search:
                self.records.open_view(self.records.view, event.line)
                self.head.turn(self.records.view, event.line)
            return
        found = commands.complete(event.line, self.situation(self._asked_from), self._table)
        self.say("  ".join(found[:12]) if found else "")

    def on_command_line_completion(self) -> None:
        """Continue the line with the best candidate."""
        line = self.command_line.input.value
        found = commands.complete(line, self.situation(self._asked_from), self._table)
        if found:
            self.command_line.put(found[0])

    def on_command_line_left(self, event: "CommandLine.Left") -> None:
        """Go back to where the keys were; a search goes back to what it was."""
        if event.prompt == "/" and self.records.search != self._search_before:
            self._turn_to(self.records.view, self._search_before)
        self.say("")
        self._unprompt()

    def on_command_line_entered(self, event: "CommandLine.Entered") -> None:
        """Run the line."""
        self.say("")
        if event.prompt == "/":
            if event.line != self.records.search:
                self.records.open_view(self.records.view, event.line)
                self.head.turn(self.records.view, event.line)
            self._unprompt()
            return
        self._unprompt()
        self._follow_cursor()
        typed = commands.parse(event.line, self.situation(self._asked_from), self._table)
        if isinstance(typed, str):
            self.say(typed)
        else:
            self.run_command(typed.command, typed.argument)

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

    def on_composer_finished(self, event: "Composer.Finished") -> None:
        """Give the keys back, count the hold down, and go on if the record is done."""
        if event.sentence:
            self.say(event.sentence)
        if self._returns is Context.THREAD:
            self.set_focus(self.thread.pager)
        else:
            self.set_focus(self.records)
        if event.result is not None and event.result.hold_until is not None:
            self.status.hold(event.result.hold_until)
            self._tick()
        row = self.records.current
        if event.done and isinstance(row, RecordRow) and row.id == event.record_id:
            self._do(self._verbs.done(row))
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
