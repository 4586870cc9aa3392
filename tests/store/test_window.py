from datetime import timedelta
from typing import Any

import pytest

from models.store.plain import Reader
from models.store.window import bottom, rows, window
from models.types.record import ListRow, Need, Place, QuarantineRow, RecordRow, View
from tests.store.world import NOW, World


def _window(reader: Reader, world: World, view: View = View.OPEN, **more: Any) -> tuple[ListRow, ...]:
    return window(reader, view, agent_id=world.me, now=NOW, **more)


def _ids(found: tuple[ListRow, ...]) -> list[int]:
    return [row.id for row in found]


@pytest.fixture
def stream(world: World) -> list[int]:
    """Nine open records and two done ones; the open ones' ids in list order."""
    waiting = [world.record(need=Need.WAITING, minutes=minutes) for minutes in (5, 1, 3)]
    needing = [world.record(minutes=minutes) for minutes in (2, 2, 9, 4)]  # two came in the same microsecond
    later = [world.record(need=Need.LATER, minutes=minutes) for minutes in (0, 8)]
    world.record(need=Need.DONE, minutes=0)
    world.record(need=Need.DONE, minutes=1)
    return [needing[0], needing[1], needing[3], needing[2], waiting[1], waiting[2], waiting[0], *later]


def test_the_newest_need_stands_first(reader: Reader, world: World, stream: list[int]) -> None:
    assert _ids(_window(reader, world)) == stream


@pytest.mark.parametrize("limit", [1, 2, 4, 50])
def test_pages_down_and_up_show_each_row_once(reader: Reader, world: World, stream: list[int], limit: int) -> None:
    down = list(_window(reader, world, limit=limit))
    while page := _window(reader, world, after=down[-1].place, limit=limit):
        down += page
    assert _ids(tuple(down)) == stream

    up = list(bottom(reader, View.OPEN, agent_id=world.me, now=NOW, limit=limit))
    while page := _window(reader, world, before=up[0].place, limit=limit):
        up = [*page, *up]
    assert _ids(tuple(up)) == stream


def test_a_place_that_left_the_list_still_is_a_place(reader: Reader, world: World, stream: list[int]) -> None:
    third = _window(reader, world)[2].place
    between = Place(third.position, third.id - 1)
    assert _ids(_window(reader, world, after=between)) == stream[2:]
    assert _ids(_window(reader, world, before=between)) == stream[:2]


def test_views(reader: Reader, world: World) -> None:
    other = world.agent("bob")
    mine = world.record(assignee_id=world.me, need=Need.WAITING)
    theirs = world.record(assignee_id=other)
    closed = world.record(assignee_id=world.me, need=Need.DONE)
    assert _ids(_window(reader, world, View.MINE)) == [mine]
    assert _ids(_window(reader, world, View.NEEDS_US)) == [theirs]
    assert _ids(_window(reader, world, View.DONE)) == [closed]
    assert _ids(_window(reader, world, View.OPEN)) == [theirs, mine]


def test_a_row_holds_what_the_list_shows(reader: Reader, world: World) -> None:
    record = world.record(
        "Kaffeemaschine läuft aus 🙈",
        minutes=3,
        need_reason="new",
        assignee_id=world.me,
        brand_id=world.brand,
        priority=2,
        amount_cents=12_345_678_901,
        currency="EUR",
        tags=["küche", "eilig"],
        preview="Guten Tag",
        revision=4,
    )
    (row,) = _window(reader, world)
    assert row == RecordRow(
        id=record,
        kind="ticket",
        number=1001,
        title="Kaffeemaschine läuft aus 🙈",
        stage="new",
        need=Need.NEEDS_US,
        need_since=NOW - timedelta(minutes=3),
        need_reason="new",
        assignee="ada",
        contact="Anna Muster",
        brand="Desk",
        tags=("küche", "eilig"),
        priority=2,
        amount_cents=12_345_678_901,
        currency="EUR",
        preview="Guten Tag",
        watchers=(),
        revision=4,
        place=row.place,
    )


def test_colleagues_who_have_it_open_are_named(reader: Reader, world: World) -> None:
    bob, cy = world.agent("bob"), world.agent("cy")
    record, alone = world.record(minutes=1), world.record(minutes=2)
    world.watches(cy, record)
    world.watches(bob, record, seconds_ago=30)
    world.watches(bob, alone, seconds_ago=60)  # gone without saying so
    world.watches(world.me, record)
    first, second = _window(reader, world)
    assert isinstance(first, RecordRow)
    assert isinstance(second, RecordRow)
    assert (first.watchers, second.watchers) == (("bob", "cy"), ())


def test_rows_come_again_whatever_the_view(reader: Reader, world: World, stream: list[int]) -> None:
    closed = world.record(need=Need.DONE)
    found = rows(reader, View.OPEN, [closed, stream[3], 999_999, stream[0]], agent_id=world.me, now=NOW)
    assert _ids(found) == [stream[0], stream[3], closed]
    assert rows(reader, View.OPEN, [], agent_id=world.me, now=NOW) == ()


def test_the_quarantine_lists_mail_newest_first(reader: Reader, world: World) -> None:
    mails = [world.quarantined(f"Mail {number}") for number in range(5)]
    world.quarantined("Placed", state="routed")
    newest_first = mails[::-1]
    page = _window(reader, world, View.QUARANTINE, limit=2)
    assert _ids(page) == newest_first[:2]
    assert page[0] == QuarantineRow(mails[4], "x@example.net", "Mail 4", "No rule placed it.", NOW, page[0].place)
    assert page[0].place < page[1].place
    assert _ids(_window(reader, world, View.QUARANTINE, after=page[1].place, limit=2)) == newest_first[2:4]
    last = bottom(reader, View.QUARANTINE, agent_id=world.me, now=NOW, limit=2)
    assert _ids(last) == newest_first[3:]
    assert _ids(_window(reader, world, View.QUARANTINE, before=last[0].place, limit=2)) == newest_first[1:3]
    assert _ids(_window(reader, world, View.QUARANTINE, search="MAIL 3")) == [mails[3]]
    assert _ids(rows(reader, View.QUARANTINE, [mails[0], mails[2]], agent_id=world.me, now=NOW)) == [mails[2], mails[0]]
