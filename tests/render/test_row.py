"""List rows at every width: never wider than the line, the important columns last to go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types.record import Need, QuarantineRow
from tests.panels.fake_desk import NOW, ago, place, record
from tui.render.cells import cut, length, pad, wrap
from tui.render.ink import plain
from tui.render.row import list_row
from tui.render.times import age, clock


@given(st.integers(1, 200), st.text(max_size=80), st.text(max_size=80))
def test_a_row_is_never_wider_than_its_line(width: int, title: str, contact: str):
    row = record(1, title=title, contact=contact, watchers=("ben", "chen"), amount_cents=5, currency="EUR")
    assert length(list_row(row, width, NOW)) <= width
    mail = QuarantineRow(1, contact, title, contact, NOW, place(Need.NEEDS_US, NOW, 1))
    assert length(list_row(mail, width, NOW)) <= width


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (40, "bounced #1001  Mara Olsen   ! Prin…   5h"),
        (50, "bounced T #1001  Mara Olsen   ! Printer on f…   5h"),
        (60, "bounced T #1001  Mara Olsen   ! Printer on fire     5h [be]"),
        (80, "bounced T #1001  Mara Olsen       ! Printer on fire               5h anna  [be]"),
    ],
)
def test_columns_by_width(width: int, shown: str):
    row = record(1, title="Printer on fire", contact="Mara Olsen", priority=1, need_reason="bounced",
                 need_since=ago(hours=5), assignee="anna", watchers=("ben",))  # fmt: skip
    assert plain(list_row(row, width, NOW)) == shown


@pytest.mark.parametrize(
    ("need", "reason", "word"),
    [
        (Need.NEEDS_US, "reply", "reply"),
        (Need.NEEDS_US, "", "us"),
        (Need.NEEDS_US, "something else", "us"),
        (Need.WAITING, "reply", "waiting"),
        (Need.LATER, "", "later"),
        (Need.DONE, "", "done"),
    ],
)
def test_who_has_to_act_is_a_word(need: Need, reason: str, word: str):
    assert plain(list_row(record(1, need=need, need_reason=reason), 80, NOW)).split()[0] == word


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-5, "now"), (59, "now"), (60, "1m"), (3_599, "59m"), (3_600, "1h"), (86_400, "1d"), (28 * 86_400, "4w")],
)
def test_age(seconds: int, shown: str):
    assert age(ago(seconds=seconds), NOW) == shown


@pytest.mark.parametrize(
    ("then", "shown"),
    [(ago(hours=1), "13:30"), (ago(days=1), "Thu 14:30"), (ago(days=17), "3 Nov 14:30"),
     (ago(days=400), "16 Oct 2025 14:30"), (ago(days=-2), "22 Nov 14:30")],
)  # fmt: skip
def test_clock(then, shown: str):
    assert clock(then, NOW) == shown


@given(st.text(alphabet=st.sampled_from("ab é李 😀-"), max_size=200), st.integers(1, 40))
def test_wrapping_loses_nothing_but_blanks_and_fits(text: str, width: int):
    lines = wrap(text, width)
    if width > 1:  # a wide character does not fit into one cell
        assert all(length(((line, None),)) <= width for line in lines)  # type: ignore[arg-type]
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.text(max_size=60), st.integers(0, 30))
def test_pad_fills_and_cut_fits(text: str, width: int):
    washed = "".join(letter for letter in text if letter.isprintable())
    assert length(((pad(washed, width), None),)) == width  # type: ignore[arg-type]
    assert length(((cut(washed, width), None),)) <= width  # type: ignore[arg-type]
