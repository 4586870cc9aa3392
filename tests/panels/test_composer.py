"""Writing, saving, reviewing, sending, the guard, and taking back."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

from models.types.delivery import DeliveryState
from models.types.draft_mode import DraftMode
from models.types.errors import DatabaseError, NotAllowed
from models.types.message import MessageKind
from tests.panels.fake_desk import FakeDesk, small_desk
from tests.panels.pilot import User, at
from tui.keys import Context


def draft_text(desk: FakeDesk) -> str:
    return next(iter(desk.drafts.values())).text


async def reply(user: User, text: str) -> None:
    await user.press("r")
    await user.until(lambda: user.screen.composer.draft is not None)
    await user.type(text)


async def test_a_reply_shows_who_gets_it_and_from_whom():
    async with at(small_desk()) as user:
        await user.press("r")
        await user.sees("REPLY – goes out by mail")
        await user.sees("To    <mara@olsen.example> (mail) · Ben Ode (inbox, follower)")
        assert "Not   Anna Berg (wrote it)" in user.text
        assert "From  Acme Support <support@desk.test> · the brand's address" in user.text
        assert "│ It burns again, photo attached." in user.text


async def test_a_note_says_in_words_that_it_stays_inside_and_has_another_border():
    async with at(small_desk()) as user:
        await user.press("c")
        await user.sees("NOTE – stays inside")
        await user.sees("Told  Ben Ode (inbox, follower)")
        assert "@olsen.example> (mail)" not in "\n".join(user.lines[user.text.count("\n") // 2 :])
        assert any(line.startswith("╔") for line in user.lines)
        await user.type("check the fuse")
        await user.press("escape", "y")
        await user.until(lambda: user.status == "Noted.")
        note = user.desk.threads[1][-1]
        assert (note.kind, note.text) == (MessageKind.NOTE, "check the fuse")
        assert all(copy.state is DeliveryState.DELIVERED for copy in note.deliveries)


async def test_letters_are_text_while_writing():
    async with at(small_desk()) as user:
        await reply(user, "j k e q r z : / ?")
        assert user.screen.composer.text.text == "j k e q r z : / ?"
        assert user.cursor == 1


async def test_keys_that_come_in_one_packet_edit_in_the_order_they_were_typed():
    async with at(small_desk()) as user:
        await reply(user, "")
        await user.burst("helo", "backspace", "lo world", "left", "left", "XX", "ctrl+w", "YY")
        assert user.screen.composer.text.text == "hello YYld"
        await user.burst("ctrl+a", "typ", "backspace", "escape", "p")
        await user.until(lambda: user.screen.writing is None)
        assert draft_text(user.desk) == "tyhello YYld"


async def test_spaces_and_joiners_of_other_scripts_are_letters():
    written = "10\u00a0000\u3000\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0915\u094d\u200d\u0937"
    async with at(small_desk()) as user:
        await reply(user, "")
        await user.burst("x", "shift+left", *written)
        assert user.screen.composer.text.text == written


async def test_what_is_typed_before_the_draft_is_read_is_kept():
    desk = small_desk()
    async with at(desk) as user:
        gate = asyncio.Event()
        opened = desk.open_draft

        async def slow(record_id: int, mode: DraftMode):
            await gate.wait()
            return await opened(record_id, mode)

        desk.open_draft = slow  # type: ignore[method-assign]
        await user.press("r")
        await user.type("quick")
        gate.set()
        await user.until(lambda: user.screen.composer.draft is not None)
        assert user.screen.composer.text.text == "quick"
        await user.until(lambda: desk.drafts and draft_text(desk) == "quick")


async def test_a_draft_is_saved_when_the_keys_rest_and_on_escape():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "one")
        await user.until(lambda: draft_text(desk) == "one")
        await user.type(" two")
        await user.press("escape")
        await user.until(lambda: draft_text(desk) == "one two")


async def test_flush_saves_at_once():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "the line drops")
        await user.app.flush()
        assert draft_text(desk) == "the line drops"


async def test_hanging_up_saves_and_leaves():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "the line drops")
        await user.app.hang_up()
        assert draft_text(desk) == "the line drops"
        assert user.app.return_code == 129


async def test_keep_closes_and_the_same_key_goes_on():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "half a sent")
        await user.press("escape", "p")
        await user.until(lambda: user.status == "Draft kept.")
        assert user.screen.context is Context.LIST
        await user.press("r")
        await user.until(lambda: user.screen.composer.draft is not None)
        await user.type("ence")
        assert user.screen.composer.text.text == "half a sentence"


async def test_edit_goes_back_into_the_text():
    async with at(small_desk()) as user:
        await reply(user, "abc")
        await user.press("escape")
        assert user.screen.context is Context.REVIEW
        await user.sees("y send   Y send and done   e edit   d discard   p keep")
        await user.press("e")
        await user.type("d")
        assert user.screen.composer.text.text == "abcd"


async def test_discard_throws_away_and_undo_brings_back():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "never mind")
        await user.press("escape", "d")
        await user.until(lambda: not desk.drafts)
        await user.until(lambda: user.status == "Draft thrown away.")
        await user.press("z")
        await user.until(lambda: user.screen.composer.draft is not None)
        assert user.screen.composer.text.text == "never mind"


async def test_sending_holds_counts_down_and_can_be_taken_back():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "On my way.")
        await user.press("escape", "y")
        await user.sees("Goes in 10 s, z takes it back")
        await user.sees("held, goes in 10 s")
        assert not user.screen.composer.display
        assert user.cursor == 1
        await user.press("j", "z")
        await user.until(lambda: user.screen.composer.draft is not None)
        assert user.screen.composer.text.text == "On my way."
        assert user.cursor == 1
        assert user.screen.context is Context.REVIEW
        await user.until(lambda: "Goes in" not in user.text)
        assert all(one.text != "On my way." for one in desk.threads[1])


async def test_send_and_done_goes_on_to_the_next_record():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "Solved.")
        await user.press("escape", "Y")
        await user.until(lambda: ("done", 1) in desk.calls)
        await user.until(lambda: 1 not in user.listed)
        assert user.cursor == 2
        assert user.cursor_row == 0


async def test_news_since_the_composer_opened_stops_the_send():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "Have you tried turning it off?")
        news = desk.arrive(1, "Forget it, it works again!")
        await user.press("escape", "y")
        await user.sees("Not sent: 1 new message since you began.")
        await user.sees("Forget it, it works again!")
        await user.sees("y send anyway")
        assert all(call[0] != "sent" for call in desk.calls)
        await user.press("y")
        await user.until(lambda: desk.threads[1][-1].text == "Have you tried turning it off?")
        assert desk.calls[-1][0] != "send" or desk.calls[-1][2] == news.id


async def test_after_a_stop_the_text_can_be_edited_or_thrown_away():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "abc")
        desk.arrive(1, "news")
        await user.press("escape", "y")
        await user.sees("send anyway")
        await user.press("e")
        await user.type("d")
        await user.press("escape", "d")
        await user.until(lambda: not desk.drafts)


async def test_an_empty_reply_says_what_is_missing():
    async with at(small_desk()) as user:
        await user.press("r")
        await user.until(lambda: user.screen.composer.draft is not None)
        await user.press("escape", "y")
        await user.sees("There is no text yet; e goes on writing.")
        assert user.screen.composer.display
        for change in (":to mara@olsen.example", ":subject Other words"):
            await user.press("y")
            await user.sees("There is no text yet; e goes on writing.")
            await user.type(change)
            await user.press("enter")
            await user.until(
                lambda: "no text yet" not in user.text, "what was wrong before a change is not said after it"
            )


async def test_a_failed_save_keeps_the_text_and_says_so():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "precious")
        await user.until(lambda: draft_text(desk) == "precious")
        await user.type("!")
        desk.fail_next = DatabaseError("The database is locked.", "Try again in a moment.")
        await user.press("escape")
        await user.sees("The database is locked. Try again in a moment.")
        assert user.screen.composer.text.text == "precious!"
        await user.press("y")
        await user.until(lambda: desk.threads[1][-1].text == "precious!")


async def test_a_failed_send_keeps_the_composer():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "precious")
        await user.press("escape")
        await user.until(lambda: draft_text(desk) == "precious")
        desk.fail_next = DatabaseError("The disk is full.", "Free some space.")
        await user.press("y")
        await user.sees("The disk is full. Free some space.")
        assert user.screen.composer.text.text == "precious"
        assert user.screen.context is Context.REVIEW


async def test_a_draft_that_cannot_be_opened_gives_the_keys_back():
    desk = small_desk()
    async with at(desk) as user:
        desk.fail_next = DatabaseError("The database is locked.")
        await user.press("r")
        await user.sees("The database is locked.")
        assert not user.screen.composer.display
        await user.press("j")
        assert user.cursor == 2


async def test_recipients_and_subject_are_chosen_by_command():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "hello")
        await user.press("escape", ":")
        await user.type("to ada@example.org, bo@example.org")
        await user.press("enter")
        await user.sees("To    <ada@example.org> (mail) · <bo@example.org> (mail)")
        await user.press(":")
        await user.type("subject Second try")
        await user.press("enter")
        await user.sees("Subj  Second try")
        assert user.screen.context is Context.REVIEW


async def test_ctrl_enter_sends_where_the_terminal_reports_it():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "fast")
        await user.press("ctrl+enter")
        await user.until(lambda: desk.threads[1][-1].text == "fast")


async def test_quit_while_a_text_cannot_be_saved_asks_first():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "precious")
        desk.fail_next = DatabaseError("The database is locked.")
        await user.app.action_quit()
        assert "not saved" in user.status
        assert user.app.is_running
        await user.app.action_quit()
        assert draft_text(desk) == "precious"


async def test_the_list_does_not_move_below_the_composer():
    desk = small_desk()
    async with at(desk, (120, 40)) as user:
        await reply(user, "abc")
        desk.arrive(5, "somebody else writes")
        await user.until(lambda: user.listed.index(5) == 0)
        assert user.cursor == 1
        assert user.screen.thread.row_id == 1


async def test_a_key_goes_round_the_addresses_and_the_rules():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "Hello")
        await user.press("ctrl+o")
        await user.sees("From  Anna Berg <anna@desk.test> · A chosen in the composer")
        await user.press("ctrl+o")
        await user.sees("From  Acme Support <support@desk.test> · the brand's address")
        assert user.screen.composer.text.text == "Hello"
        assert [call[2] for call in desk.calls if call[0] == "sender"] == ["anna@desk.test", ""]


async def test_the_list_of_addresses_says_why_not_and_follows_the_choice():
    async with at(small_desk()) as user:
        await reply(user, "Hello")
        await user.press("ctrl+t")
        await user.sees("▸ support@desk.test  usual · E the brand's address")
        assert "  vip@desk.test      not available: the author may not use it" in user.text
        assert "Hello" in user.text
        await user.press("ctrl+o")
        await user.sees("▸ anna@desk.test     D the author's own address")
        await user.press("ctrl+t")
        await user.until(lambda: "vip@desk.test" not in user.text)


async def test_a_long_list_is_paged_and_leaves_the_text_in_sight():
    desk = small_desk()
    desk.sender_list = tuple(replace(desk.sender_list[1], address=f"s{number}@desk.test") for number in range(12))
    async with at(desk, (80, 24)) as user:
        await reply(user, "Hello")
        await user.press("ctrl+t")
        await user.sees("more below; the same key goes on")
        seen = shown = re.findall(r"s\d+@desk", user.text)
        while "that is all" not in user.text:
            assert "Hello" in user.text
            await user.press("ctrl+t")
            await user.until(lambda before=shown: re.findall(r"s\d+@desk", user.text) != before)
            shown = re.findall(r"s\d+@desk", user.text)
            seen = [*seen, *shown]
        assert sorted(seen) == sorted(f"s{number}@desk" for number in range(12))
        await user.press("ctrl+t")
        await user.until(lambda: "s11@desk.test" not in user.text)


async def test_a_refused_address_says_who_can_help_and_changes_nothing():
    desk = small_desk()
    async with at(desk) as user:
        await reply(user, "Hello")
        await user.press("escape", "f")
        await user.type("vip@desk.test")
        await user.press("enter")
        await user.sees("This cannot go out as vip@desk.test: the author may not use it; ask an")
        assert "From  Acme Support <support@desk.test>" in user.text
        assert user.screen.context is Context.REVIEW
        desk.sender_list = desk.sender_list[1:]
        await user.press("ctrl+o")
        await user.sees("There is no other address it may go out as. Ctrl-T lists them")
        await user.press("e")
        await user.type("x")
        await user.until(lambda: "There is no other address" not in user.text)


async def test_a_note_has_no_sender():
    async with at(small_desk()) as user:
        await user.press("c")
        await user.until(lambda: user.screen.composer.draft is not None)
        await user.press("ctrl+o")
        await user.until(lambda: user.status == "A note stays inside: it has no sender.")


async def test_files_are_attached_from_the_review_bar_and_taken_off(tmp_path: Path):
    (tmp_path / "offer.pdf").write_bytes(b"%PDF")
    async with at(small_desk()) as user:
        await reply(user, "Here is our offer")
        await user.press("escape", "a")
        await user.type(f"{tmp_path}/off")
        await user.press("tab", "enter")
        await user.sees("Files offer.pdf · 1 kB")
        await user.press("a")
        await user.type("/tmp/second.txt")
        await user.press("enter")
        await user.sees("      second.txt")
        await user.press("x")
        await user.until(lambda: "second.txt" not in user.text)
        await user.press("x", "x")
        await user.sees("No file is attached: a attaches one.")
        await user.press("y")
        await user.until(lambda: not user.desk.drafts)


async def test_a_file_that_is_refused_says_why_and_the_draft_stays():
    async with at(small_desk()) as user:
        await reply(user, "Here is our offer")
        await user.press("escape")
        await user.until(lambda: not user.screen.composer.unsaved)
        user.desk.fail_next = NotAllowed("huge.iso is larger than 20 MB.", "Send a link.")
        await user.press("a")
        await user.type("/tmp/huge.iso")
        await user.press("enter")
        await user.until(lambda: user.status == "huge.iso is larger than 20 MB. Send a link.")
        await user.sees("Here is our offer")


async def test_a_note_carries_no_files():
    async with at(small_desk()) as user:
        await user.press("c")
        await user.until(lambda: user.screen.composer.draft is not None)
        await user.press("escape", "a")
        assert user.status == "A note carries no files."
