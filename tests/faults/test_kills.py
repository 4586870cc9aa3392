"""kill -9 at random times, the short form; ``python -m tests.faults`` is the long one."""

import random
from pathlib import Path

from models.store.database import Database
from tests.faults.rounds import Result, many_rounds, one_round
from tests.faults.scene import desk_in


async def test_twenty_kills(sqlite_template: Path, tmp_path: Path) -> None:
    result, seed = Result(), random.randrange(10**6)
    await many_rounds(
        lambda folder: desk_in(folder, sqlite_template), tmp_path, kills=16, per_round=4, at_once=4, seed=seed,
        result=result,
    )  # fmt: skip
    assert not result.found, f"seed {seed}: {result.found}"
    assert (result.kills, result.rounds) == (16, 4)
    assert result.accepted > 20
    assert result.longest_rest <= 60


async def test_kills_on_postgres(postgres_desk: Database, tmp_path: Path) -> None:
    result, seed = Result(), random.randrange(10**6)
    await one_round(tmp_path, postgres_desk, 4, random.Random(seed), result)
    assert not result.found, f"seed {seed}: {result.found}"
    assert result.kills == 4
