"""Drive the screen like a user and read it like one: keys in, text out."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual.pilot import Pilot

from tests.panels.fake_desk import NOW, FakeDesk
from tui.app import NightdeskApp
from tui.panels.record_list import RecordList
from tui.screens.desk import DeskScreen

_BURST_KEYS = ("backspace", "left", "shift+left", "ctrl+a", "ctrl+u", "ctrl+w", "escape", "enter")


class User:
    """One agent in front of the screen."""

    def __init__(self, app: NightdeskApp, pilot: Pilot[None], desk: FakeDesk) -> None:
        self.app, self.pilot, self.desk = app, pilot, desk

    @property
    def screen(self) -> DeskScreen:
        return self.app.desk_screen

    @property
    def records(self) -> RecordList:
        return self.screen.records

    @property
    def cursor(self) -> int | None:
        """The id under the cursor."""
        return self.records.current.id if self.records.current else None

    @property
    def cursor_row(self) -> int:
        """The cursor's row on the screen."""
        return self.records.window.cursor - self.records.window.top

    @property
    def listed(self) -> list[int]:
        return [row.id for row in self.records.window.rows]

    @property
    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def status(self) -> str:
        return self.screen.status.sentence

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def hold(self, key: str, times: int) -> None:
        """Let a key repeat, faster than any keyboard, without waiting for the screen in between."""
        for _ in range(times):
            self.app.post_message(events.Key(key, key))
            await asyncio.sleep(0.002)
        await self.pilot.pause()

    async def burst(self, *typed: str) -> None:
        """Let keys and texts come in one packet, as they do over a slow line."""
        for one in typed:
            known = one in _BURST_KEYS
            for key, letter in [(one, None)] if known else [(letter, letter) for letter in one]:
                self.app.post_message(events.Key(key, letter))
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        names = {
            " ": "space",
            "\n": "enter",
            "@": "at",
            ".": "full_stop",
            ",": "comma",
            "#": "number_sign",
            "-": "minus",
        }
        await self.pilot.press(*(names.get(letter, letter) for letter in text))
        await self.pilot.pause()

    async def until(self, true: Callable[[], Any], what: str = "") -> None:
        """Wait for a condition, with a deadline."""
        deadline = time.monotonic() + 5
        while not true():
            if time.monotonic() > deadline:
                raise AssertionError(f"never became true: {what or true}\n{self.text}\nstatus: {self.status}")
            await self.pilot.pause(0.01)

    async def sees(self, text: str) -> None:
        await self.until(lambda: text in self.text, text)


@asynccontextmanager
async def at(desk: FakeDesk, size: tuple[int, int] = (80, 24), **options: Any) -> AsyncIterator[User]:
    """Sit down at the desk; the list and the first thread are read."""
    app = NightdeskApp(desk, clock=lambda: NOW, **options)
    async with app.run_test(size=size) as pilot:
        user = User(app, pilot, desk)
        await user.until(lambda: user.records.loaded)
        await user.until(lambda: user.screen.thread.row_id == user.cursor)
        await user.until(lambda: not desk.records or user.screen.thread.thread is not None)
        await pilot.pause()
        yield user
