"""``j`` pressed once at a time: how long until the screen has settled, how many bytes go over the line."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.generate import copied
from tests.bench.program import COMMAND, environment, top_title
from tests.bench.row import Row, against, limit, median, percentile
from tests.bench.terminal import Terminal

PRESSES = 120
FEW, MANY = 1_000, 100_000


@dataclass
class Presses:
    """Figures of single key presses: milliseconds to the first and the last byte, bytes."""

    first: list[float]
    settled: list[float]
    size: list[int]


def run() -> Iterator[Row]:
    """Press in a small and a large desk in turns, so that a busy moment of the machine strikes both."""
    few, many = Presses([], [], []), Presses([], [], [])
    with (
        copied(FEW) as small,
        copied(MANY) as large,
        Terminal(COMMAND, environment(small)) as in_few,
        Terminal(COMMAND, environment(large)) as in_many,
    ):
        in_few.until(top_title(small))
        in_many.until(top_title(large))
        in_few.settle()
        in_many.settle()
        for _ in range(PRESSES):
            _press(in_few, few)
            _press(in_many, many)
    yield limit("keys", f"j among {MANY:,} settled ms, p95", percentile(many.settled, 95), 60)
    yield limit("keys", f"j among {MANY:,} first byte ms, p95", percentile(many.first, 95), 60)
    row = f"j among {MANY:,} and among {FEW:,}"
    yield against("keys", f"{row} settled ms, p50", median(many.settled), median(few.settled), 1.25)
    yield against("keys", f"{row} bytes, p50", median(many.size), median(few.size), 1.25)


def _press(terminal: Terminal, figures: Presses) -> None:
    first, settled, size = terminal.press("j")
    assert size, "a key was not answered"
    figures.first.append(first * 1e3)
    figures.settled.append(settled * 1e3)
    figures.size.append(size)
