"""A page of the list as the screen asks for it, through a thread and back, against bare sqlite3 on the same select."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator

from models.rules.triage import RANK_STEP
from models.store.window import COLUMNS, NAMES
from models.types.mail import IncomingMail
from models.types.people import AgentView, Channel
from models.types.record import View
from tests.bench.generate import desk
from tests.bench.row import Row, against, median
from tui.desk import LocalDesk

TURNS = 300
FEW, MANY = 1_000, 100_000
SELECT = f"{COLUMNS} FROM record r {NAMES} WHERE r.position < ? ORDER BY r.position, r.id LIMIT 200"


def run() -> Iterator[Row]:
    """Take turns between ours and bare."""
    ours, bare = asyncio.run(_measured(MANY))
    yield against("window", f"200 rows of {MANY:,} ms, bare sqlite3 ms", ours, bare, 2.0)
    small, _ = asyncio.run(_measured(FEW))
    yield against("window", f"200 rows of {MANY:,} ms, of {FEW:,} ms", ours, small, 1.25)


async def _measured(records: int) -> tuple[float, float]:
    file = desk(records)
    local = LocalDesk(f"sqlite:///{file}", AgentView(1, "bench", "Bench", "", Channel.INBOX), parse=_no_mail)
    connection = sqlite3.connect(file)
    ours, bare = [], []
    for _ in range(TURNS):
        began = time.perf_counter()
        rows = await local.window(View.OPEN)
        between = time.perf_counter()
        same = connection.execute(SELECT, (3 * RANK_STEP,)).fetchall()
        ended = time.perf_counter()
        assert len(rows) == len(same) == 200
        ours.append((between - began) * 1e3)
        bare.append((ended - between) * 1e3)
    connection.close()
    await local.close()
    return median(ours), median(bare)


async def _no_mail(content: bytes) -> IncomingMail:
    raise AssertionError("a list reads no mail")
