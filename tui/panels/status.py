"""The status line, as high as it needs: the last sentence or a hold's countdown, and whether mail works."""

from datetime import datetime

from textual import work
from textual.timer import Timer
from textual.worker import Worker

from models.types.health import AccountHealth
from tui.bridge import Desk
from tui.panels.clock import Clock
from tui.render.delivery import hold_left
from tui.render.status import StatusFacts, status_line, status_lines
from tui.widgets.fault import fault_of
from tui.widgets.painted import Lines

SETTLE_SECONDS = 0.5  # news comes in bursts: mail arrives, copies go out


class StatusLine(Lines):
    """Mostly one line; holds count down while there are any."""

    def __init__(self, desk: Desk, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._clock = clock
        self._sentence = ""
        self._bad = False
        self._offered = False
        self._height = 1
        self._holds: list[datetime] = []
        self._accounts: tuple[AccountHealth, ...] = ()
        self._asked = False
        self._settling: Timer | None = None

    @property
    def sentence(self) -> str:
        """What it says at the left."""
        return self._sentence

    def say(self, sentence: str, *, bad: bool = False) -> None:
        """Show a sentence until the next one."""
        self._sentence, self._bad, self._offered = sentence, bad, False
        self.repaint()

    def offer(self, words: str) -> None:
        """Show words to choose from: as many as fit into one line, for they change with every letter."""
        self._sentence, self._bad, self._offered = words, False, True
        self.repaint()

    def hold(self, until: datetime) -> None:
        """Count a send's hold down."""
        self._holds.append(until)
        self.repaint()

    def release(self) -> None:
        """Forget the newest hold: it was taken back."""
        if self._holds:
            self._holds.pop()
        self.repaint()

    @property
    def counting(self) -> bool:
        """A hold is running."""
        return bool(self._holds)

    def tick(self) -> None:
        """Count down; what has gone is said so."""
        now = self._clock()
        gone = [until for until in self._holds if hold_left(until, now) <= 0]
        if gone:
            self._holds = [until for until in self._holds if until not in gone]
            if not self._holds and not self._bad:
                self._sentence = "On its way."
        self.repaint()

    def look_again(self) -> None:
        """Read the accounts again soon: any change may have been a copy queued or gone."""
        if self._settling is None:
            self._settling = self.set_timer(SETTLE_SECONDS, self.read_health)

    @work(exclusive=True, group="health", exit_on_error=False)
    async def read_health(self) -> None:
        """Read the accounts now."""
        self._settling = None
        self._accounts, self._asked = await self._desk.health(), True
        self.repaint()

    def repaint(self) -> None:
        """Paint it, as high as it has to be."""
        if not self.size.width:
            return
        accounts = self._accounts if self._asked else None
        facts = StatusFacts(self._sentence, self._bad, self._holds, accounts)
        width, now = self.size.width, self._clock()
        lines = [status_line(facts, width, now)] if self._offered else status_lines(facts, width, now)
        if self._height != len(lines):
            self._height = self.styles.height = len(lines)
        self.show(*lines)

    def on_resize(self) -> None:
        """Fill the new width."""
        self.repaint()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a failed read."""
        fault = fault_of(event)
        if fault is not None:
            self.post_message(fault)
