"""The screen of automation rules, by keys alone, at both sizes that are first class."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from models.types.automation import About, Action, Application, Condition, Deed, Rule, Trigger
from models.types.change import Change
from tests.panels.fake_desk import FakeDesk, ago, small_desk
from tests.panels.fake_rules import FakeRules
from tests.panels.pilot import User, at
from tui.screens.desk import DeskScreen
from tui.screens.rules import RulesScreen
from tui.widgets.form import ASKS, BACK

SIZES = [(80, 24), (200, 50)]
VIP = Rule(
    "Vip", (Trigger.OPENED,), (Condition(About.KIND, ("ticket",)),), (Action(Deed.TAG, "vip"),), id=1, revision=1
)
LATE = Rule("Late", (Trigger.WRITTEN,), (), (Action(Deed.STAGE, "open"),), sequence=20, active=False, id=2, revision=1)


def did(number: int) -> Application:
    return Application(number, 7, 1007, 1, "Vip", Trigger.OPENED, ago(hours=number), ("tag vip added",))


def ruled(*rules: Rule) -> FakeDesk:
    desk = small_desk()
    desk.rules = FakeRules(rules)
    return desk


@asynccontextmanager
async def at_rules(desk: FakeDesk, size: tuple[int, int] = (80, 24)) -> AsyncIterator[User]:
    async with at(desk, size) as user:
        await user.press("g", "r")
        await user.sees("Automation rules")
        yield user


def screen(user: User) -> RulesScreen:
    assert isinstance(user.app.screen, RulesScreen)
    return user.app.screen


def says(user: User) -> str:
    return screen(user).status.sentence


@pytest.mark.parametrize("size", SIZES)
async def test_a_rule_is_written_by_keys(size: tuple[int, int]) -> None:
    desk = ruled()
    async with at_rules(desk, size) as user:
        await user.sees("No rule yet. A adds one")
        await user.press("A")
        await user.sees("Ctrl-S saves, Esc leaves")
        await user.type("Vip")
        await user.press("tab")
        await user.type("opened")
        await user.press("tab", "tab", "tab", "tab")
        await user.type("tic")
        await user.until(lambda: "→ ticket" in says(user))
        await user.press("right")
        await user.press("ctrl+s")
        await user.until(lambda: "say what is to be done" in says(user))
        for _ in range(12):
            await user.press("tab")
        await user.type("vip, late")
        await user.press("ctrl+s")
        await user.sees("add the tag vip")
        (rule,) = desk.rules.kept.values()
        assert rule.conditions == (Condition(About.KIND, ("ticket",)),)
        assert rule.actions == (Action(Deed.TAG, "vip"), Action(Deed.TAG, "late"))
        assert says(user) == "The rule Vip is kept."
        await user.press("q")
        assert isinstance(user.app.screen, DeskScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_refused_stands_below_its_field_and_nothing_is_lost(size: tuple[int, int]) -> None:
    desk = ruled(VIP)
    async with at_rules(desk, size) as user:
        await user.press("enter")
        await user.sees("Ctrl-S saves")
        await user.press("end")
        await user.type(" one")
        await user.press("tab")
        await user.type(", born")
        await user.press("ctrl+s")
        await user.sees("! born is none of opened, written, answered, stage")
        assert says(user) == "Not saved: see below."
        for _ in range(6):
            await user.press("backspace")
        await user.press("ctrl+s")
        await user.until(lambda: desk.rules.kept[1].name == "Vip one")
        assert desk.rules.kept[1].when == (Trigger.OPENED,)


async def test_who_was_faster_is_said_and_the_form_stays() -> None:
    desk = ruled(VIP)
    desk.rules.overtaken = "berta changed stop of the rule Vip at 09:01 UTC, after you read it."
    async with at_rules(desk) as user:
        await user.press("enter")
        await user.sees("Ctrl-S saves")
        await user.type("X")
        await user.press("ctrl+s")
        await user.until(lambda: "berta changed stop" in says(user))
        form = screen(user).pane.form
        assert form is not None
        assert form.values["name"] == "VipX"


async def test_leaving_a_changed_form_asks() -> None:
    async with at_rules(ruled(VIP)) as user:
        await user.press("enter")
        await user.sees("Ctrl-S saves")
        await user.type("X")
        await user.press("escape")
        await user.until(lambda: says(user) == ASKS)
        await user.press("escape")
        await user.until(lambda: screen(user).pane.form is None)
        await user.sees("kind is ticket")


async def test_what_was_typed_when_the_line_dropped_is_there_again() -> None:
    desk = ruled(VIP)
    async with at_rules(desk) as user:
        await user.press("enter")
        await user.sees("Ctrl-S saves")
        await user.type("X")
        await user.app.hang_up()
    assert desk.kept_form == ("rule 1", {"name": "VipX"})
    async with at_rules(desk) as user:
        await user.press("A")
        await user.sees("new rule")
        await user.press("escape")
        await user.until(lambda: screen(user).pane.form is None)
        await user.press("enter")
        await user.until(lambda: says(user) == BACK)
        form = screen(user).pane.form
        assert form is not None
        assert (form.values["name"], form.values["when"], form.changed) == ("VipX", "opened", True)
        await user.press("ctrl+s")
        await user.until(lambda: desk.rules.kept[1].name == "VipX")
    async with at_rules(desk) as user:
        await user.press("enter")
        await user.sees("Ctrl-S saves")
        await user.app.hang_up()
    assert desk.kept_form is None


@pytest.mark.parametrize("size", SIZES)
async def test_the_list_the_switch_the_dry_run_and_taking_back(size: tuple[int, int]) -> None:
    desk = ruled(VIP, LATE)
    desk.rules.applied = [did(3), did(2)]
    async with at_rules(desk, size) as user:
        await user.sees("1 on, 1 off")
        await user.sees("What it did last")
        await user.press("u")
        await user.sees("taken back by anna")
        assert [bool(one.undone_at) for one in desk.rules.applied] == [True, False]
        await user.press("t")
        await user.sees("Of 2 records it would change 1. Nothing was changed.")
        await user.sees("Rule Vip: tag vip added")
        assert "\x1b" not in user.text
        await user.press("escape")
        await user.sees("What it did last")
        await user.press("j", "x")
        await user.until(lambda: desk.rules.kept[2].active)
        await user.press("D", "D")
        await user.until(lambda: 2 not in desk.rules.kept)
        await user.press("question_mark")
        await user.sees("Keys in the list of rules")
        await user.press("escape", "escape")
        assert isinstance(user.app.screen, DeskScreen)


async def test_news_come_in_and_neither_form_nor_dry_run_goes() -> None:
    desk = ruled(VIP, LATE)
    async with at_rules(desk) as user:
        desk.rules.applied = [did(1)]
        user.screen.look_again(Change(all=True))
        await user.sees("What it did last")
        await user.press("t")
        await user.sees("Nothing was changed.")
        desk.rules.kept[2] = replace(LATE, active=True)
        user.screen.look_again(Change(all=True))
        await user.sees("2 on, 0 off")
        assert "it would change 1" in user.text
        await user.press("escape", "enter")
        await user.sees("Vip   Ctrl-S saves")
        await user.type("X")
        desk.rules.kept[2] = LATE
        user.screen.look_again(Change(all=True))
        await user.sees("1 on, 1 off")
        form = screen(user).pane.form
        assert form is not None
        assert form.values["name"] == "VipX"
        assert "Vip   Ctrl-S saves" in user.text


async def test_the_command_line_opens_it_and_its_own_leads_back() -> None:
    async with at(ruled(VIP)) as user:
        await user.press("colon")
        await user.type("rules")
        await user.press("enter")
        await user.sees("Automation rules")
        await user.press("colon")
        await user.type("leave-rules")
        await user.press("enter")
        await user.until(lambda: isinstance(user.app.screen, DeskScreen))


async def test_typed_ahead_it_goes_where_the_keys_lead() -> None:
    desk = ruled()
    async with at(desk) as user:
        for key in ("g", "r", "A", "V", "i", "p", "tab", *"opened", "ctrl+s"):
            user.app.simulate_key(key)
        await user.until(lambda: isinstance(user.app.screen, RulesScreen))
        await user.until(lambda: "say what is to be done" in says(user))
        form = screen(user).pane.form
        assert form is not None
        assert (form.values["name"], form.values["when"]) == ("Vip", "opened")
