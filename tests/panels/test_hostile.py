"""Foreign text in every field, through the real screen: no control byte leaves, no markup is read, nothing breaks."""

import re
from dataclasses import fields, replace
from typing import Any

import pytest

from models.types.delivery import DeliveryState
from models.types.errors import NightdeskError
from models.types.health import AccountHealth, AccountState
from models.types.message import AttachmentView, FollowerView, MessageView
from models.types.people import Audience, Channel, Recipient, Why
from models.types.record import RecordRow
from tests.panels.fake_desk import NOW, FakeDesk, delivery, message, record, small_desk
from tests.panels.fake_setup import account
from tests.panels.pilot import at
from tests.panels.terminal import Terminal, bytes_written
from tui.app import NightdeskApp
from tui.render.setup_item import Fact, Room

OURS = re.compile(r"\x1b\[[0-9;]*[mHC]|\x1b\[\?2026[hl]|\x1b\]22;[a-z]*\x07")  # cells, frames, the pointer's shape
HOSTILE = [
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[2J\x1b[H owned",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x9b31mred\x9d52;c;x\x9c",
    "good\revil",
    "user\b\b\b\broot",
    "\x00nul\x7fdel",
    "txt.\u202eexe.cod\u202c",
    "\u2066iso\u2069\u200e\u200f",
    "[/]",
    "[/b] [bold red]x[/bold red]",
    "[@click=app.quit]pay here[/]",
    "[INV-7] [0] [type=x, v={'a[0]'}] :skull: [link=http://x]y[/link]",
    "e" + "\u0301" * 2_000,
    "\u200b" * 500 + "x",
    "\U000e0041\U000e0042tags",
    "\uffff\ufdd0\ud800lone",
    "👩‍👩‍👧‍👦🏳️‍🌈 wide 李伟",
    "line\u2028sep\u2029para\x85nel\x0bvt\x0cff",
    "x" * 100_000,
    "{name} $text %s \\[escaped\\]",
]


def poisoned(view: Any, poison: str) -> Any:
    """The same value with every text field foreign; enums, ids and logins of ours stay."""
    changes = {}
    for one in fields(view):
        value = getattr(view, one.name)
        if type(value) is str:
            changes[one.name] = poison
        elif isinstance(value, tuple) and value and all(type(part) is str for part in value):
            changes[one.name] = (poison,)
    return replace(view, **changes)


def poisoned_message(poison: str, **changes: Any) -> MessageView:
    view = poisoned(message(1, 1, cc=("x",), warnings=("x",), **changes), poison)
    copies = tuple(
        poisoned(delivery(number, state, attempts=1, next_try_at=NOW), poison)
        for number, state in enumerate(DeliveryState)
    )
    files = (AttachmentView(1, poison, poison, 5),)
    return replace(view, deliveries=copies, attachments=files, why=((poison, poison, poison),), new_text="")


def poisoned_desk(poison: str) -> FakeDesk:
    desk = small_desk()
    desk.records = {
        key: poisoned(replace(row, watchers=("x",), amount_cents=1), poison) for key, row in desk.records.items()
    }
    desk.quarantine = {key: poisoned(row, poison) for key, row in desk.quarantine.items()}
    desk.threads = {key: [replace(poisoned_message(poison), id=key)] for key in desk.records}
    desk.quarantine_mail = {key: replace(poisoned_message(poison), id=key) for key in desk.quarantine}
    desk.followers = {1: (FollowerView(poison, poison, Channel.EMAIL, False),)}
    desk.accounts = (AccountHealth(1, poison, AccountState.FAILING, True, True, None, 1, poison, 3),)
    desk.tips = (poison,)
    desk.raw_text = poison + "\n" + poison
    desk._audience = lambda *_: Audience(  # type: ignore[method-assign]
        (Recipient(poison, poison, Channel.EMAIL, Why.TO),), ((poison, poison),)
    )
    return desk


@pytest.mark.parametrize("poison", HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
async def test_no_control_byte_leaves_through_any_place(poison: str):
    desk = poisoned_desk(poison)
    app = NightdeskApp(desk, clock=lambda: NOW)
    app.driver_class = Terminal
    out = ""
    async with app.run_test(headless=False, size=(100, 40), notifications=True, tooltips=True) as pilot:
        for key in ("enter", "Q", "w", "escape", "o", "escape", "escape", "r"):
            await pilot.press(key)
            await pilot.pause(0.02)
        await pilot.pause()
        assert app.desk_screen.composer.draft is not None
        app.desk_screen.composer.text.insert(poison)
        desk.threads[1].append(replace(poisoned_message(poison), id=99))
        desk.threads[1].append(replace(poisoned_message(poison), id=100))
        for key in ("escape", "y", "d", "g", "q", "w", "escape", "g", "o"):
            await pilot.press(key)
            await pilot.pause(0.02)
        app.desk_screen.say(poison)
        await pilot.pause(0.05)
        app.desk_screen.fault(NightdeskError(poison, poison))
        await pilot.pause(0.05)
        out = bytes_written(app)
        assert app.is_running
    assert len(out) > 4_000
    rest = OURS.sub("", out)
    bad = sorted({f"{ord(c):04x}" for c in rest if not c.isprintable() and c != "\u200d"})
    assert not bad


@pytest.mark.parametrize("poison", HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
async def test_no_control_byte_leaves_through_the_set_up(poison: str):
    desk = small_desk()
    facts = (Fact(poison, poison),)
    desk.setup.rooms[Room.ACCOUNTS] = [account(poison, title=poison, summary=poison, mark=poison, facts=facts)]
    desk.setup.words_there = {"kinds": (poison,)}
    desk.setup.said = poison
    app = NightdeskApp(desk, clock=lambda: NOW)
    app.driver_class = Terminal
    async with app.run_test(headless=False, size=(100, 40)) as pilot:
        for keys in ("g", "a", "t", "escape", "s", "escape", "enter", "ctrl+s", "escape", "escape", "D", "D"):
            await pilot.press(keys)
            await pilot.pause(0.02)
        await pilot.pause()
        out = bytes_written(app)
        assert app.is_running
        assert ("test", poison) in desk.setup.calls
    rest = OURS.sub("", out)
    bad = sorted({f"{ord(c):04x}" for c in rest if not c.isprintable() and c != "\u200d"})
    assert not bad


@pytest.mark.parametrize("text", ["[/b] subject", "[INV-7] due", "[@click=app.quit]pay[/]", ":skull:"])
async def test_markup_is_shown_as_it_is(text: str):
    desk = FakeDesk([record(1, title=text)])
    desk.threads[1] = [message(1, 1, text=f"body {text}")]
    async with at(desk) as user:
        assert text in user.lines[1]
        await user.sees(f"body {text}")


async def test_a_click_on_foreign_text_runs_nothing():
    desk = FakeDesk([record(1, title="[@click=app.quit]x[/]")])
    desk.threads[1] = [message(1, 1, text="[@click=app.quit]" * 30)]
    async with at(desk) as user:
        for row in range(24):
            await user.pilot.click(offset=(20, row))
        assert user.app.is_running
        assert user.app.return_code is None


async def test_a_name_cannot_pretend_the_address_stands_beside_it():
    desk = FakeDesk([record(1)])
    desk.threads[1] = [
        message(1, 1, author_name="boss@desk.test", author_address="mallory@evil.example", verified=False)
    ]
    async with at(desk) as user:
        await user.sees("boss@desk.test <mallory@evil.example> · mail in")
        await user.sees("sender unverified  12:30")


async def test_a_long_name_cannot_push_the_address_or_the_mark_out_of_sight():
    desk = FakeDesk([record(1)])
    desk.threads[1] = [
        message(1, 1, author_name="Your Own Support Team " * 9, author_address="mallory@evil.example", verified=False)
    ]
    async with at(desk) as user:
        await user.sees("… <mallory@evil.example> · mail in")
        await user.sees("sender unverified  12:30")


async def test_a_look_alike_domain_is_shown_in_its_wire_form():
    desk = FakeDesk([record(1)])
    desk.threads[1] = [
        message(1, 1, author_address="info@раypal.com"),
        message(2, 1, author_address="info@müller.example"),
    ]
    async with at(desk, (100, 40)) as user:
        await user.sees("<info@xn--")
        await user.sees("<info@müller.example>")


def test_the_poison_reaches_every_text_field():
    row = poisoned(record(1), "P")
    assert isinstance(row, RecordRow)
    assert (row.title, row.contact, row.stage, row.assignee, row.brand) == ("P",) * 5
