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
    """Press through a small and a large desk."""
    few, many = _pressed(FEW), _pressed(MANY)
    yield limit("keys", f"j among {MANY:,} settled ms, p95", percentile(many.settled, 95), 60)
    yield limit("keys", f"j among {MANY:,} first byte ms, p95", percentile(many.first, 95), 60)
    yield against(
        "keys", f"j among {MANY:,} and among {FEW:,} settled ms, p50", median(many.settled), median(few.settled), 1.25
    )
    yield against("keys", f"j among {MANY:,} and among {FEW:,} bytes, p50", median(many.size), median(few.size), 1.25)


def _pressed(records: int) -> Presses:
    with copied(records) as desk, Terminal(COMMAND, environment(desk)) as terminal:
        terminal.until(top_title(desk))
        terminal.settle()
        figures = Presses([], [], [])
        for _ in range(PRESSES):
            first, settled, size = terminal.press("j")
            assert size, "a key was not answered"
            figures.first.append(first * 1e3)
            figures.settled.append(settled * 1e3)
            figures.size.append(size)
        return figures
