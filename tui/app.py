"""The Textual application: themes, style sheets, the change feed and the background work; it owns no record."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import ClassVar

from rich.segment import Segment
from textual import events, work
from textual.app import SystemCommand
from textual.color import Color
from textual.filter import LineFilter
from textual.screen import Screen

from models.types.change import Change
from models.types.errors import NightdeskError, SettingsError
from tui.bridge import Desk
from tui.frames import CellDiffApp
from tui.keys import Command, doubles, remapped
from tui.panels.clock import Clock, local_now
from tui.render import wash
from tui.screens.desk import DeskScreen
from tui.screens.keyed import KeyedScreen
from tui.theme import DEEP, SIXTEEN

ALT_LETTER = re.compile(r"alt\+(?P<shift>shift\+)?(?P<letter>\w)")
RESTART_SECONDS = (1.0, 5.0, 15.0, 60.0)  # back-off of the feed and of the background work; the last one repeats


class Defang(LineFilter):
    """The second net: no control or direction character leaves through any widget, whoever drew it.

    ``others`` are Textual's own filters, applied in the same go: every filter of a line builds the line anew, and that
    was half of what a frame cost (measured).
    """

    def __init__(self, others: Sequence[LineFilter]) -> None:
        super().__init__()
        self.others = others

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Wash every segment of a line that is not the terminal's own control."""
        for each in self.others:
            segments = each.apply(segments, background)
        for segment in segments:
            if not segment.control and not (segment.text.isascii() and segment.text.isprintable()):
                return [_washed(segment) for segment in segments]
        return segments


def _washed(segment: Segment) -> Segment:
    if segment.control or (segment.text.isascii() and segment.text.isprintable()):
        return segment
    return Segment(wash.block(segment.text).replace("\n", " ").replace("\t", " "), segment.style)


class NightdeskApp(CellDiffApp):
    """One agent at one terminal."""

    TITLE = "nightdesk"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "screens/desk.tcss",
        "panels/record_list.tcss",
        "panels/thread.tcss",
    ]
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        desk: Desk,
        *,
        background: Callable[[], Awaitable[None]] | None = None,
        keymap: Mapping[str, str] | None = None,
        ansi: bool = False,
        clock: Clock = local_now,
    ) -> None:
        """``background`` runs until the program ends, restarted with back-off. SettingsError: a bad keymap."""
        ansi = ansi or bool(os.environ.get("NO_COLOR"))
        self._table = _table(keymap or {})
        self._net = Defang(())
        super().__init__(ansi_color=ansi)
        self.animation_level = "none"
        self.register_theme(DEEP)
        self.register_theme(SIXTEEN)
        self.theme = SIXTEEN.name if ansi else DEEP.name
        self._desk = desk
        self._background = background
        self._leaving = False
        self.desk_screen = DeskScreen(desk, clock, self._table)
        self.set_keymap(dict(keymap or {}))

    def get_default_screen(self) -> Screen[None]:
        """Mount the desk at once; nothing is ever pushed over it but the palette."""
        return self.desk_screen

    def refresh_css(self, animate: bool = True) -> None:
        """Take the theme's colours; before the screen is there they are all, for the style sheets are parsed with it.

        Setting the theme at the start asks for a parse of its own: measured, 9 ms of the first frame.
        """
        if self.desk_screen.is_running:
            super().refresh_css(animate=animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def get_line_filters(self) -> list[LineFilter]:
        """Put the second net round Textual's own filters; the same object while they are: it is a cache's key."""
        others = super().get_line_filters()
        if self._net.others != others:
            self._net = Defang(others)
        return [self._net]

    def _fatal_error(self) -> None:
        """End without Textual's traceback: it shows values of variables, so customers' mail; ``tui.main`` says it."""
        self._close_messages_no_wait()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Fill the palette from the command table."""
        shown = screen if isinstance(screen, KeyedScreen) else self.desk_screen
        context = shown.context
        for command in self._table:
            if command.name and context in command.contexts:
                yield SystemCommand(command.words.capitalize(), f":{command.name}", _chosen(shown, command))

    async def on_event(self, event: events.Event) -> None:
        """Read Alt and a letter as Esc and the letter: fast typing over a slow line looks just like it."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            held = ALT_LETTER.fullmatch(event.key)
            if held is not None:
                letter = held["letter"].upper() if held["shift"] else held["letter"]
                await super().on_event(events.Key("escape", None))
                event = events.Key(letter, letter)
        await super().on_event(event)

    def on_mount(self) -> None:
        """Begin to listen once the first frame is out."""
        super().on_mount()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._follow_changes()
        if self._background is not None:
            self._carry(self._background)

    def on_keyed_screen_redraw(self) -> None:
        """Draw everything anew."""
        self.forget_frame()

    @work(group="feed", exit_on_error=False)
    async def _follow_changes(self) -> None:
        """Pass every change on to the screen; a broken feed is said and begun anew."""
        for pause in _pauses():
            try:
                async for change in self._desk.changes():
                    self.desk_screen.look_again(change)
            except Exception as error:
                self.desk_screen.fault(error)
            await asyncio.sleep(pause)
            self.desk_screen.look_again(Change(all=True))

    @work(group="background", exit_on_error=False)
    async def _carry(self, background: Callable[[], Awaitable[None]]) -> None:
        """Keep the background work running."""
        for pause in _pauses():
            try:
                await background()
                return
            except Exception as error:
                self.desk_screen.fault(error)
            await asyncio.sleep(pause)

    async def flush(self) -> None:
        """Save what is being written, and keep what is typed into a form. NightdeskError when it cannot be."""
        for screen in self.screen_stack:
            if isinstance(screen, KeyedScreen):
                await screen.flush()

    async def hang_up(self) -> None:
        """Leave because the line dropped (SIGHUP): save, then end, whatever the terminal says."""
        try:
            await self.flush()
        finally:
            self.exit(return_code=129)

    def action_help_quit(self) -> None:
        """Ctrl-C, where Textual would lay a notice over the screen for seconds."""
        if isinstance(self.screen, KeyedScreen):
            self.call_later(self.screen.interrupt)

    async def action_quit(self) -> None:
        """Leave. A text that cannot be saved asks for a second ``q``."""
        try:
            await self.flush()
        except NightdeskError as error:
            if not self._leaving:
                self._leaving = True
                self.desk_screen.say(f"The text is not saved: {error} Once more leaves and loses it.", bad=True)
                return
        self.exit()


def _chosen(shown: KeyedScreen, command: Command) -> Callable[[], None]:
    return lambda: shown.run_command(command)


def _pauses() -> Iterable[float]:
    yield from RESTART_SECONDS
    while True:
        yield RESTART_SECONDS[-1]


def _table(keymap: Mapping[str, str]) -> tuple[Command, ...]:
    """The command table with the agent's own keys."""
    try:
        table = remapped(keymap)
    except KeyError as error:
        raise SettingsError(f"keymap: there is no command {error.args[0]!r}.", "nightdesk keys lists them.") from None
    clashes = doubles(table) if keymap else []  # of the table itself the tests know
    if clashes:
        raise SettingsError(f"keymap: a key means two things: {clashes[0]}.", "Give one of them another key.")
    return table
