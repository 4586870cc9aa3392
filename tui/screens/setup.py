"""The set-up: accounts, addresses, brands, domains, groups and what is wrong with them, each a list with forms.

It lies over the desk, which goes on behind it; everything typed stays until it is saved or thrown away on purpose.
"""

from collections.abc import Awaitable, Sequence

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from models.types.change import Change
from models.types.trial import TrialStep
from tui.bridge import Desk
from tui.bridge_setup import Words
from tui.keys import Command, Context
from tui.panels.clock import Clock
from tui.panels.form_pane import Fitted
from tui.panels.setup_list import SetupList
from tui.panels.setup_pane import SetupPane
from tui.render.setup import room_tabs
from tui.render.setup_item import Item, Room
from tui.screens.filling import FillingScreen
from tui.screens.setup_deeds import SetupDeeds
from tui.screens.setup_runs import SetupRuns
from tui.widgets.form import Form
from tui.widgets.painted import Lines

WIDE_FROM = 120
NEW = {
    Room.ACCOUNTS: {
        "login": "password", "smtp_port": "465", "smtp_security": "tls", "fetch_by": "imap", "fetch_port": "993",
        "fetch_security": "tls", "folder": "INBOX",
        "after_fetch": "keep", "poll_seconds": "60",
    },
    Room.ADDRESSES: {"sequence": "10", "active": "yes"},
    Room.BRANDS: {"active": "yes", "stay_on": "no", "personal_senders": "yes", "customer_relay": "yes"},
    Room.DOMAINS: {"bounce": "bounce", "sequence": "10"},
}  # fmt: skip


class SetupScreen(FillingScreen):
    """One room at a time: its list, and beside or below it details or a form."""

    CSS = """
    SetupScreen { layout: vertical; background: $background; color: $foreground; scrollbar-size: 0 0; }
    SetupScreen #setup-head { height: 1; background: $surface; }
    SetupScreen #setup-panes { height: 1fr; layout: vertical; }
    SetupScreen #setup-left { height: 8; }
    SetupScreen #setup-right { height: 1fr; }
    SetupScreen.-filling #setup-left { display: none; }
    SetupScreen.-wide #setup-panes { layout: horizontal; }
    SetupScreen.-wide #setup-left { display: block; width: 45%; height: 100%; }
    SetupScreen.-wide #setup-right { width: 1fr; height: 100%; border-left: solid $rule; }
    SetupScreen #status, SetupScreen #hints { height: 1; background: $surface; }
    SetupScreen #setup-list { height: 1fr; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE_FROM, "-wide")]  # noqa: RUF012 (an instance variable to Textual)

    list: SetupList
    pane: SetupPane
    PLACE = Context.SETUP

    def __init__(self, desk: Desk, clock: Clock, table: Sequence[Command], room: Room) -> None:
        super().__init__(desk, clock, table)
        self._setup = desk.setup
        self._words: Words = {}
        self._counts: dict[Room, int] = {}
        self._shown: Item | None = None
        self._hushed = False  # the next hint of a field is not said
        self._over = False  # help or a test lies over the details
        self._first = room
        self.list = SetupList(id="setup-list")
        self.pane = SetupPane(id="setup-pane")
        self.head = Lines(id="setup-head")
        self.runs = SetupRuns(self, self._setup)
        self._deeds = SetupDeeds(self)

    def compose(self) -> ComposeResult:
        """Lay out the panes."""
        self.set_class(self.app.size.width >= WIDE_FROM, "-wide")
        yield self.head
        with Container(id="setup-panes"):
            with Vertical(id="setup-left"):
                yield self.list
            with Vertical(id="setup-right"):
                yield self.pane
        self.command_line.display = False
        yield self.status
        yield self.command_line
        yield self.hints

    def on_mount(self) -> None:
        """Read the first room."""
        self.set_focus(self.list)
        self.status.read_health()
        self.turn_to(self._first)

    # -- rooms

    @property
    def room(self) -> Room:
        """The room that is shown."""
        return self.list.room

    def turn_to(self, room: Room, key: str = "") -> None:
        """Show a room, the cursor on an item."""
        self.say("")
        self.list.open(room)
        self._paint_head()
        self.set_focus(self.list)
        self._settled.clear()
        self.read_room(key)

    def look_again(self, change: Change) -> None:
        """Read again what may have changed; a form keeps what is typed."""
        if change.accounts or change.all:
            self.read_room()
            self.status.look_again()

    @work(exclusive=True, group="room", exit_on_error=False)
    async def read_room(self, key: str = "") -> None:
        """Read the room as it is now; ``key``: the item to stand on."""
        try:
            room = self.room
            items = await self._setup.items(room)
            self._words = await self._setup.words()
            if room is self.room:
                self._counts[room] = len(items)
                self.list.put(items, key)
                self._paint_head()
            if room is not Room.CHECK:
                self._counts[Room.CHECK] = len(await self._setup.items(Room.CHECK))
                self._paint_head()
        finally:
            self._settled.set()

    def _paint_head(self) -> None:
        self.head.show(room_tabs(self.room, self._counts, self.size.width or self.app.size.width))

    def on_setup_list_moved(self, event: SetupList.Moved) -> None:
        """Show what the cursor is on."""
        other = event.item is None or self._shown is None or event.item.key != self._shown.key
        if event.item != self._shown and (other or not self._over):
            self._unveil()
            self.pane.show(event.item)
        self._shown = event.item
        self.show_hints(None)

    # -- forms

    def open_form(self, item: Item | None) -> None:
        """Open the form of an item; None: of a new one."""
        self.fill(
            f"{self.room} {item.key if item is not None else ''}",
            lambda: self.pane.open(self.room, item, lambda: self._words, NEW.get(self.room, {})),
        )

    def leave_form(self) -> None:
        """Leave a form; a test that runs ends first."""
        self.runs.stop()
        self.close_form()

    def keep(self, form: Form) -> None:
        """Test and keep what is typed."""
        self.runs.keep(form)

    def field_says(self, sentence: str) -> None:
        """Say what a field takes, unless it was hushed."""
        if not self._hushed:
            self.say(sentence)
        self._hushed = False

    def hush(self) -> None:
        """Let what is said now stand over the next hint of a field."""
        self._hushed = True

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """An address may be whole now: propose its provider."""
        if self.pane.form is not None and self.room is Room.ACCOUNTS:
            self._propose(self.pane.form.values.get("email", ""))

    @work(exclusive=True, group="propose", exit_on_error=False)
    async def _propose(self, address: str) -> None:
        if "@" in address:
            self.pane.propose(await self._setup.proposal(address))

    # -- what lies over the details

    def lay_told(self, item: Item, word: str, said: Sequence[str], steps: Sequence[TrialStep]) -> None:
        """Lay what a test or a sign-in told over the details of its item, as long as the cursor is there."""
        current = self.list.current
        if current is not None and current.key == item.key:
            self._veil()
            self.pane.show_told(f"{word}: {item.title}", said, steps)

    def lay(self, title: str, lines: Fitted) -> None:
        """Lay something over the details until Esc."""
        self._veil()
        self.pane.show_lines(title, lines)

    def _veil(self) -> None:
        self._over = True
        self.add_class("-filling")

    def back(self) -> None:
        """Take away what lies over the details, then leave the set-up."""
        self.runs.stop()
        if self._over:
            self._unveil()
            self.show_current()
        else:
            self.dismiss()

    def _unveil(self) -> None:
        self._over = False
        if self.pane.form is None:
            self.remove_class("-filling")

    # -- what a screen over the desk says

    def show_current(self) -> None:
        """Show what the cursor is on."""
        self.pane.show(self.list.current)

    @property
    def shown_room(self) -> str:
        """The room, when there is something under the cursor."""
        return self.room.value if self.list.current is not None else ""

    def deed(self, command: Command, argument: str) -> Awaitable[None] | None:
        """Do what a command says."""
        return self._deeds.do(command, argument)

    def read_again(self) -> None:
        """Read the room."""
        self.read_room()

    def on_resize(self, event: events.Resize) -> None:
        """Fill the head; Textual calls what the class above does, too."""
        self.call_after_refresh(self._paint_head)
