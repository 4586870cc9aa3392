"""A form by keys alone: walking, completing, choosing, being refused, leaving without losing anything."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from models.types.errors import FieldProblem
from tui.theme import DEEP
from tui.widgets.form import ASKS, Form
from tui.widgets.form_field import FieldSpec

SPECS = (
    FieldSpec("name", "Name", "what it is called"),
    FieldSpec("kind", "Kind", words=lambda: ("ticket", "order", "opportunity"), parts=True, heading="If"),
    FieldSpec("on", "Active", options=("yes", "no")),
    FieldSpec("secret", "Password", secret=True),
)
LOGIN = FieldSpec("login", "Login by", options=("password", "reference", "sign in", "none"))


class FormApp(App[None]):
    def __init__(self, specs: Sequence[FieldSpec] = SPECS) -> None:
        super().__init__()
        self.register_theme(DEEP)
        self.theme = DEEP.name
        self.form = Form(specs)
        self.saved: list[dict[str, str]] = []
        self.left = 0
        self.said = ""

    def compose(self) -> ComposeResult:
        yield self.form

    def on_mount(self) -> None:
        self.form.fill({"name": "One", "on": "yes"})
        self.form.begin()

    def on_form_save(self, event: Form.Save) -> None:
        self.saved.append(event.form.values)

    def on_form_leave(self) -> None:
        self.left += 1

    def on_form_said(self, event: Form.Said) -> None:
        self.said = event.sentence

    @property
    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())


@asynccontextmanager
async def at_form(
    size: tuple[int, int] = (80, 24), specs: Sequence[FieldSpec] = SPECS
) -> AsyncIterator[tuple[FormApp, Pilot[None]]]:
    app = FormApp(specs)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


async def until(pilot: Pilot[None], true: Callable[[], Any]) -> None:
    for _ in range(500):
        if true():
            return
        await pilot.pause(0.01)
    raise AssertionError("never became true")


async def test_tab_walks_round_and_each_field_keeps_what_is_typed_into_it() -> None:
    async with at_form() as (app, pilot):
        await pilot.press("X", "tab", "a", "tab", "n", "tab", "s", "tab", "Y", "shift+tab", "t")
        await pilot.pause()
        assert app.form.values == {"name": "OneXY", "kind": "a", "on": "no", "secret": "st"}
        assert "st" not in app.text.split("Password")[1]


async def test_the_part_behind_the_comma_is_completed() -> None:
    async with at_form() as (app, pilot):
        await pilot.press("tab", *"ticket", "comma", "space", *"not o")
        await until(pilot, lambda: app.said == "→ order  opportunity")
        await pilot.press("r")
        await until(pilot, lambda: app.form.query(Input)[1]._suggestion)
        await pilot.press("right")
        await pilot.pause()
        assert app.form.values["kind"] == "ticket, not order"


async def test_choices_walk_by_space_and_arrows() -> None:
    async with at_form() as (app, pilot):
        await pilot.press("tab", "tab", "space")
        assert app.form.values["on"] == "no"
        await pilot.press("right")
        assert app.form.values["on"] == "yes"
        assert "● yes" in app.text


async def test_what_is_refused_stands_below_its_field_and_nothing_typed_is_lost() -> None:
    async with at_form((60, 14)) as (app, pilot):
        await pilot.press("X", "ctrl+s")
        await until(pilot, lambda: app.saved)
        rest = app.form.refuse([FieldProblem("kind", "there is no kind x"), FieldProblem("colour", "odd")])
        await pilot.pause()
        assert [one.field for one in rest] == ["colour"]
        lines = app.text.splitlines()
        assert "! there is no kind x" in lines[next(n for n, line in enumerate(lines) if "Kind" in line) + 1]
        await pilot.press("t")
        await pilot.pause()
        assert app.form.values["kind"] == "t"
        assert app.form.values["name"] == "OneX"
        app.form.refuse(())
        await pilot.pause()
        assert "!" not in app.text


async def test_leaving_asks_only_when_something_would_be_lost() -> None:
    async with at_form() as (app, pilot):
        await pilot.press("escape")
        await until(pilot, lambda: app.left == 1)
        await pilot.press("X", "escape")
        await until(pilot, lambda: app.said == ASKS)
        await pilot.press("Y", "escape")
        await until(pilot, lambda: app.said == ASKS)
        assert app.left == 1
        await pilot.press("escape")
        await until(pilot, lambda: app.left == 2)
        app.form.keep()
        assert not app.form.changed


async def test_everything_typed_ahead_of_save_is_saved() -> None:
    async with at_form() as (app, pilot):
        for key in (*"quickly", "ctrl+s"):
            app.simulate_key(key)
        await until(pilot, lambda: app.saved)
        assert app.saved[0]["name"] == "Onequickly"


async def test_the_chosen_word_is_in_sight_where_they_do_not_all_fit():
    async with at_form((40, 24), (*SPECS, LOGIN)) as (app, pilot):
        await pilot.press("shift+tab")
        for word in ("reference", "sign in", "none", "password"):
            await pilot.press("space")
            await pilot.pause()
            assert f"● {word}" in app.text
