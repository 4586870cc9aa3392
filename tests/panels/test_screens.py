"""Whole screens as text at the two sizes that are first class, and the ones between."""

from pathlib import Path

import pytest

from models.types.change import Change
from models.types.errors import DatabaseError
from models.types.health import AccountHealth, AccountState
from tests.panels.fake_desk import NOW, FakeDesk, small_desk
from tests.panels.pilot import at
from tests.render.golden import same

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("size", [(80, 24), (200, 50), (120, 36), (60, 20)])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("list", []),
        ("thread", ["enter"]),
        ("reply", ["r"]),
        ("note", ["c"]),
        ("quarantine", ["g", "q"]),
        ("help", ["question_mark"]),
    ],
)
async def test_screen(size: tuple[int, int], name: str, keys: list[str]):
    async with at(small_desk(), size) as user:
        await user.press(*keys)
        if name in ("reply", "note"):
            await user.until(lambda: user.screen.composer.draft is not None)
            await user.type("Hello, we look into it")
            await user.press("escape")
            await user.sees("y log it" if name == "note" else "y send")
        if name == "quarantine":
            await user.sees("We talked on the phone.")
        await user.sees("mail ok")
        same(GOLDEN / f"{name}-{size[0]}x{size[1]}.txt", user.text)


async def test_the_demo_s_tips_stand_above_the_status_line():
    desk = small_desk()
    desk.tips = ("Mail arrives by itself.", "r answers, Esc then y sends.")
    async with at(desk) as user:
        assert user.lines[-4:-2] == ["  Mail arrives by itself.", "  r answers, Esc then y sends."]


async def test_an_empty_desk_says_so():
    async with at(FakeDesk()) as user:
        await user.sees("Nobody waits. New mail shows up here by itself.")
        await user.press("r")
        assert user.status == "There is nothing under the cursor."


async def test_a_failing_account_says_its_sentence_in_the_status_line():
    desk = small_desk()
    desk.accounts = (
        AccountHealth(1, "support", AccountState.STOPPED, True, True, NOW, 4, "The password was refused.", 7),
    )
    async with at(desk) as user:
        await user.sees("mail stopped: support – The password was refused.")
        desk.accounts = ()
        desk.feed.put_nowait(Change(accounts=True))
        await user.sees("no mail account")


async def test_a_resize_keeps_the_cursor_and_the_text():
    async with at(small_desk()) as user:
        await user.press("j", "j", "r")
        await user.until(lambda: user.screen.composer.draft is not None)
        await user.type("half")
        await user.pilot.resize_terminal(200, 50)
        await user.sees("Needs us 5")
        assert user.cursor == 3
        assert user.screen.composer.text.text == "half"
        await user.pilot.resize_terminal(40, 12)
        await user.pilot.pause()
        assert user.app.is_running


async def test_a_failed_read_is_said_tried_again_and_said_to_work(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.screens.trouble.RETRY_SECONDS", 0.01)
    desk = small_desk()
    said = []
    desk.fail_next = DatabaseError("The database is locked.", "It is tried again.")
    async with at(desk) as user:
        await user.until(lambda: user.status == "It works again.")
        assert user.cursor == 1
        monkeypatch.setattr(user.screen.status, "say", lambda sentence, bad=False: said.append(sentence))
        desk.fail_next = DatabaseError("The database is locked.", "It is tried again.")
        desk.change(5, title="after the lock")
        await user.sees("after the lock")
        await user.until(lambda: len(said) == 2)
        assert said == ["The database is locked. It is tried again.", "It works again."]


async def test_background_work_runs_and_its_failure_is_said_and_begun_anew(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.app.RESTART_SECONDS", (0.01,))
    runs = []

    async def background() -> None:
        runs.append(1)
        if len(runs) < 3:
            raise DatabaseError("The worker lost the database.")

    async with at(small_desk(), background=background) as user:
        await user.until(lambda: len(runs) == 3)
        assert user.status == "The worker lost the database."


async def test_a_broken_feed_is_begun_anew_and_everything_is_read_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.app.RESTART_SECONDS", (0.01,))
    desk = small_desk()
    good = desk.changes
    broken = []

    async def changes():
        if not broken:
            broken.append(1)
            desk.records[1] = desk.records[5]
            raise DatabaseError("The feed broke.")
            yield
        async for change in good():
            yield change

    desk.changes = changes  # type: ignore[method-assign]
    async with at(desk) as user:
        await user.until(lambda: user.status == "The feed broke.")
        desk.change(5, title="after the break")
        await user.sees("after the break")


async def test_what_lies_over_the_thread_is_broken_anew_for_another_width():
    desk = small_desk()
    desk.raw_text = "X-Long: " + "0123456789" * 8 + "END\r\n\r\nHello\r\n"
    async with at(desk, (100, 30)) as user:
        await user.press("o")
        await user.sees("END")
        await user.pilot.resize_terminal(60, 30)
        await user.until(lambda: user.app.size.width == 60)
        await user.sees("9END")


async def test_tips_are_read_to_their_end_on_a_narrow_terminal():
    desk = small_desk()
    desk.tips = ("Mail comes in by itself. r answers: type, Esc, y. It leaves after 5 seconds,", "and q removes all.")
    async with at(desk, (60, 18)) as user:
        await user.sees("after 5 seconds, and")
        await user.sees("removes all.")
        await user.pilot.resize_terminal(80, 24)
        await user.until(lambda: any(line.strip() == "and q removes all." for line in user.lines))
