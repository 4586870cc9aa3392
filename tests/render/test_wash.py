"""No foreign character steers the terminal, whatever it came in."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.render.wash import LINE_LIMIT, block, line

CASES = [
    ("\x1b[2Jgone", "␛[2Jgone"),
    ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
    ("a\x9b31mb", "a�31mb"),
    ("good.example\revil", "good.example evil"),
    ("user\b\b\broot", "user␈␈␈root"),
    ("invoice\u202etxt.exe", "invoice�txt.exe"),
    ("a\u2066b\u2069c", "a�b�c"),
    ("a\u2028b\u2029c", "a b c"),
    ("x\u200b\u200b\u200by", "xy"),
    ("tag\U000e0041\U000e0042", "tag"),
    ("half \ud83d here", "half � here"),
    ("del\x7f", "del␡"),
    ("nul\x00", "nul␀"),
    ("two\nlines\tand tab", "two lines and tab"),
    ("na\u0131\u0308ve Grüße 日本 [b]x[/b]", "na\u0131\u0308ve Grüße 日本 [b]x[/b]"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("👩\u200d💻", "👩\u200d💻"),
    ("e" + "\u0301" * 4000, "e" + "\u0301" * 4),
    ("e" + "\u0301\u200b" * 4000, "e" + "\u0301" * 4),
    ("e" + "\u0301\u200d" * 4000, "e" + "\u0301\u200d" * 2),
]


@pytest.mark.parametrize(("foreign", "shown"), CASES)
def test_a_line_shows_what_was_hidden_and_keeps_what_is_text(foreign: str, shown: str) -> None:
    assert line(foreign, limit=20_000) == shown


def test_a_block_keeps_its_lines_and_tabs() -> None:
    assert block("a\r\nb\rc\n\td\u2028e") == "a\nb\nc\n\td\ne"


def test_a_line_is_cut_at_its_limit() -> None:
    assert line("x" * 1000) == "x" * (LINE_LIMIT - 1) + "…"
    assert line("abc", limit=3) == "abc"


def _steers(char: str, *, multi: bool) -> bool:
    if multi and char in "\n\t":
        return False
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or unicodedata.bidirectional(char) in {
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    }  # fmt: skip


@given(st.text(alphabet=st.characters(), max_size=80))
def test_nothing_that_steers_survives(foreign: str) -> None:
    assert not [c for c in line(foreign) if _steers(c, multi=False)]
    assert not [c for c in block(foreign) if _steers(c, multi=True)]


@given(st.text(alphabet=st.characters(), max_size=80))
def test_washing_twice_changes_nothing_more(foreign: str) -> None:
    assert block(block(foreign)) == block(foreign)


@pytest.mark.parametrize("flood", ["\u200d", "\u0301", "\u200d\u200b", "\x1b", "\u202e", "a\u0301\u200d", "\r", "\t"])
def test_floods_cost_no_time(flood: str) -> None:
    started = time.perf_counter()
    block(flood * 500_000)
    line(flood * 500_000)
    assert time.perf_counter() - started < 2
