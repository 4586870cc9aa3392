"""A terminal that reads the program's bytes back, beside the same screen written the stock way."""

import pyte
from textual.drivers.headless_driver import HeadlessDriver

from tui.app import NightdeskApp


class Terminal(HeadlessDriver):
    """Takes the bytes a real terminal would get."""

    written: list[str]

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        if not hasattr(self, "written"):
            self.written = []
        self.written.append(data)


def bytes_written(app: NightdeskApp) -> str:
    """What was written since last asked."""
    driver = app._driver
    assert isinstance(driver, Terminal)
    data = "".join(getattr(driver, "written", []))
    driver.written = []
    return data


def cells(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """Every cell with its looks."""
    return [
        [
            (cell.data, cell.fg, cell.bg, cell.bold, cell.italics, cell.underscore, cell.reverse)
            for cell in (screen.buffer[y][x] for x in range(screen.columns))
        ]
        for y in range(screen.lines)
    ]


def stock_picture(app: NightdeskApp) -> list[list[tuple[object, ...]]]:
    """The same screen, written whole by Textual itself."""
    width, height = app.size
    screen = pyte.Screen(width, height)
    lines = [strip.render(app.console) for strip in app.screen._compositor.render_strips()]
    pyte.Stream(screen).feed("\r\n".join(lines))
    return cells(screen)
