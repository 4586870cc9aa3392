"""The two clocks of the screen: the thread follows a cursor that rests, and held copies count down."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.timer import Timer

if TYPE_CHECKING:
    from textual.screen import Screen

DWELL = 0.12  # seconds the cursor rests before the thread follows while keys come fast


class Dwell:
    """Calls ``show`` at once for a single step, after a rest while keys come fast."""

    def __init__(self, screen: "Screen[None]", show: Callable[[], None]) -> None:
        self._screen = screen
        self._show = show
        self._timer: Timer | None = None

    def moved(self) -> None:
        """The cursor moved."""
        hurried = self._timer is not None
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(DWELL, self.now)
        if not hurried:
            self._show()

    def now(self) -> None:
        """Show without waiting."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._show()


class Seconds:
    """Calls ``tick`` once a second for as long as ``wanted`` says so; idle it costs nothing."""

    def __init__(self, screen: "Screen[None]", wanted: Callable[[], bool], tick: Callable[[], None]) -> None:
        self._screen = screen
        self._wanted = wanted
        self._tick = tick
        self._timer: Timer | None = None

    def look(self) -> None:
        """Begin or end as wanted."""
        wanted = self._wanted()
        if wanted and self._timer is None:
            self._timer = self._screen.set_interval(1.0, self._second)
        elif not wanted and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _second(self) -> None:
        self._tick()
        self.look()
