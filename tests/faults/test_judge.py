"""The judge finds each broken promise when it is broken on purpose: a judge who never does proves nothing."""

import asyncio
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.faults.judge import broken
from tests.faults.program import note
from tests.faults.scene import desk_in, scene

AHEAD = "2999-01-01 00:00:00"
RECEIVED = "(SELECT id FROM message WHERE direction = 'in')"
ROUTED = "(SELECT id FROM raw_mail WHERE state = 'routed' AND account_id IS NOT NULL ORDER BY id LIMIT 1)"


@pytest.fixture(scope="module")
def rested(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk that has sent and relayed everything."""
    folder = tmp_path_factory.mktemp("rested")

    async def make() -> None:
        async with scene(folder, desk_in(folder, sqlite_template)) as here:
            await asyncio.to_thread(here.begin, 1)
            here.offer(fresh=1, replies=1)
            await here.finish()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NIGHTDESK_TEST_PASSWORD", "secret")
        asyncio.run(make())
    return folder


@pytest.mark.parametrize(
    ("promise", "statement"),
    [
        ("D1", "UPDATE delivery SET state = 'queued' WHERE id = 1"),
        ("S0", "UPDATE delivery SET state = 'sending' WHERE id = 1"),
        ("S0", f"UPDATE delivery SET state = 'queued', ready_at = '{AHEAD}' WHERE id = 1"),
        ("S0", f"UPDATE raw_mail SET state = 'stored' WHERE id = {ROUTED}"),
        ("N0", f"UPDATE raw_mail SET state = 'quarantined', reason = '' WHERE id = {ROUTED}"),
        ("L0", "DELETE FROM delivery WHERE id = 1"),
        ("L0", "DELETE FROM delivery"),
        ("L0", "UPDATE delivery SET state = 'failed', sentence = '' WHERE id = 1"),
        ("L1", f"DELETE FROM raw_mail WHERE id = {ROUTED}"),
        ("P1", f"DELETE FROM message WHERE raw_id = {ROUTED}"),
        ("P1", f"UPDATE message SET raw_id = {ROUTED} WHERE direction = 'out'"),
        ("R1", "DELETE FROM delivery WHERE message_id = (SELECT max(id) FROM message WHERE direction = 'in')"),
        (
            "R1",
            f"UPDATE delivery SET recipient = 'x@y.test' WHERE message_id IN {RECEIVED}",
        ),
        ("I0", f"UPDATE raw_mail SET content = 'x' WHERE id = {ROUTED}"),
        ("I0", "DELETE FROM record"),
    ],
)
def test_in_the_database(rested: Path, tmp_path: Path, promise: str, statement: str) -> None:
    folder = copied(rested, tmp_path)
    connection = sqlite3.connect(folder / "desk.db", isolation_level=None)
    assert connection.execute(statement).rowcount > 0
    connection.close()
    assert promise in {one[:2] for one in judged(folder)}


def test_in_the_ledger(rested: Path, tmp_path: Path) -> None:
    folder = copied(rested, tmp_path)
    assert judged(folder) == []
    ledger = folder / "smtp.jsonl"
    accepted = [json.loads(line) for line in ledger.read_text().splitlines() if '"accepted"' in line]
    note(ledger, **accepted[0])
    assert {one[:2] for one in judged(folder)} == {"D0"}
    note(ledger, **accepted[0] | {"sha256": "other"})
    assert {one[:2] for one in judged(folder)} == {"D0", "D1"}
    ledger.write_text("".join(json.dumps(one) + "\n" for one in accepted[1:]))
    assert {one[:2] for one in judged(folder)} == {"A0"}
    note(folder / "told.jsonl", event="told", text="what nobody has")
    note(folder / "brought.jsonl", event="brought", sha256="what nobody has")
    assert {one[:2] for one in judged(folder)} == {"A0", "L0", "L1"}


def copied(rested: Path, folder: Path) -> Path:
    shutil.copytree(rested, folder, dirs_exist_ok=True)
    return folder


def judged(folder: Path) -> list[str]:
    sqlite3.connect(folder / "desk.db").execute("PRAGMA journal_mode=WAL").close()
    return broken(f"sqlite:///{folder / 'desk.db'}", folder, at_rest=True)
