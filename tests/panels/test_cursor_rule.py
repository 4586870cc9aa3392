"""The record under the cursor never changes by itself, and keeps its row on the screen."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types.record import Need, Place
from tests.panels.fake_desk import NOW, FakeDesk, ago, long_desk, record, small_desk
from tests.panels.pilot import at
from tui.panels.record_window import KEEP, RecordWindow


async def test_new_mail_shows_at_the_top_and_the_cursor_stays_on_its_record():
    desk = small_desk()
    async with at(desk, (200, 50)) as user:
        await user.press("j", "j")
        assert user.cursor == 3
        desk.put(record(99, title="Fresh from the customer", need_since=NOW))
        await user.sees("Fresh from the customer")
        assert user.listed[0] == 99
        assert user.cursor == 3
        assert user.lines[1 + user.records.window.cursor].startswith("▌")


async def test_arrivals_above_the_visible_part_are_counted_and_nothing_moves():
    desk = long_desk(60)
    async with at(desk) as user:
        await user.press(*["j"] * 20)
        row, before = user.cursor_row, user.lines[1:10]
        assert user.records.window.top > 0
        for number in (101, 102):
            desk.put(record(number, need_since=NOW))
        await user.sees("↑ 2 new")
        assert user.cursor == 21
        assert user.cursor_row == row
        assert user.lines[1:10] == before
        await user.press("g", "g")
        await user.until(lambda: "new" not in user.lines[0])
        assert user.listed[:2] == [101, 102]


async def test_a_record_that_moves_keeps_its_place_while_the_cursor_is_on_it():
    desk = small_desk()
    async with at(desk) as user:
        await user.press("j", "j", "j")
        desk.arrive(4, "Where is my parcel?")
        await user.sees("Where is my parcel?")
        await user.until(lambda: user.records.current.need_since == NOW)
        assert user.listed[:5] == [1, 2, 3, 4, 5]
        assert user.cursor_row == 3
        await user.press("j")
        assert user.cursor == 5
        assert user.listed[:5] == [4, 1, 2, 3, 5]


async def test_a_record_that_leaves_the_view_stays_until_the_cursor_leaves_it():
    desk = small_desk()
    async with at(desk) as user:
        await user.press("j")
        desk.change(2, need=Need.DONE, need_since=NOW)
        await user.until(lambda: user.records.current.need is Need.DONE)
        assert (user.cursor, user.cursor_row) == (2, 1)
        await user.press("j")
        assert user.cursor == 3
        desk.change(5, title="something else happened")
        await user.sees("something else happened")
        assert 2 not in user.listed
        assert user.cursor == 3


async def test_a_record_that_is_gone_stays_as_last_seen_until_the_cursor_leaves_it():
    desk = small_desk()
    async with at(desk) as user:
        desk.remove(1)
        desk.change(5, title="look again")
        await user.sees("look again")
        assert user.cursor == 1
        await user.press("j")
        desk.change(5, title="and again")
        await user.sees("and again")
        assert 1 not in user.listed


async def test_removal_above_keeps_the_screen_row():
    desk = long_desk(60)
    async with at(desk) as user:
        await user.press(*["j"] * 30)
        cursor, row = user.cursor, user.cursor_row
        for number in range(1, 6):
            desk.change(number, need=Need.DONE)
        await user.until(lambda: 3 not in user.listed)
        assert (user.cursor, user.cursor_row) == (cursor, row)


async def test_done_keeps_the_index_and_goes_on_with_the_next():
    desk = small_desk()
    async with at(desk) as user:
        await user.press("j", "e")
        assert user.cursor == 3
        assert user.cursor_row == 1
        await user.until(lambda: "done" in user.status)
        await user.until(lambda: 2 not in user.listed)
        assert (user.cursor, user.cursor_row) == (3, 1)


async def test_done_on_the_last_record_goes_up():
    desk = FakeDesk([record(1), record(2)])
    async with at(desk) as user:
        await user.press("G", "e")
        await user.until(lambda: user.listed == [1])
        assert user.cursor == 1
        await user.press("e")
        await user.sees("Nobody waits.")
        await user.press("e")
        assert "nothing under the cursor" in user.status


async def test_the_list_pages_on_while_j_is_held():
    desk = long_desk(1_500)
    async with at(desk) as user:
        await user.hold("j", 600)
        await user.until(lambda: user.cursor == 601)
        await user.press("G")
        await user.until(lambda: user.cursor == 1_500)
        await user.hold("k", 300)
        await user.until(lambda: user.cursor == 1_200)
        await user.press("g", "g")
        await user.until(lambda: user.cursor == 1)
        assert len(user.records.window.rows) <= KEEP + 200


async def test_scrolling_at_the_edge_goes_half_a_page():
    desk = long_desk(60)
    async with at(desk) as user:
        height = user.records.size.height
        await user.press(*["j"] * height)
        assert user.records.window.top == height // 2


rows_strategy = st.lists(st.integers(0, 300), min_size=1, max_size=60, unique=True).map(sorted)


@given(rows_strategy, rows_strategy, st.integers(0, 80), st.integers(1, 30))
def test_a_merge_never_changes_the_record_under_the_cursor(before, after, index, height):
    window = RecordWindow(height=height)
    window.load([placed(number) for number in before], at_start=True, at_end=True)
    window.put(min(index, len(before) - 1))
    cursor, row = window.current, window.cursor - window.top
    window.merge([placed(number) for number in after], None, at_end=True)
    assert window.current.id == cursor.id
    assert window.top <= window.cursor < window.top + height
    above = sum(number < cursor.id for number in after)
    possible = above >= row and (len(window.rows) - above > height - row or window.top == 0)
    if possible and window.top != max(len(window.rows) - height, 0):
        assert window.cursor - window.top == row


@given(rows_strategy, st.lists(st.tuples(st.integers(-40, 40), st.integers(0, 300)), max_size=12), st.integers(1, 20))
def test_moving_and_reordering_keeps_the_list_sorted_and_whole(start, steps, height):
    """Whatever moves under the cursor, leaving it puts every record where it belongs, once."""
    window = RecordWindow(height=height)
    window.load([placed(number) for number in start], at_start=True, at_end=True)
    for steps_down, position in steps:
        moved = replace(window.current, place=Place(position, window.current.id))
        rows = sorted([row for row in window.rows if row.id != moved.id] + [moved], key=lambda row: row.place)
        window.merge(rows, moved, at_end=True)
        window.put(window.cursor + steps_down)
        window.put(window.cursor + 1)
        others = [row.place for row in window.rows if row.id != window.current.id]
        assert others == sorted(others)
        assert sorted(row.id for row in window.rows) == start


def placed(number: int):
    return replace(record(number, need_since=ago(hours=1)), place=Place(number, number))


@pytest.mark.parametrize("direction", ["n", "N"])
async def test_next_need_skips_what_waits(direction):
    desk = small_desk()
    desk.change(2, need=Need.WAITING, need_since=NOW)
    async with at(desk) as user:
        assert user.listed[:2] == [1, 3]
        if direction == "N":
            await user.press("G")
        await user.press(direction)
        assert user.cursor == (3 if direction == "n" else 5)
