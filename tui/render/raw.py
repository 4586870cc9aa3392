"""A mail as it came, in blocks that are washed and painted only when they are looked at."""

from collections.abc import Callable
from functools import partial

from tui.render import wash
from tui.render.ink import Line, Role

BLOCK_CHARACTERS = 4_000


def raw_lines(text: str, width: int) -> list[Callable[[], list[Line]]]:
    """Cut the text into blocks, each painting itself, long lines broken anywhere."""
    blocks: list[Callable[[], list[Line]]] = []
    start = 0
    while start < len(text):
        end = start + BLOCK_CHARACTERS
        newline = text.find("\n", end, end + BLOCK_CHARACTERS)
        end = newline + 1 if newline >= 0 else min(end + BLOCK_CHARACTERS, len(text))
        blocks.append(partial(_block, text, start, end, width))
        start = end
    return blocks or [lambda: [(("(empty)", Role.MUTED),)]]


def _block(text: str, start: int, end: int, width: int) -> list[Line]:
    lines: list[Line] = []
    for line in wash.block(text[start:end]).removesuffix("\n").split("\n"):
        shown = line.expandtabs(8)
        lines.extend(((shown[at : at + width], Role.TEXT),) for at in range(0, max(len(shown), 1), width))
    return lines
