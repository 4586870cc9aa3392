"""How commands print: washed lines for people, ASCII JSON for programs."""

import json
from collections.abc import Iterable, Sequence

from tui.cli.printing import put
from tui.render import wash


def say(sentence: str = "") -> None:
    """Print one washed line, at once: a pipe's reader may wait for it."""
    put(wash.line(sentence))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print washed columns under their names."""
    washed = [tuple(head), *(tuple(wash.line(cell, 80) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in washed) for column in range(len(head))]
    for row in washed:
        put("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), at_once=False)


def as_json(value: object) -> None:
    """Print one JSON line; everything beyond ASCII is escaped, so no terminal is steered by it."""
    put(json.dumps(value, ensure_ascii=True))


def tell(sentences: Sequence[str], *, json: bool) -> None:
    """Print what was done: a line each, or all of it as JSON."""
    if json:
        as_json({"told": list(sentences)})
    else:
        for sentence in sentences:
            say(sentence)
