"""From the command to the first usable list, beside a bare Textual app's first line in the same run."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.generate import copied
from tests.bench.program import COMMAND, environment, top_title
from tests.bench.row import Row, against, limit, median
from tests.bench.terminal import Terminal

RUNS = 9
RECORDS = 100_000


def run() -> Iterator[Row]:
    """Take turns, so that a busy moment of the machine strikes both."""
    bare, small, large = [], [], []
    with copied(1_000) as few, copied(RECORDS) as many:
        for turn in range(RUNS + 1):
            seconds = (_bare(few), _ours(few), _ours(many))
            if turn:  # the first round fills the file cache and compiles what is not compiled yet
                for figures, one in zip((bare, small, large), seconds, strict=True):
                    figures.append(one)
    yield against("start", f"first list of {RECORDS:,} s, a bare Textual app s", median(large), median(bare), 1.6)
    yield limit("start", f"first list of {RECORDS:,} s", median(large), 0.75)
    yield against("start", f"first list of {RECORDS:,} s, of 1,000 s", median(large), median(small), 1.1)


def _bare(desk: Path) -> float:
    with Terminal((sys.executable, "-m", "tests.bench.bare"), environment(desk)) as terminal:
        return terminal.until("bare and ready")


def _ours(desk: Path) -> float:
    title = top_title(desk)
    with Terminal(COMMAND, environment(desk)) as terminal:
        return terminal.until(title)
