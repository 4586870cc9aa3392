"""The cell-diff writer: after every key the terminal shows what stock Textual would show, for far fewer bytes."""

import time

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from tests.panels.fake_desk import NOW, FakeDesk, long_desk, small_desk
from tests.panels.terminal import Terminal, bytes_written, cells, stock_picture
from tui.app import NightdeskApp
from tui.widgets.frame_writer import FrameWriter

WALK = [
    "j",
    "j",
    "k",
    "G",
    "g",
    "g",
    "enter",
    "k",
    "Q",
    "space",
    "escape",
    "j",
    "j",
    "j",
    "enter",
    "w",
    "escape",
    "escape",
    "tab",
    "shift+tab",
    "slash",
    "p",
    "r",
    "i",
    "escape",
    "colon",
    "t",
    "tab",
    "escape",
    "r",
    "h",
    "i",
    "enter",
    "x",
    "backspace",
    "escape",
    "y",
    "z",
    "d",
    "c",
    "n",
    "escape",
    "p",
    "g",
    "q",
    "o",
    "escape",
    "question_mark",
    "pagedown",
    "escape",
    "g",
    "o",
    "e",
    "e",
    "z",
    "ctrl+l",
]


def build(desk: FakeDesk, **options: bool) -> NightdeskApp:
    app = NightdeskApp(desk, clock=lambda: NOW, **options)  # type: ignore[arg-type]
    app.driver_class = Terminal
    return app


async def settled(app: NightdeskApp, pilot: Pilot[None], screen: pyte.Screen, stream: pyte.Stream) -> None:
    """Feed what was written until both pictures agree and nothing more comes, or the deadline passes."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        await pilot.pause(0.01)
        written = bytes_written(app)
        stream.feed(written)
        if not written and cells(screen) == stock_picture(app):
            return


@pytest.mark.parametrize("size", [(80, 24), (130, 40)])
@pytest.mark.parametrize("ansi", [False, True])
async def test_after_every_key_the_terminal_shows_what_stock_textual_shows(size: tuple[int, int], ansi: bool):
    app = build(small_desk(), ansi=ansi)
    screen = pyte.Screen(*size)
    stream = pyte.Stream(screen)
    async with app.run_test(headless=False, size=size) as pilot:
        await pilot.pause(0.1)
        for key in WALK:
            await pilot.press(key)
            await settled(app, pilot, screen, stream)
            assert cells(screen) == stock_picture(app), f"after {key}"


async def test_a_resize_draws_everything_anew():
    app = build(small_desk())
    async with app.run_test(headless=False, size=(80, 24)) as pilot:
        await pilot.pause(0.1)
        bytes_written(app)
        await pilot.resize_terminal(100, 30)
        screen = pyte.Screen(100, 30)
        await settled(app, pilot, screen, pyte.Stream(screen))
        assert cells(screen) == stock_picture(app)


async def test_ctrl_l_repairs_what_somebody_else_drew():
    app = build(small_desk())
    async with app.run_test(headless=False, size=(80, 24)) as pilot:
        await pilot.pause(0.1)
        bytes_written(app)
        await pilot.press("ctrl+l")
        screen = pyte.Screen(80, 24)
        await settled(app, pilot, screen, pyte.Stream(screen))
        assert cells(screen) == stock_picture(app)


@pytest.mark.parametrize(("ansi", "most"), [(False, 700), (True, 400)])
async def test_a_step_in_the_list_costs_hundreds_of_bytes(ansi: bool, most: int):
    app = build(long_desk(300), ansi=ansi)
    async with app.run_test(headless=False, size=(120, 40)) as pilot:
        await pilot.pause(0.2)
        bytes_written(app)
        costs = []
        for _ in range(10):
            await pilot.press("j")
            await pilot.pause(0.2)
            costs.append(len(bytes_written(app).encode()))
        assert sorted(costs)[5] <= most, costs


async def test_a_typed_letter_costs_at_most_150_bytes():
    app = build(small_desk())
    async with app.run_test(headless=False, size=(120, 40)) as pilot:
        await pilot.pause(0.2)
        await pilot.press("r")
        await pilot.pause(0.8)
        costs = []
        for letter in "typing along":
            bytes_written(app)
            await pilot.press({" ": "space"}.get(letter, letter))
            await pilot.pause(0.02)
            costs.append(len(bytes_written(app).encode()))
        assert sorted(costs)[6] <= 150, costs


texts = st.text(alphabet=st.sampled_from("ab  ─é李😀\u0301"), min_size=1, max_size=12)
styles = st.sampled_from(
    [Style.parse(one) for one in ("", "bold", "red on #102030", "dim default", "reverse", "#ffffff")]
)


@settings(max_examples=150)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 3), st.lists(st.tuples(texts, styles), max_size=4)), max_size=4), max_size=5
    )
)
def test_any_sequence_of_updates_ends_in_the_last_picture(frames):
    writer, told = FrameWriter(), pyte.Screen(20, 4)
    picture = [Strip([Segment(" " * 19)], 19) for _ in range(4)]
    stream = pyte.Stream(told)
    for frame in frames:
        for y, parts in frame:
            picture[y] = Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(19)
        update = LayoutUpdate([[strip] for strip in picture], Region(0, 0, 19, 4))
        stream.feed(writer.frame(update, (20, 4), ColorSystem.TRUECOLOR) or "")
        whole = pyte.Screen(20, 4)
        pyte.Stream(whole).feed(FrameWriter().frame(update, (20, 4), ColorSystem.TRUECOLOR) or "")
        assert cells(told) == cells(whole)


def test_the_same_frame_twice_costs_nothing():
    writer = FrameWriter()
    update = LayoutUpdate([[Strip([Segment("hello", Style(bold=True))], 5)]], Region(0, 0, 5, 1))
    assert writer.frame(update, (5, 1), ColorSystem.TRUECOLOR) == "\x1b[1H\x1b[1mhello\x1b[m"
    assert writer.frame(update, (5, 1), ColorSystem.TRUECOLOR) == ""
    assert writer.frame("something else", (5, 1), ColorSystem.TRUECOLOR) is None


async def test_an_idle_screen_writes_nothing():
    app = build(small_desk())
    async with app.run_test(headless=False, size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        await pilot.press("r")
        await pilot.pause(1.2)
        bytes_written(app)
        await pilot.pause(1.3)
        assert bytes_written(app) == ""
