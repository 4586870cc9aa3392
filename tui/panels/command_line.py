"""The line for ``:`` commands and ``/`` search; it takes the hint line's place while it is open."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from tui.render.ink import Role
from tui.theme import Ground
from tui.widgets.painted import Lines
from tui.widgets.text_keys import WrittenLine

SEARCH_PAUSE = 0.12  # seconds without a key before the search is asked


class CommandLine(Horizontal):
    """A prompt and an input; what the words mean, and Enter, Esc and Tab, are the screen's business."""

    @dataclass
    class Changed(Message):
        """The text changed and rests."""

        prompt: str
        line: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.prompt = ":"
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out prompt and input."""
        yield Lines(id="prompt", ground=Ground.BAR)
        line = WrittenLine(id="line", compact=True, select_on_focus=False)
        line.cursor_blink = False
        yield line

    @property
    def input(self) -> Input:
        """The text field."""
        return self.query_one("#line", Input)

    def open(self, prompt: str, text: str = "") -> None:
        """Show it and take the keys."""
        self.prompt = prompt
        self.display = True
        self.query_one("#prompt", Lines).show(((prompt, Role.KEY),))
        with self.prevent(Input.Changed):
            self.input.value = text
        self.input.cursor_position = len(text)
        self.screen.set_focus(self.input)
        self._tell()

    def put(self, text: str) -> None:
        """Replace the text."""
        self.input.value = text
        self.input.cursor_position = len(text)

    def close(self) -> None:
        """Take it away."""
        self.display = False
        if self._timer is not None:
            self._timer.stop()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell when the keys rest; a command's completions at once."""
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        if self.prompt == "/":
            self._timer = self.set_timer(SEARCH_PAUSE, self._tell)
        else:
            self._tell()

    def _tell(self) -> None:
        if self.display:
            self.post_message(self.Changed(self.prompt, self.input.value))
