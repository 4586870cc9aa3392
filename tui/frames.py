"""The place where the frame writer meets Textual's private ``App._display``."""

import logging

from rich.console import RenderableType
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.app import App
from textual.screen import Screen

from tui.widgets.frame_writer import FrameWriter

_log = logging.getLogger("nightdesk.screen")

SYNC_FROM = 400  # bytes a frame must have to be worth the marks of a synchronised update


class CellDiffApp(App[None]):
    """An app that writes only the cells that changed, in one write a frame."""

    def __init__(self, *, ansi_color: bool = False) -> None:
        super().__init__(ansi_color=ansi_color)
        self._writer: FrameWriter | None = FrameWriter()

    def on_mount(self) -> None:
        """Whoever had the terminal meanwhile may have drawn on it."""
        self.app_resume_signal.subscribe(self, lambda _: self.forget_frame())

    def forget_frame(self) -> None:
        """Draw everything anew."""
        if self._writer is not None:
            self._writer.forget()
        self.screen.refresh()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Write an update as changed cells; the stock way for anything the writer cannot read."""
        driver = self._driver
        if self._writer is None or driver is None or self.is_headless or driver.is_inline:
            super()._display(screen, renderable)
            return
        if renderable is None or self._batch_count or not self._running or self._closed:
            self.post_display_hook()
            return
        try:
            system = self.console._color_system
            frame = self._writer.frame(renderable, (self.size.width, self.size.height), system)
        except (AttributeError, TypeError, ValueError, LookupError):
            _log.exception("the frame writer does not understand this Textual; frames go out the stock way")
            self._writer = frame = None
        if frame is None:
            super()._display(screen, renderable)
            return
        if frame:
            if hasattr(self.focused, "cursor_screen_offset"):  # a text has the keys: input methods open at the cursor
                x, y = self.cursor_position
                frame += f"\x1b[{y + 1};{x + 1}H"
            sync = self._sync_available and len(frame) > SYNC_FROM
            driver.write(f"{SYNC_START}{frame}{SYNC_END}" if sync else frame)
            driver.flush()
        self.post_display_hook()
