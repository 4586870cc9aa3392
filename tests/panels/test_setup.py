"""The set-up by keys: rooms, forms, a test step by step, and nothing typed ever lost."""

import pytest

from models.types.change import Change
from models.types.errors import Overtaken
from tests.panels.fake_desk import FakeDesk, small_desk
from tests.panels.fake_setup import account
from tests.panels.pilot import User, at
from tui.keys import Context
from tui.render.setup_item import Room
from tui.screens.setup import SetupScreen

SIZES = [(80, 24), (200, 50)]


def setup_of(user: User) -> SetupScreen:
    assert isinstance(user.app.screen, SetupScreen)
    return user.app.screen


async def goes(user: User) -> SetupScreen:
    await user.press("g", "a")
    await user.sees("[Accounts 2]")
    return setup_of(user)


@pytest.mark.parametrize("size", SIZES)
async def test_g_a_shows_the_accounts_and_escape_the_desk_again(size: tuple[int, int]):
    async with at(small_desk(), size) as user:
        await user.press("j")
        await goes(user)
        await user.sees("smtp.acme.test:465, tls")
        await user.sees("stopped   sales")
        await user.press("escape")
        await user.sees("Open 10")
        assert user.cursor == 2
        await user.press("colon")
        await user.type("addresses")
        await user.press("enter")
        await user.sees("[Addresses 1]")
        await user.press("q")
        await user.sees("Open 10")


async def test_tab_walks_the_rooms():
    async with at(small_desk()) as user:
        screen = await goes(user)
        seen = []
        for _ in Room:
            await user.press("tab")
            seen.append(screen.room)
        assert seen == [Room.ADDRESSES, Room.BRANDS, Room.DOMAINS, Room.GROUPS, Room.CHECK, Room.ACCOUNTS]
        await user.press("shift+tab")
        await user.sees("Nothing to complain about.")


@pytest.mark.parametrize("size", SIZES)
async def test_a_new_account_is_tested_step_by_step_and_kept(size: tuple[int, int]):
    desk = small_desk()
    desk.setup.gate.clear()
    async with at(desk, size) as user:
        screen = await goes(user)
        await user.press("A")
        await user.until(lambda: screen.context is Context.FORM)
        await user.type("me@big.example")
        await user.press("tab")
        await user.sees("Make an app password at big.example/security first.")
        assert screen.pane.form is not None
        assert screen.pane.form.values["smtp_host"] == "smtp.big.example"
        await user.press("tab")
        await user.type("hunter2")
        await user.until(lambda: screen.pane.form and screen.pane.form.values["password"] == "hunter2")
        assert "hunter2" not in user.text
        await user.press("ctrl+s")
        await user.sees("… SMTP: smtp.acme.test:465 answers")
        desk.setup.gate.set()
        await user.sees("[Accounts 3]")
        room, key, values = desk.setup.kept[0]
        assert (room, key, values["password"], values["smtp_port"]) == (Room.ACCOUNTS, "", "hunter2", "587")
        await user.until(lambda: screen.list.current is not None and screen.list.current.key == "me@big.example")


async def test_a_failed_test_keeps_everything_typed_and_shows_the_server_s_words():
    desk = small_desk()
    desk.setup.fails = True
    async with at(desk) as user:
        screen = await goes(user)
        await user.press("enter")
        await user.until(lambda: screen.context is Context.FORM)
        await user.type("x")
        await user.press("ctrl+s")
        await user.sees("✗ SMTP: log in")
        await user.sees("The password was refused.")
        await user.sees("Check the password.")
        await user.sees("the server said: 535 5.7.8 bad")
        await user.until(lambda: "nothing was saved" in screen.status.sentence)
        assert screen.pane.form is not None
        assert screen.pane.form.values["email"] == "support@acme.testx"
        assert desk.setup.kept == []
        desk.setup.fails = False
        await user.press("ctrl+s")
        await user.until(lambda: desk.setup.kept)


async def test_what_stands_below_a_form_is_paged():
    desk = small_desk()
    desk.setup.fails = True
    async with at(desk) as user:
        screen = await goes(user)
        await user.press("enter")
        await user.until(lambda: screen.context is Context.FORM)
        await user.press("pagedown", "pageup")  # the form alone
        await user.press("ctrl+s")
        await user.sees("✗ SMTP: log in")
        await user.press("pageup")
        await user.sees("✓ SMTP: smtp.acme.test:465 answers")
        await user.press("pagedown")
        await user.sees("the server said")


async def test_what_is_unfit_stands_below_its_field():
    async with at(small_desk()) as user:
        screen = await goes(user)
        await user.press("enter")
        await user.until(lambda: screen.context is Context.FORM)
        assert screen.pane.form is not None
        screen.pane.form.put({"smtp_port": "many"})
        await user.press("ctrl+s")
        await user.sees("! A port is a number.")
        assert user.desk.setup.kept == []


async def test_the_second_of_two_admins_is_told_and_keeps_what_was_typed():
    desk = small_desk()
    desk.setup.refusal = Overtaken("Ben changed the password of support at 14:02 UTC.", "Read it again.")
    async with at(desk) as user:
        screen = await goes(user)
        await user.press("enter")
        await user.until(lambda: screen.context is Context.FORM)
        await user.type("y")
        await user.press("ctrl+s")
        await user.until(lambda: "Ben changed the password of support" in screen.status.sentence)
        assert screen.pane.form is not None
        assert screen.pane.form.values["email"] == "support@acme.testy"
        desk.feed.put_nowait(Change(accounts=True))
        await user.press("escape")
        await user.until(lambda: "not saved" in screen.status.sentence)
        assert screen.pane.form is not None
        await user.press("escape")
        await user.until(lambda: screen.context is Context.SETUP)


async def test_leaving_a_form_ends_its_test():
    desk = small_desk()
    desk.setup.gate.clear()
    async with at(desk) as user:
        screen = await goes(user)
        await user.press("enter")
        await user.until(lambda: screen.context is Context.FORM)
        await user.press("ctrl+s")
        await user.sees("… SMTP")
        await user.press("escape")
        await user.until(lambda: screen.context is Context.SETUP)
        desk.setup.gate.set()
        await user.press("j")
        assert desk.setup.kept == []


@pytest.mark.parametrize("size", SIZES)
async def test_t_tests_and_s_signs_in_where_the_details_stand(size: tuple[int, int]):
    desk = small_desk()
    async with at(desk, size) as user:
        screen = await goes(user)
        await user.press("t")
        await user.sees("✓ SMTP: log in")
        await user.until(lambda: screen.status.sentence == "support works.")
        await user.press("escape")
        await user.sees("smtp.acme.test:465, tls")
        desk.setup.gate.clear()
        await user.press("s")
        await user.sees("Open https://big.example/device and type ABCD-EFGH there.")
        desk.setup.gate.set()
        await user.until(lambda: screen.status.sentence == "support is signed in.")
        await user.press("tab", "s")
        assert screen.status.sentence == "Only accounts are tested and signed in."


async def test_K_makes_a_key_and_shows_the_record_to_add():
    desk = small_desk()
    desk.setup.rooms[Room.DOMAINS] = [account("acme.test")]
    async with at(desk) as user:
        screen = await goes(user)
        await user.press("K")
        assert screen.status.sentence == "Only domains have keys: Tab goes there."
        await user.press("tab", "tab", "tab", "K")
        await user.sees("Add to DNS: nd1._domainkey.acme.test TXT v=DKIM1; k=rsa; p=MIIB")
        await user.press("escape")
        assert screen.room is Room.DOMAINS


async def test_what_the_browser_ended_at_is_pasted():
    desk = small_desk()
    desk.setup.gate.clear()
    async with at(desk) as user:
        screen = await goes(user)
        await user.press("s")
        await user.sees("type ABCD-EFGH there")
        await user.press("P")
        await user.sees(": paste")
        await user.type("code=1")
        await user.press("enter")
        await user.until(lambda: ("paste", "code=1") in desk.setup.calls)
        await user.until(lambda: screen.status.sentence == "support is signed in.")


async def test_x_switches_and_D_D_removes():
    async with at(small_desk()) as user:
        screen = await goes(user)
        await user.press("tab", "x")
        await user.until(lambda: screen.status.sentence == "support@acme.test is switched off.")
        await user.press("D")
        await user.until(lambda: user.lines[-1].startswith(" D …  D remove"))
        await user.press("x", "D", "D")
        await user.until(lambda: "Nobody can be answered for Acme now." in screen.status.sentence)
        await user.sees("No sending address yet. A adds one.")


async def test_a_finding_leads_to_what_it_is_about():
    desk = small_desk()
    finding = desk.setup.rooms[Room.ADDRESSES][0]
    desk.setup.rooms[Room.CHECK] = [
        type(finding)("1", "No unbound address", "every brand needs one", "warn", finding.mark_role,
                      room=Room.ACCOUNTS, target="sales")
    ]  # fmt: skip
    async with at(desk) as user:
        screen = await goes(user)
        await user.sees("Check 1")
        await user.press("shift+tab")
        await user.sees("No unbound address")
        await user.press("t")
        assert screen.status.sentence == "This is a finding: Enter goes to what it is about."
        await user.press("enter")
        await user.until(lambda: screen.list.current is not None and screen.list.current.key == "sales")


async def test_help_and_palette_are_of_the_place():
    async with at(small_desk()) as user:
        screen = await goes(user)
        await user.press("question_mark")
        await user.sees("Keys in the set-up")
        await user.press("escape")
        await user.sees("smtp.acme.test:465, tls")
        offered = {one.help for one in user.app.get_system_commands(screen)}
        assert {":add", ":test", ":sign-in"} <= offered
        assert ":reply" not in offered


async def test_a_real_desk_without_anything_says_what_to_do():
    desk = FakeDesk()
    desk.setup.rooms[Room.ACCOUNTS] = []
    async with at(desk) as user:
        await user.press("g", "a")
        await user.sees("A adds one: type its address")
        await user.press("x")
        assert setup_of(user).status.sentence == "There is nothing here yet: A adds one."


async def test_a_dropped_line_keeps_a_form_but_no_password():
    desk = small_desk()
    async with at(desk) as user:
        screen = await goes(user)
        await user.press("A")
        await user.until(lambda: screen.pane.form is not None)
        form = screen.pane.form
        assert form is not None
        form.put({"email": "anna@acme.test", "password": "sesame", "pasted": "https://acme.test/?code=1"})
        await user.app.hang_up()
    assert desk.kept_form is not None
    name, typed = desk.kept_form
    assert name == "accounts "
    assert typed["email"] == "anna@acme.test"
    assert not {"password", "pasted"} & set(typed)


async def test_what_a_field_says_goes_with_its_form():
    async with at(small_desk()) as user:
        screen = await goes(user)
        await user.press("enter")
        await user.until(lambda: screen.context is Context.FORM and screen.status.sentence)
        await user.press("escape")
        await user.until(lambda: screen.context is Context.SETUP)
        assert screen.status.sentence == ""
