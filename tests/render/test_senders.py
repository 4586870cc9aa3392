import pytest

from models.types.sender import SenderOptions, Weighed
from tui.render.cells import length
from tui.render.ink import plain
from tui.render.senders import sender_lines

MINE = Weighed("anna@desk.test", "D the author's own address", True, "available")
TEAM = Weighed("support@desk.test", "E the brand's address", True, "available")
OTHER = Weighed("day@day.test", "E the brand's address", False, "it is bound to another brand")
OPTIONS = SenderOptions("support@desk.test", (OTHER, MINE, TEAM))


def test_what_is_available_comes_first_and_the_chosen_one_is_marked() -> None:
    assert [plain(line) for line in sender_lines(OPTIONS, "", 80)] == [
        "  anna@desk.test     D the author's own address",
        "▸ support@desk.test  usual · E the brand's address",
        "  day@day.test       not available: it is bound to another brand",
    ]
    assert [plain(line)[0] for line in sender_lines(OPTIONS, "day@day.test", 80)] == [" ", " ", "▸"]


def test_nothing_to_choose_says_who_can_help() -> None:
    assert "ask an admin" in plain(sender_lines(SenderOptions("", ()), "", 80)[0])


@pytest.mark.parametrize("width", [36, 56, 76, 196])
def test_foreign_and_long_words_stay_in_their_line(width: int) -> None:
    hostile = Weighed("\x1b[31m" + "x" * 300 + "@desk.test", "E", False, "\x9b2J because" * 30, "n\ny")
    for line in sender_lines(SenderOptions("", (hostile, TEAM)), "", width):
        text = plain(line)
        assert "\x1b" not in text
        assert "\x9b" not in text
        assert length(line) <= width
