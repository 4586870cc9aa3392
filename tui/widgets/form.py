"""A form for the keyboard: Tab walks, Ctrl-S saves, Esc leaves and asks before anything typed is lost.

It knows nothing of what it edits: whoever shows it fills it, saves what it holds, and says what was refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message

from models.types.errors import FieldProblem
from tui.widgets.drained import drained
from tui.widgets.form_field import FieldSpec, FormField

BACK = "Typed before the line dropped; not saved yet."
ASKS = "This is not saved. Ctrl-S saves, Esc once more discards it."


class Form(VerticalScroll, can_focus=False):
    """Fields below each other.

    The keys have priority: typed ahead, what follows Tab goes to the next field.
    """

    DEFAULT_CSS = "Form { height: 1fr; padding: 0 1; scrollbar-size: 1 1; }"
    BINDINGS = [  # noqa: RUF012 (as Textual has it)
        Binding("tab,down", "walk(1)", "next field", show=False, priority=True),
        Binding("shift+tab,up", "walk(-1)", "field before", show=False, priority=True),
        Binding("enter", "walk(1)", "next field", show=False, priority=True),
        Binding("ctrl+s", "save", "save", show=False, priority=True),
        Binding("escape", "leave", "leave", show=False, priority=True),
    ]

    @dataclass
    class Save(Message):
        """The form shall be saved; everything typed has been read."""

        form: "Form"

    @dataclass
    class Leave(Message):
        """The form shall be left; what is not saved was asked about."""

        form: "Form"

    @dataclass
    class Said(Message):
        """Something to say in the line below: a question, or what the field with the keys takes."""

        form: "Form"
        sentence: str

    def __init__(self, specs: Sequence[FieldSpec], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._fields = {spec.name: FormField(spec) for spec in specs}
        self._kept: dict[str, str] = {}
        self._asked_over: dict[str, str] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        yield from self._fields.values()

    @property
    def values(self) -> dict[str, str]:
        """What is typed, by field."""
        return {name: field.value for name, field in self._fields.items()}

    @property
    def changed(self) -> bool:
        """Something typed is not saved."""
        return self.values != self._kept

    @property
    def typed(self) -> dict[str, str]:
        """What is not saved, by field; without what is not to be kept."""
        return {
            name: field.value
            for name, field in self._fields.items()
            if not (field.spec.secret or field.spec.fleeting) and field.value != self._kept.get(name, "")
        }

    def fill(self, values: Mapping[str, str]) -> None:
        """Put values into fields, as saved; other fields stay as they are."""
        for name, value in values.items():
            self._fields[name].put(value)
        self.keep()

    def put(self, values: Mapping[str, str]) -> None:
        """Put values into fields as if they were typed."""
        for name, value in values.items():
            self._fields[name].put(value)

    def keep(self) -> None:
        """What is typed is saved now."""
        self._kept = self.values
        self._asked_over = None
        self.refuse(())

    def refuse(self, problems: Iterable[FieldProblem]) -> tuple[FieldProblem, ...]:
        """Say problems below their fields and go to the first; those of no field here are given back.

        Nothing typed is lost.
        """
        found = list(problems)
        for name, field in self._fields.items():
            field.say("; ".join(one.sentence for one in found if one.field == name))
        first = next((self._fields[one.field] for one in found if one.field in self._fields), None)
        if first is not None:
            self.screen.set_focus(first.control)
        return tuple(one for one in found if one.field not in self._fields)

    def begin(self, name: str = "") -> None:
        """Give the keys to a field; "" = the first one."""
        field = self._fields[name] if name else next(iter(self._fields.values()))
        self.screen.set_focus(field.control)

    # -- keys

    async def action_walk(self, step: int) -> None:
        """Go to the next field, or back."""
        fields = list(self._fields.values())
        current = self._current
        at = fields.index(current) if current else -step
        self.screen.set_focus(fields[(at + step) % len(fields)].control)

    async def action_page(self, step: int) -> None:
        """Show what stands further down, or up, without leaving the field."""
        self.scroll_relative(y=step * max(self.size.height - 2, 1), animate=False)

    async def action_save(self) -> None:
        """Ask for a save, once what was typed before the key is read."""
        await self._rested()
        self._asked_over = None
        self.post_message(self.Save(self))

    async def action_leave(self) -> None:
        """Leave; with something unsaved only when asked twice."""
        await self._rested()
        if self.changed and not self._asked:
            self._asked_over = self.values
            self._tell()
        else:
            self.post_message(self.Leave(self))

    async def give_back(self, typed: Mapping[str, str]) -> None:
        """Put what was typed before into its fields, and say so over what they say."""
        self.put({name: value for name, value in typed.items() if name in self._fields})
        await self._rested()
        self.post_message(self.Said(self, BACK))

    async def _rested(self) -> None:
        """Return when all that was typed is read, and what it led to was said: news from below rises step by step."""
        if (current := self._current) is not None:
            for widget in (current.control, current.control, current, current, self):
                await drained(widget)

    @property
    def _current(self) -> FormField | None:
        focused = self.screen.focused
        return next((field for field in self._fields.values() if field.control is focused), None)

    def on_form_field_edited(self, event: FormField.Edited) -> None:
        """Say what the text can become."""
        event.stop()
        self._tell()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the field takes."""
        self._tell()

    @property
    def _asked(self) -> bool:
        """Esc was answered with the question, and nothing was typed since."""
        return self._asked_over is not None and self._asked_over == self.values

    def _tell(self) -> None:
        current = self._current
        if self._asked:
            self.post_message(self.Said(self, ASKS))
            return
        if current is None:
            return
        found = current.candidates
        shown = f"→ {'  '.join(found[:12])}" if found else ""
        self.post_message(self.Said(self, "   ".join(part for part in (shown, current.spec.hint) if part)))
