"""One field of a form: a label, a text or one of a few words, and below it what is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from tui.render import wash
from tui.render.cells import pad, wrap
from tui.render.ink import Line, Role
from tui.theme import Ground
from tui.widgets.painted import Lines, Painted
from tui.widgets.text_keys import WrittenLine

LABEL_CELLS = 17

Words = Callable[[], Sequence[str]]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What a field is. ``options``: it is one of these, chosen by Space; () = it is typed."""

    name: str
    label: str
    hint: str = ""  # said while the field has the keys
    heading: str = ""  # stands above it
    options: tuple[str, ...] = ()
    words: Words | None = None  # what the text, or its part behind the last comma, may become
    parts: bool = False  # it holds several, comma between them
    secret: bool = False
    fleeting: bool = False  # of no use later, as a code is that is taken once


class Choice(Painted, can_focus=True):
    """One of a few words: Space and the arrows walk through them, a letter goes to the next that begins with it."""

    DEFAULT_CSS = "Choice { height: 1; width: 1fr; }"

    class Chosen(Message):
        """Another one was chosen."""

    def __init__(self, options: Sequence[str]) -> None:
        super().__init__()
        self._options = tuple(options)
        self.value = self._options[0]

    def line(self, y: int) -> tuple[Line, Ground]:
        """Show all of them, the chosen one marked; where they do not fit, from as far right as it takes to see it."""
        spans: list[tuple[str, Role]] = []
        for option in self._options[self._hidden() :]:
            chosen = option == self.value
            spans += [("● " if chosen else "○ ", Role.ACCENT if chosen else Role.MUTED)]
            spans += [(wash.line(option), Role.STRONG if chosen else Role.MUTED), ("  ", Role.TEXT)]
        return tuple(spans), Ground.CURSOR if self.has_focus else Ground.PAGE

    def _hidden(self) -> int:
        """How many of the first ones stand out of sight."""
        at = self._options.index(self.value)
        ends = [0, *accumulate(cell_len(wash.line(option)) + 4 for option in self._options)]
        return next((first for first in range(at) if ends[at + 1] - ends[first] - 2 <= self.size.width), at)

    def choose(self, value: str) -> None:
        """Choose this one; a word that is none of them is ignored."""
        if value in self._options and value != self.value:
            self.value = value
            self.refresh()
            self.post_message(self.Chosen())

    def on_key(self, event: events.Key) -> None:
        """Walk, or go to a letter."""
        at = self._options.index(self.value)
        if event.key in ("space", "right", "left"):
            event.stop()
            self.choose(self._options[(at + (-1 if event.key == "left" else 1)) % len(self._options)])
        elif event.character and event.character.isalnum():
            event.stop()
            ahead = [*self._options[at + 1 :], *self._options[: at + 1]]
            self.choose(next((one for one in ahead if one.startswith(event.character)), self.value))

    def on_focus(self) -> None:
        """Show that the keys are here."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that they are not."""
        self.refresh()


class FormField(Vertical):
    """A field in its row."""

    DEFAULT_CSS = f"""
    FormField {{ height: auto; }}
    FormField Horizontal {{ height: 1; }}
    FormField .label {{ width: {LABEL_CELLS}; height: 1; }}
    FormField .heading {{ height: 1; margin-top: 1; }}
    FormField .trouble {{ height: 1; }}
    FormField Input {{ width: 1fr; height: 1; border: none; padding: 0; background: $surface; }}
    FormField Input:focus {{ border: none; background: $cursor; background-tint: $foreground 0%; }}
    """

    class Edited(Message):
        """What it holds changed."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(classes="field")
        self.spec = spec
        self._label = Lines(ground=Ground.PAGE, classes="label")
        self._trouble = Lines(ground=Ground.PAGE, classes="trouble")
        self._trouble.display = False
        self.control: Input | Choice = Choice(spec.options) if spec.options else _input(spec)

    def compose(self) -> ComposeResult:
        """Lay out heading, label, control and trouble."""
        if self.spec.heading:
            heading = Lines(ground=Ground.PAGE, classes="heading")
            heading.show(((self.spec.heading, Role.STRONG),))
            yield heading
        self._label.show(((pad(self.spec.label, LABEL_CELLS), Role.MUTED),))
        with Horizontal():
            yield self._label
            yield self.control
        yield self._trouble

    @property
    def value(self) -> str:
        """What it holds."""
        return self.control.value

    def put(self, value: str) -> None:
        """Replace what it holds."""
        if isinstance(self.control, Choice):
            self.control.choose(value)
        else:
            self.control.value = value
            self.control.cursor_position = len(value)

    def say(self, trouble: str) -> None:
        """Show below it what is wrong; "" = nothing is."""
        self._trouble.display = bool(trouble)
        self._label.show(((pad(self.spec.label, LABEL_CELLS), Role.BAD if trouble else Role.MUTED),))
        if trouble:
            lines = wrap(wash.line(trouble), max(self.size.width - LABEL_CELLS, 20))
            marks = ("! ", *["  "] * len(lines))
            self._trouble.styles.height = len(lines)
            self._trouble.show(
                *(
                    ((" " * (LABEL_CELLS - 2) + mark + part, Role.BAD),)
                    for mark, part in zip(marks, lines, strict=False)
                )
            )

    @property
    def candidates(self) -> tuple[str, ...]:
        """What its text can become."""
        words = self.spec.words
        if words is None:
            return ()
        begun = _last(self.value, parts=self.spec.parts)[1]
        return tuple(word for word in words() if word.casefold().startswith(begun.casefold()))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the form."""
        event.stop()
        self.post_message(self.Edited())

    def on_choice_chosen(self, event: Choice.Chosen) -> None:
        """Tell the form."""
        event.stop()
        self.post_message(self.Edited())


class _Continuing(Suggester):
    """Continues the text, or its part behind the last comma, with the first word that fits; "→" takes it."""

    def __init__(self, words: Words, *, parts: bool) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._words = words
        self._parts = parts

    async def get_suggestion(self, value: str) -> str | None:
        """Give the whole text it becomes."""
        before, begun = _last(value, parts=self._parts)
        if not begun:
            return None
        fits = (word for word in self._words() if word.casefold().startswith(begun.casefold()))
        found = next(fits, None)
        return None if found is None else before + begun + found[len(begun) :]


def _last(value: str, *, parts: bool) -> tuple[str, str]:
    """Split into what stands and what is being typed."""
    if not parts:
        return "", value
    cut = max(value.rfind(","), value.rfind(";")) + 1
    rest = value[cut:]
    begun = rest.lstrip()
    if begun[:4].lower() == "not ":
        begun = begun[4:].lstrip()
    return value[: len(value) - len(begun)], begun


def _input(spec: FieldSpec) -> Input:
    suggester = _Continuing(spec.words, parts=spec.parts) if spec.words else None
    made = WrittenLine(compact=True, select_on_focus=False, password=spec.secret, suggester=suggester)
    made.cursor_blink = False  # a blinking cursor is traffic on an idle line
    return made
