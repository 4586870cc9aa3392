"""The right side of the set-up: an item's details, or its form with the steps of its test below."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from textual.app import ComposeResult

from models.types.errors import FieldProblem
from models.types.trial import StepState, TrialStep
from tui.bridge_setup import Proposal, Words
from tui.panels.form_pane import Fitted, FormPane, padded
from tui.panels.setup_fields import fields
from tui.render.ink import Role
from tui.render.setup import ONE, item_lines, said_lines, step_lines
from tui.render.setup_item import Item, Room
from tui.widgets.blocks import START, Painter
from tui.widgets.form import Form
from tui.widgets.pager import Pager


class SetupPane(FormPane):
    """Shows one of them."""

    DEFAULT_CSS = """
    SetupPane Form { height: 2fr; }
    SetupPane .steps { height: 1fr; border-top: solid $rule; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.steps = Pager(classes="steps")  # notes and steps
        self.item: Item | None = None  # what the form is about; None: a new one
        self.room = Room.ACCOUNTS
        self._proposed: dict[str, str] = {}
        self._begun: dict[str, str] = {}
        self._steps: dict[str, TrialStep] = {}
        self._notes: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out title, details and steps."""
        yield from super().compose()
        self.steps.display = False
        yield self.steps

    # -- details

    def show(self, item: Item | None) -> None:
        """Show an item; what lies there of another one, such as a test, goes."""
        self._call("" if item is None else item.title, Role.STRONG)
        self._read(lambda width: [] if item is None else item_lines(item, width))

    def show_lines(self, title: str, lines: Fitted) -> None:
        """Show something to be read instead; the width is what it may take."""
        self._call(title, Role.STRONG)
        self._read(lines)

    def show_told(self, title: str, said: Sequence[str], steps: Sequence[TrialStep]) -> None:
        """Show what a test or a sign-in told so far instead of the details."""
        self._call(title, Role.STRONG)
        show_told(self.details, said, steps)

    # -- the form

    async def open(self, room: Room, item: Item | None, words: Callable[[], Words], begin: Mapping[str, str]) -> None:
        """Mount a form, filled; ``begin``: what a new item's fields begin with."""
        await self.close()
        self.room, self.item = room, item
        self._proposed, self._begun = {}, dict(begin if item is None else {})
        self._call(item.title if item is not None else f"new {ONE[room]}", Role.STRONG)
        await self._put(Form(fields(room, words)), item.values if item is not None else begin, before=self.steps)

    async def close(self) -> None:
        """Take the form away, and what stands below it."""
        self.clear_steps()
        await super().close()

    def propose(self, proposal: Proposal | None) -> None:
        """Put a provider's values where nobody typed, and say what a person must do there."""
        form = self.form
        if form is None or proposal is None:
            return
        typed = form.values
        free = {name for name, value in typed.items() if value in ("", self._begun.get(name), self._proposed.get(name))}
        form.put({name: value for name, value in proposal.values.items() if name in free})
        self._proposed = dict(proposal.values)
        self._notes = (f"{proposal.name}: its servers are proposed above.", *proposal.notes)
        self._show_steps()

    def refuse(self, problems: Sequence[FieldProblem]) -> tuple[FieldProblem, ...]:
        """Say problems below their fields; those of no field here are given back."""
        return self.form.refuse(problems) if self.form is not None else tuple(problems)

    # -- a test

    def clear_steps(self) -> None:
        """Forget notes and steps."""
        self._steps, self._notes = {}, ()
        self.steps.display = False

    @property
    def failed(self) -> str:
        """The key of the first step that failed; "" while none did."""
        return next((one.key for one in self._steps.values() if one.state is StepState.FAILED), "")

    def step(self, told: TrialStep | str) -> None:
        """Take the next step as it stands, or a sentence to read; the newest is in view."""
        if isinstance(told, str):
            self._notes = (*self._notes, told)
        else:
            self._steps[told.key] = told
        self._show_steps()

    def _show_steps(self) -> None:
        pager = self.steps
        pager.display = True
        notes, steps = self._notes, tuple(self._steps.values())

        if pager.size.height:
            show_told(pager, notes, steps)
        else:
            self.call_after_refresh(show_told, pager, notes, steps)


def show_told(pager: Pager, said: Sequence[str], steps: Sequence[TrialStep]) -> None:
    """Show what a test or a sign-in told so far: the step that failed in view, else the newest."""

    painters: list[Painter] = [partial(padded, pager, partial(said_lines, said))] if said else []
    painters += [partial(padded, pager, partial(step_lines, (step,))) for step in steps]
    pager.show(painters)
    failed = next((n for n, step in enumerate(steps) if step.state is StepState.FAILED), None)
    newest = pager.blocks.last_page(max(pager.size.height, 1)) if steps else START
    pager.go(newest if failed is None else min(newest, (failed + bool(said), 0)))
