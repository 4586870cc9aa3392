"""Searches as they are typed: every beginning of some words, and whole words, in a small and a large desk."""

import time
from collections.abc import Iterator

from models.store.plain import Reader
from models.store.window import window
from models.types.record import View
from tests.bench.generate import NOW, desk
from tests.bench.row import Row, against, limit, median, percentile

FEW, MANY = 1_000, 100_000
WHOLE = ("baba ", "c1234 ", "kona ", "sara c77 ", "dofi bala ", "1500", "#1500", "nothing ")
TYPED = tuple(word[:end] for word in ("konar", "c1234", "gela", "sara") for end in range(2, len(word) + 1))


def run() -> Iterator[Row]:
    """Every search some times, in turns."""
    whole, typed = _measured(MANY, WHOLE), _measured(MANY, TYPED)
    yield limit("search", f"whole words among {MANY:,} records ms, p95", percentile(whole, 95), 16)
    yield limit("search", f"typed letter by letter among {MANY:,} ms, p95", percentile(typed, 95), 16)
    yield against(
        "search", f"whole words, {MANY:,} and {FEW:,} ms, p50", median(whole), median(_measured(FEW, WHOLE)), None
    )


def _measured(records: int, searches: tuple[str, ...]) -> list[float]:
    reader = Reader(f"sqlite:///{desk(records)}")
    found = []
    for _ in range(10):
        for search in searches:
            began = time.perf_counter()
            window(reader, View.OPEN, agent_id=1, now=NOW, search=search, limit=50)
            found.append((time.perf_counter() - began) * 1e3)
    reader.close()
    return found
