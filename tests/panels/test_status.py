"""The status line says what the rows say, a moment after they changed."""

from dataclasses import replace

from models.types.change import Change
from tests.panels.fake_desk import small_desk
from tests.panels.pilot import at

LONG = "'info@oldmill.example and more' is no mail address. It needs an @ with a name and a host behind it."


async def test_a_copy_that_went_out_is_no_longer_counted_as_queued():
    async with at(small_desk()) as user:
        user.desk.accounts = tuple(replace(one, queued=2) for one in user.desk.accounts)
        user.desk.feed.put_nowait(Change(record_ids=frozenset({1})))
        await user.until(lambda: "2 queued" in user.text)
        user.desk.accounts = tuple(replace(one, queued=0) for one in user.desk.accounts)
        user.desk.feed.put_nowait(Change(record_ids=frozenset({1})))
        await user.until(lambda: "queued" not in user.text)


async def test_a_long_sentence_is_said_to_its_end_and_the_list_keeps_its_cursor():
    async with at(small_desk(), (80, 24)) as user:
        user.screen.say(LONG, bad=True)
        await user.sees("host behind it.")
        assert len(user.lines) == 24
        assert "mail ok" in user.text
        user.screen.say("Done.")
        await user.until(lambda: "host behind it." not in user.text)
        await user.until(lambda: user.lines[-2].startswith(" Done."))


async def test_what_a_line_can_become_takes_one_row_only():
    async with at(small_desk(), (60, 18)) as user:
        await user.press("colon")
        await user.sees("reply  note  take")
        assert user.lines[-2].startswith(" reply")


async def test_why_a_key_did_nothing_is_forgotten_with_the_next_key():
    async with at(small_desk()) as user:
        await user.press("m")
        await user.until(lambda: user.status.startswith("Only a mail in quarantine"))
        await user.press("j")
        assert user.status == ""
        await user.press("g", "x")
        assert user.status.startswith("That means nothing after g")
        await user.press("tab")
        await user.until(lambda: user.status == "")


async def test_ctrl_c_leaves_a_typed_line_and_else_says_how_to_leave():
    async with at(small_desk()) as user:
        await user.press("colon", "d", "o", "ctrl+c")
        await user.until(lambda: not user.screen.asking)
        await user.press("g", "ctrl+c", "j")
        assert user.status == ""
        await user.press("ctrl+c")
        await user.until(lambda: "Esc goes back" in user.status)
        await user.press("r", "x", "ctrl+c", "y")
        assert user.screen.composer.text.text == "xy"
        assert not user.app._notifications
