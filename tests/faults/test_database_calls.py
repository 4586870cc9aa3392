"""Each call to the database fails once, in each way: nothing is lost, nothing is done twice, all comes to rest."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.parsing import Parsers
from gateway.workers.supervisor import Supervisor
from models.store.database import Database
from tests.faults.calls import KINDS, Faults
from tests.faults.program import HASTE
from tests.faults.scene import Scene, desk_in, scene
from tests.servers.faulty_imap import FaultyImap
from tests.servers.faulty_smtp import FaultySmtp
from tests.workers.working import Desk

AT_ONCE = 6
SHORT = 60  # runs of the short form


@pytest.fixture
async def prepared(sqlite_template: Path, tmp_path: Path) -> Scene:
    """An answer to send, a reply to relay, a question to place; copied for each run."""
    async with scene(tmp_path / "0", desk_in(tmp_path / "0", sqlite_template)) as made:
        await asyncio.to_thread(made.begin, 1)
        made.offer(fresh=1, replies=1)
    return made


@pytest.fixture
async def parsers() -> AsyncIterator[Parsers]:
    threads = DatabaseThreads(Database("sqlite://"))
    made = Parsers(threads)
    yield made
    await made.close()
    threads.close()
    threads.database.close()


async def test_each_call_fails_once(prepared: Scene, parsers: Parsers) -> None:
    counted = await one_run(prepared, parsers, 0, "io")
    step = max(1, counted.calls // SHORT)
    await all_runs(prepared, parsers, [(nth, KINDS[nth // step % len(KINDS)]) for nth in range(1, counted.calls, step)])


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", KINDS)
async def test_every_call_fails_in_every_way(prepared: Scene, parsers: Parsers, kind: str) -> None:
    """Until a run ends without the fault firing."""
    nth, fired = 1, True
    while fired:
        faults = await all_runs(prepared, parsers, [(nth + at, kind) for at in range(AT_ONCE)])
        nth, fired = nth + AT_ONCE, any(one.fired for one in faults)


async def all_runs(prepared: Scene, parsers: Parsers, plan: list[tuple[int, str]]) -> list[Faults]:
    free = asyncio.Semaphore(AT_ONCE)

    async def run(nth: int, kind: str) -> Faults:
        async with free:
            return await one_run(prepared, parsers, nth, kind)

    return await asyncio.gather(*(run(nth, kind) for nth, kind in plan))


async def one_run(prepared: Scene, parsers: Parsers, nth: int, kind: str) -> Faults:
    async with copied(prepared, f"{nth}-{kind}") as here:
        database = Database(here.url)
        faults = Faults(database, nth, kind)
        threads = DatabaseThreads(database)
        supervisor = Supervisor(threads, parsers, holder="one", hostname="desk.test", pace=HASTE)
        running = asyncio.ensure_future(supervisor.run())
        try:
            await here.until_rest()
        except AssertionError as error:
            raise AssertionError(f"call {nth} failed ({kind}): {error}") from error
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await supervisor.stop()
            threads.close()
            database.close()
        assert running.cancelled(), f"call {nth} failed ({kind}) and ended the workers"
        here.judge()
        states = here.states()
        assert states["sent"] + states.get("unsure", 0) == 3, f"call {nth} failed ({kind}): {states}"
        quarantined = [row for row in here.raws() if row.state == "quarantined"]
        assert not quarantined, f"call {nth} failed ({kind}) and a mail is blamed for it: {quarantined[0].reason}"
        shutil.rmtree(here.folder)
        return faults


@asynccontextmanager
async def copied(prepared: Scene, name: str) -> AsyncIterator[Scene]:
    folder = prepared.folder.parent / name
    shutil.copytree(prepared.folder, folder)
    database = Database(f"sqlite:///{folder / 'desk.db'}")
    smtp, imap = FaultySmtp(ledger=folder / "smtp.jsonl"), FaultyImap()
    imap.put(*prepared.imap.mails.values())
    async with smtp.serving(), imap.serving():
        here = Scene(Desk(database, replace(prepared.desk.world, database=database)), folder, smtp, imap)
        here.desk.serve(smtp=smtp, imap=imap)
        yield here
    database.close()
