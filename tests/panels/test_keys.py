"""Every key does what the table says, and says why when it does not apply."""

import asyncio

import pytest
from textual.events import Key

from models.types.errors import NotAllowed, NotFound, SettingsError
from models.types.message import AttachmentView, MailClass
from models.types.record import Need, View
from tests.panels.fake_desk import FakeDesk, long_desk, message, small_desk
from tests.panels.pilot import at
from tui.app import NightdeskApp
from tui.keys import COMMANDS, Context, doubles, markdown, remapped, shown
from tui.panels.help import help_lines


def test_no_key_means_two_things_in_one_place():
    assert doubles() == ()


def test_double_keys_are_found():
    clash = remapped({"record.take": "r"})
    assert any("record.reply" in one and "record.take" in one for one in doubles(clash))
    prefix = remapped({"record.take": "g"})
    assert any("record.take" in one for one in doubles(prefix))


def test_every_command_has_its_own_id_and_name_and_words():
    assert len({one.id for one in COMMANDS}) == len(COMMANDS)
    names = [one.name for one in COMMANDS if one.name]
    assert len(set(names)) == len(names)
    assert all(one.words and one.contexts for one in COMMANDS)


def test_no_plain_letter_works_while_writing():
    writing = [key for one in COMMANDS if Context.WRITING in one.contexts for key in one.keys]
    assert all(len(key) > 1 for key in writing)


def test_the_readme_table_names_every_command():
    table = markdown()
    assert all(f"| {one.words} |" in table for one in COMMANDS)
    assert "| `r` | answer by mail | list and thread | `:reply` |" in table


@pytest.mark.parametrize(
    ("key", "written"), [("escape", "Esc"), ("ctrl+l", "Ctrl-L"), ("g g", "g g"), ("shift+tab", "Shift-Tab")]
)
def test_keys_are_written_as_people_read_them(key: str, written: str):
    assert shown(key) == written


async def test_j_k_and_arrows_move_one_record():
    async with at(small_desk()) as user:
        await user.press("j", "down", "j", "k", "up")
        assert user.cursor == 2


async def test_gg_home_G_end_go_to_the_ends():
    async with at(long_desk(40)) as user:
        for key, there in (("G", 40), ("home", 1), ("end", 40)):
            await user.press(key)
            assert user.cursor == there
        await user.press("g", "g")
        assert user.cursor == 1


async def test_pages_move_a_screenful():
    async with at(long_desk(40)) as user:
        await user.press("pagedown")
        assert user.cursor == user.records.size.height
        await user.press("pageup")
        assert user.cursor == 1


async def test_a_wrong_second_letter_says_so_and_is_eaten():
    async with at(small_desk()) as user:
        await user.press("g", "e")
        assert user.status == "That means nothing after g; ? lists the keys."
        await user.press("g", "f12", "j")
        assert user.cursor == 2
        assert user.desk.calls == [call for call in user.desk.calls if call[0] == "presence"]


async def test_enter_opens_the_thread_and_escape_comes_back_to_the_same_place():
    async with at(small_desk()) as user:
        await user.press("j", "j", "enter")
        assert user.screen.context is Context.THREAD
        await user.until(lambda: "Needs us 5" not in user.text)  # the thread has the small screen for itself
        await user.press("escape")
        assert user.screen.context is Context.LIST
        assert (user.cursor, user.cursor_row) == (3, 2)
        assert "Needs us 5" in user.text


async def test_wide_screens_keep_the_list_beside_an_open_thread():
    async with at(small_desk(), (200, 50)) as user:
        await user.press("enter")
        assert "Needs us 5" in user.text


async def test_j_in_the_thread_steps_through_messages():
    async with at(small_desk()) as user:
        await user.press("enter")
        newest = user.screen.thread.message
        await user.press("k", "k")
        older = user.screen.thread.message
        assert newest is not None
        assert older is not None
        assert older.id == newest.id - 2
        assert user.cursor == 1


async def test_space_pages_the_thread_and_goes_on_at_its_end():
    desk = small_desk()
    desk.threads[1] = [message(1, 1, text="\n".join(f"line {n}" for n in range(60)))]
    async with at(desk) as user:
        await user.sees("line 1")
        assert "line 59" not in user.text
        while "line 59" not in user.text:
            assert user.cursor == 1
            await user.press("space")
        await user.press("space")
        assert user.cursor == 2


async def test_b_pages_back():
    desk = small_desk()
    desk.threads[1] = [message(1, 1, text="\n".join(f"line {n}" for n in range(60)))]
    async with at(desk) as user:
        await user.press("space", "space", "b", "b")
        await user.sees("Mara Olsen <mara@olsen.example> · mail in")


async def test_Q_unfolds_and_folds_quotes():
    async with at(small_desk()) as user:
        await user.sees("… 4 quoted lines folded, Q unfolds")
        await user.press("enter", "Q")
        await user.sees("> Please send a photo.")
        await user.press("Q")
        await user.until(lambda: "> Please" not in user.text)
        await user.press("k", "Q")
        assert user.status == "This message quotes nothing."


async def test_w_shows_every_rule_that_was_tried():
    async with at(small_desk()) as user:
        await user.press("w")
        await user.sees("signed reply address  no       none among the recipients")
        await user.sees("references            yes      it answers #1001")
        await user.press("escape")
        await user.sees("fire.jpg")


async def test_o_shows_the_mail_as_it_came():
    desk = small_desk()
    desk.raw_text = "Subject: hi\r\n\r\n" + "\r\n".join(f"raw {n}" for n in range(5_000))
    async with at(desk) as user:
        await user.press("o")
        await user.sees("raw 5")
        await user.press("G")
        await user.press("enter", "G")
        await user.sees("raw 4999")
        await user.press("escape")
        await user.sees("fire.jpg")


async def test_the_mail_as_it_came_is_as_wide_as_the_pane():
    desk = small_desk()
    desk.raw_text = f"Subject: {'long ' * 12}end\r\n\r\nhi\r\n"
    async with at(desk) as user:
        await user.press("o")
        await user.sees(f"Subject: {'long ' * 12}end")


async def test_a_takes_and_says_when_it_is_mine_already():
    async with at(small_desk()) as user:
        await user.press("a")
        await user.until(lambda: user.status == "#1001 is yours.")
        await user.until(lambda: user.records.current.assignee == "anna")
        await user.press("a")
        assert user.status == "#1001 is yours already."


async def test_e_says_when_it_is_done_already_and_E_brings_it_back():
    async with at(small_desk()) as user:
        await user.press("g", "d")
        await user.until(lambda: user.cursor == 11)
        await user.press("e")
        assert user.status == "#1011 is done already; E brings it back."
        await user.press("E")
        await user.until(lambda: user.desk.records[11].need is Need.NEEDS_US)
        await user.until(lambda: user.listed == [12])


async def test_z_takes_back_what_was_done():
    async with at(small_desk()) as user:
        await user.press("e")
        await user.until(lambda: user.desk.records[1].need is Need.DONE)
        await user.press("z")
        await user.until(lambda: user.desk.records[1].need is Need.NEEDS_US)
        await user.until(lambda: user.cursor == 1)
        await user.press("z")
        await user.until(lambda: user.status == "There is nothing to take back.")


async def test_F_follows_and_unfollows():
    async with at(small_desk()) as user:
        await user.press("F")
        await user.until(lambda: ("follow", 1, True) in user.desk.calls)
        await user.sees("Anna Be…")
        await user.press("F")
        await user.until(lambda: ("follow", 1, False) in user.desk.calls)


async def test_S_sends_a_bounced_copy_again_and_only_such():
    async with at(small_desk()) as user:
        await user.press("S")
        assert user.status == "No copy of this message is failed, bounced or unsure."
        await user.press("j", "j", "j", "enter", "k", "k", "k", "S")
        await user.sees(": resend li@gone.example")
        await user.press("enter")
        await user.until(lambda: ("resend", 401, "li@gone.example") in user.desk.calls)


async def test_a_bounced_copy_goes_to_a_corrected_address():
    desk = small_desk()
    async with at(desk) as user:
        await user.press("j", "j", "j", "enter", "k", "k", "k", "S")
        await user.sees(": resend li@gone.example")
        await user.press(*["backspace"] * len("gone.example"))
        await user.type("here.example")
        desk.arrive(4, "Are you there?")  # what the question is about stays what it was
        await user.press("enter")
        await user.until(lambda: ("resend", 401, "li@here.example") in desk.calls)
        assert user.screen.context is Context.THREAD


async def test_S_is_about_the_bounced_copy_when_its_report_is_the_newest_message():
    desk = small_desk()
    desk.threads[4] = [desk.threads[4][0], message(49, 4, mail_class=MailClass.REPORT, text="Undeliverable")]
    async with at(desk) as user:
        await user.press("j", "j", "j")
        await user.until(lambda: user.screen.thread.row_id == 4)
        await user.press("S")
        await user.sees(": resend li@gone.example")


async def test_a_key_waits_for_the_thread_it_is_about():
    desk = small_desk()
    async with at(desk) as user:
        await user.press("j", "j", "j")
        await user.until(lambda: user.screen.thread.row_id == 4)
        await user.press("k", "k", "k")
        await user.until(lambda: user.screen.thread.arrived and user.screen.thread.row_id == 1)
        desk.reading.clear()
        for key in "jjjS":
            user.app.post_message(Key(key, key))
        asyncio.get_running_loop().call_later(0.3, desk.reading.set)
        await user.sees(": resend li@gone.example")


async def test_a_key_waits_for_what_the_list_says_already_of_the_thread_that_is_open():
    desk = small_desk()
    bounced, desk.threads[4] = desk.threads[4], [message(44, 4)]
    async with at(desk) as user:
        await user.press("j", "j", "j")
        await user.until(lambda: user.screen.thread.arrived and user.screen.thread.row_id == 4)
        desk.reading.clear()
        desk.threads[4] = bounced
        desk.change(4, title="It came back")
        await user.sees("It came back")
        user.app.post_message(Key("S", "S"))
        asyncio.get_running_loop().call_later(0.3, desk.reading.set)
        await user.sees(": resend li@gone.example")


async def test_i_shows_each_copy_with_the_reason_above_the_server_s_words():
    async with at(small_desk()) as user:
        await user.press("j", "j", "j", "enter", "k", "k", "k", "i")
        await user.sees("5 copies")
        reason = user.text.index("li@gone.example does not exist; ask for another address.")
        assert user.text.index("the server said: 550 5.1.1 User unknown") > reason
        await user.press("j", "j", "S")
        await user.sees(": resend kay@example.org")
        await user.press("escape", "j", "S")
        assert user.status == "No copy of this message is failed, bounced or unsure."
        await user.press("escape")
        await user.sees("Your parcel is on its way.")


async def test_d_saves_the_only_file_and_says_where():
    async with at(small_desk()) as user:
        await user.press("d")
        await user.until(lambda: user.status == "Saved as /srv/anna/Downloads/fire.jpg")
        assert ("save_file", 16, 0) in user.desk.calls
        await user.press("j")
        await user.until(lambda: user.screen.thread.row_id == 2)
        await user.press("d")
        assert user.status == "No file came with this message."


async def test_with_several_files_one_is_chosen_first():
    desk = small_desk()
    names = ("a.txt", "b.txt", "c.txt")
    files = tuple(AttachmentView(n, name, "text/plain", n) for n, name in enumerate(names, 1))
    desk.threads[1] = [message(1, 1, attachments=files)]
    async with at(desk) as user:
        await user.press("d")
        await user.sees("▪ b.txt")
        assert user.status == "There are several: j and k choose one, d saves it."
        await user.press("j", "d")
        await user.until(lambda: ("save_file", 1, 1) in desk.calls)
        await user.press("escape", "j")
        assert user.cursor == 2


async def test_tab_walks_the_views_and_counts_stand_beside_them():
    async with at(small_desk()) as user:
        await user.sees("[Open 10] Needs us 5  Mine 3  Done 2  Quarantine 2")
        seen = []
        for _ in View:
            await user.press("tab")
            seen.append(user.records.view)
        assert seen == [View.NEEDS_US, View.MINE, View.DONE, View.QUARANTINE, View.OPEN]
        await user.press("shift+tab")
        await user.sees("[Quarantine 2]")


@pytest.mark.parametrize(
    ("keys", "view"),
    [("gn", View.NEEDS_US), ("gm", View.MINE), ("gd", View.DONE), ("gq", View.QUARANTINE), ("go", View.OPEN)],
)
async def test_g_and_a_letter_goes_to_a_view(keys: str, view: View):
    async with at(small_desk()) as user:
        await user.press(*keys)
        assert user.records.view is view


async def test_search_as_you_type_enter_keeps_escape_clears():
    async with at(small_desk()) as user:
        await user.press("slash")
        await user.type("invoice")
        await user.until(lambda: user.listed == [2, 10])
        await user.sees("2 found")
        await user.press("enter")
        assert user.screen.context is Context.LIST
        await user.press("j")
        assert user.cursor == 10
        await user.press("escape")
        await user.until(lambda: len(user.listed) == 10)
        await user.press("slash")
        await user.type("nothing at all")
        await user.sees("Nothing matches.")
        await user.press("escape")
        await user.until(lambda: len(user.listed) == 10)


async def test_the_prompt_says_which_line_it_is():
    async with at(small_desk()) as user:
        await user.press("slash", "escape", "colon")
        await user.until(lambda: user.lines[-1].startswith(":"))
        await user.press("escape", "slash")
        await user.until(lambda: user.lines[-1].startswith("/"))


async def test_a_line_typed_in_one_packet_is_edited_in_order():
    async with at(small_desk()) as user:
        await user.press("colon")
        await user.burst("abc", "backspace", "d", "ctrl+u", "nxot", "left", "left", "backspace", "ctrl+a", "x")
        assert user.screen.command_line.input.value == "xnot"


async def test_the_command_line_completes_runs_and_refuses():
    async with at(small_desk()) as user:
        await user.press("colon")
        await user.type("tak")
        await user.sees(" take")
        await user.press("tab", "enter")
        await user.until(lambda: ("take", 1) in user.desk.calls)
        for line, said in (
            ("nonsense", "There is no command 'nonsense'; ? lists them."),
            ("attach 1001", "Only a mail in quarantine can be put somewhere: g q goes there."),
            ("done now", ":done takes nothing after it."),
            ("send", ":send does not work here."),
        ):
            await user.press("colon")
            await user.type(line)
            await user.press("enter")
            await user.until(lambda said=said: user.status == said, said)


def test_help_says_every_key_in_full():
    text = "\n".join("".join(span for span, _ in line) for line in help_lines(COMMANDS, Context.LIST, 76))
    assert "…" not in text
    assert "Ctrl-Enter, " in text
    assert "\nAlt-Enter " in text


async def test_help_is_made_from_the_table():
    async with at(small_desk(), (120, 60)) as user:
        await user.press("question_mark")
        await user.sees("Keys in the list")
        await user.sees("answer by mail")
        await user.press("pagedown")
        await user.press("escape")
        await user.sees("fire.jpg")


async def test_the_footer_teaches_the_keys_of_the_place():
    async with at(small_desk()) as user:
        assert user.lines[-1].startswith(" r reply  c note  a take  e done")
        assert user.lines[-1].endswith("? help  q quit")
        await user.press("g", "q")
        await user.until(lambda: "m attach" in user.lines[-1])
        assert "r reply" not in user.lines[-1]


async def test_q_leaves():
    async with at(small_desk()) as user:
        await user.press("q")
        await user.until(lambda: not user.app.is_running or user.app._exit)


async def test_quarantined_mail_is_put_on_a_record_by_number():
    async with at(small_desk()) as user:
        await user.press("g", "q")
        await user.until(lambda: user.cursor == 501)
        await user.sees("no record and no alias matched")
        await user.press("r")
        assert "m puts it on one" in user.status
        await user.press("m")
        await user.type("4711")
        await user.press("enter")
        await user.until(lambda: user.status == "There is no record #4711. Look for it with /.")
        await user.until(lambda: user.listed == [501, 502])
        await user.press("g", "g", "m")
        await user.type("1001")
        await user.press("enter")
        await user.until(lambda: ("place", 501, 1001) in user.desk.calls)
        await user.until(lambda: user.listed == [502])
        assert user.status == "The mail is on #1001."


async def test_quarantined_mail_opens_a_record_of_a_kind():
    async with at(small_desk()) as user:
        await user.press("g", "q")
        await user.until(lambda: user.cursor == 501)
        await user.press("O")
        await user.sees("open ticket  open opportunity  open order  open invoice")
        await user.type("t")
        await user.press("tab", "enter")
        await user.until(lambda: ("open", 501, "ticket", "") in user.desk.calls)


@pytest.mark.parametrize(
    ("keys", "call"),
    [
        (["exclamation_mark"], ("spam", 501, "")),
        (["semicolon", "exclamation_mark"], ("spam", 501, "address")),
        (["at", "exclamation_mark"], ("spam", 501, "domain")),
        (["O", "i", "enter"], ("open", 501, "invoice", "")),
        (["semicolon", "O", "t", "enter"], ("open", 501, "ticket", "address")),
        (["at", "O", "o", "p", "enter"], ("open", 501, "opportunity", "domain")),
    ],
)
async def test_quarantined_mail_is_settled_by_a_key_and_taken_back(keys: list[str], call: tuple[object, ...]):
    async with at(small_desk()) as user:
        await user.press("g", "q")
        await user.until(lambda: user.cursor == 501)
        await user.press(*keys)
        await user.until(lambda: call in user.desk.calls)
        await user.until(lambda: user.listed == [502])
        await user.press("z")
        await user.until(lambda: user.listed == [501, 502])
        assert user.status == "The mail is in quarantine again."


async def test_the_footer_says_what_follows_a_modifier():
    async with at(small_desk()) as user:
        await user.press("g", "q", "semicolon")
        await user.until(lambda: user.lines[-1].startswith(" ; …  O open-sender  ! spam-sender"))


async def test_the_sender_of_a_quarantined_mail_becomes_a_customer():
    async with at(small_desk()) as user:
        await user.press("g", "q")
        await user.until(lambda: user.cursor == 501)
        await user.press("C")
        await user.until(lambda: ("contact", 501) in user.desk.calls)
        assert user.listed == [501, 502]


async def test_a_number_in_the_subject_is_the_answer_proposed():
    async with at(small_desk()) as user:
        await user.press("g", "q", "j")
        await user.until(lambda: user.cursor == 502)
        await user.press("m")
        await user.sees(": attach 1001")
        await user.press("enter")
        await user.until(lambda: ("place", 502, 1001) in user.desk.calls)


async def test_w_says_why_a_mail_is_in_quarantine():
    async with at(small_desk()) as user:
        await user.press("g", "q")
        await user.until(lambda: user.screen.thread.row_id == 501)
        await user.press("w")
        await user.sees("sales@old.test is no alias of ours")
        await user.sees("It is on no record: no record and no alias matched")


async def test_keys_can_be_remapped_by_id():
    async with at(small_desk(), keymap={"record.done": "x", "list.down": "n,down", "list.next_need": "j"}) as user:
        await user.press("n")
        assert user.cursor == 2
        await user.press("e")
        assert user.cursor == 2
        await user.press("x")
        await user.until(lambda: ("done", 2) in user.desk.calls)


@pytest.mark.parametrize("keymap", [{"record.take": "r"}, {"no.such": "x"}, {"list.down": "g"}])
def test_a_bad_keymap_is_one_sentence(keymap: dict[str, str]):
    with pytest.raises(SettingsError, match="keymap"):
        NightdeskApp(FakeDesk(), keymap=keymap)


async def test_the_palette_comes_from_the_table():
    async with at(small_desk()) as user:
        offered = {one.help for one in user.app.get_system_commands(user.screen)}
        assert {":reply", ":note", ":take", ":quit"} <= offered
        assert ":send" not in offered


async def test_refusals_of_the_desk_are_said_and_nothing_is_lost():
    desk = small_desk()
    async with at(desk) as user:
        desk.fail_next = NotAllowed("#1001 is locked by the accountant.", "Ask her.")
        await user.press("e")
        await user.until(lambda: user.status == "#1001 is locked by the accountant. Ask her.")
        await user.until(lambda: user.cursor == 1)
        desk.fail_next = NotFound("That record is gone.")
        await user.press("a")
        await user.until(lambda: "gone" in user.status)


async def test_a_record_under_the_cursor_is_announced_to_the_others():
    async with at(small_desk()) as user:
        await user.press("j")
        await user.until(lambda: ("presence", 2, False) in user.desk.calls)
        await user.press("r")
        await user.until(lambda: ("presence", 2, True) in user.desk.calls)


async def test_keys_typed_ahead_in_one_packet_go_where_the_commands_lead_them():
    desk = small_desk()
    async with at(desk) as user:
        post = user.app.post_message
        names = {"\x1b": "escape", " ": "space", "/": "slash", ":": "colon", "\r": "enter"}
        for letter in "rHello there\x1by/invoice\rj:reopen\rgqgogoee":
            post(Key(names.get(letter, letter), letter if letter >= " " else None))
        await user.until(lambda: desk.threads[1][-1].text == "Hello there")
        await user.until(lambda: ("reopen", 10) in desk.calls)
        await user.until(lambda: len([call for call in desk.calls if call[0] == "done"]) == 2)
        done = [call[1] for call in desk.calls if call[0] == "done"]
        assert len(set(done)) == 2
        assert user.records.view is View.OPEN


@pytest.mark.parametrize(
    ("key", "character", "done"), [("alt+y", "y", False), ("alt+y", None, False), ("alt+shift+y", "Y", True)]
)
async def test_escape_and_a_letter_in_one_packet_arrive_as_alt_and_mean_both(
    key: str, character: str | None, done: bool
):
    desk = small_desk()
    async with at(desk) as user:
        await user.press("r")
        await user.type("Quick")
        user.app.post_message(Key(key, character))
        await user.until(lambda: desk.threads[1][-1].text == "Quick")
        await user.until(lambda: (("done", 1) in desk.calls) is done)
