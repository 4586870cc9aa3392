"""The right side of the set-up: an item's details, or its form with the steps of its test below."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical

from models.types.errors import FieldProblem
from models.types.trial import StepState, TrialStep
from tui.bridge_setup import Proposal, Words
from tui.panels.setup_fields import fields
from tui.render import wash
from tui.render.ink import Line, Role
from tui.render.setup import ONE, item_lines, said_lines, step_lines
from tui.render.setup_item import Item, Room
from tui.widgets.blocks import START, Painter
from tui.widgets.form import Form
from tui.widgets.pager import Pager
from tui.widgets.painted import Lines


class SetupPane(Vertical):
    """Shows one of them; a form stays until it is saved or left, whatever happens around it."""

    DEFAULT_CSS = """
    SetupPane { height: 1fr; }
    SetupPane #setup-title { height: 1; background: $surface; }
    SetupPane #setup-details { height: 1fr; }
    SetupPane #setup-form { height: 2fr; }
    SetupPane #setup-steps { height: 1fr; border-top: solid $rule; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.form: Form | None = None
        self.item: Item | None = None  # what the form is about; None: a new one
        self.room = Room.ACCOUNTS
        self._proposed: dict[str, str] = {}
        self._begun: dict[str, str] = {}
        self._steps: dict[str, TrialStep] = {}
        self._notes: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out title, details and steps; the form is mounted when it is wanted."""
        yield Lines(id="setup-title")
        yield Pager(id="setup-details")
        steps = Pager(id="setup-steps")
        steps.display = False
        yield steps

    @property
    def details(self) -> Pager:
        """The pager with the details."""
        return self.query_one("#setup-details", Pager)

    @property
    def steps(self) -> Pager:
        """The pager with notes and steps."""
        return self.query_one("#setup-steps", Pager)

    # -- details

    def show(self, item: Item | None) -> None:
        """Show an item; what lies there of another one, such as a test, goes."""
        self._show_title("" if item is None else item.title)
        self._read(lambda width: [] if item is None else item_lines(item, width))

    def show_lines(self, title: str, lines: Callable[[int], list[Line]]) -> None:
        """Show something to be read instead; the width is what it may take."""
        self._show_title(title)
        self._read(lines)

    def show_told(self, title: str, said: Sequence[str], steps: Sequence[TrialStep]) -> None:
        """Show what a test or a sign-in told so far instead of the details."""
        self._show_title(title)
        show_told(self.details, said, steps)

    def _read(self, lines: Callable[[int], list[Line]]) -> None:
        def painted() -> list[Line]:
            return [((" ", Role.TEXT), *line) for line in lines(max(self.details.size.width - 2, 20))]

        self.details.show([painted])

    def _show_title(self, text: str) -> None:
        self.query_one("#setup-title", Lines).show(((f" {wash.line(text)}", Role.STRONG),))

    # -- the form

    async def open(self, room: Room, item: Item | None, words: Callable[[], Words], begin: Mapping[str, str]) -> None:
        """Mount a form, filled; ``begin``: what a new item's fields begin with."""
        await self.close()
        self.room, self.item = room, item
        self._proposed, self._begun = {}, dict(begin if item is None else {})
        specs = fields(room, words)
        form = Form(specs, id="setup-form")
        await self.mount(form, before=self.steps)
        form.fill(item.values if item is not None else begin)
        self.details.display = False
        self.form = form
        of = item.title if item is not None else f"new {ONE[room]}"
        self._show_title(of)
        form.begin()

    async def close(self) -> None:
        """Take the form away, and what stands below it."""
        self.clear_steps()
        if self.form is not None:
            form, self.form = self.form, None
            self.details.display = True
            await form.remove()

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

    def paint(lines: Callable[[int], list[Line]]) -> list[Line]:
        return [((" ", Role.TEXT), *line) for line in lines(max(pager.size.width - 2, 20))]

    painters: list[Painter] = [partial(paint, partial(said_lines, said))] if said else []
    painters += [partial(paint, partial(step_lines, (step,))) for step in steps]
    pager.show(painters)
    failed = next((n for n, step in enumerate(steps) if step.state is StepState.FAILED), None)
    newest = pager.blocks.last_page(max(pager.size.height, 1)) if steps else START
    pager.go(newest if failed is None else min(newest, (failed + bool(said), 0)))
