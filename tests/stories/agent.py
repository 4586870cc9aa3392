"""An agent at the whole program: real desk, real workers, the demo's mail world; only the terminal is Textual's."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from tui.app import NightdeskApp
from tui.main import composed
from tui.settings import Settings

PATIENCE_SECONDS = 30.0
_NAMES = {
    " ": "space",
    "\n": "enter",
    "@": "at",
    ".": "full_stop",
    ",": "comma",
    "?": "question_mark",
    "'": "apostrophe",
}


class Agent:
    """Presses keys and reads the screen."""

    def __init__(self, app: NightdeskApp, pilot: Pilot[None]) -> None:
        self.app, self._pilot = app, pilot

    @property
    def text(self) -> str:
        """The screen as lines."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    async def press(self, *keys: str) -> None:
        """Press keys by Textual's names."""
        await self._pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Write a text."""
        await self._pilot.press(*(_NAMES.get(letter, letter) for letter in text))

    async def sees(self, *words: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until all of the words stand on the screen together."""
        deadline = time.monotonic() + seconds
        while not all(word in self.text for word in words):
            assert time.monotonic() < deadline, f"{words} did not appear in {seconds} s:\n{self.text}"
            await self._pilot.pause(0.02)

    async def goes_to(self, title: str) -> None:
        """Put the cursor on the record with this title, as the list shows it."""
        await self.sees(title)
        await self.press("g", "g")
        for _ in range(40):
            if any(line.startswith("▌") and title in line for line in self.text.splitlines()):
                await self.sees(f"{title}\n".rstrip())
                return
            await self.press("j")
        raise AssertionError(f"{title} is not in the list:\n{self.text}")


@asynccontextmanager
async def at_work(settings: Settings, size: tuple[int, int], tips: tuple[str, ...] = ()) -> AsyncIterator[Agent]:
    """Open the desk at a terminal of this size, workers and all."""
    async with composed(settings, tips) as app, app.run_test(size=size) as pilot:
        yield Agent(app, pilot)
