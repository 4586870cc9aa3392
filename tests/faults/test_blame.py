"""A mail is blamed for what it does itself, not for what happened to us while we read it."""

import asyncio
import sys
from pathlib import Path

import pytest
from sqlmodel import Session

from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.parsing import Parsers
from gateway.workers.placer import Placer
from models.services import receive
from models.store.database import Database
from models.tables.mail import RawMail
from tests.faults.calls import Faults
from tests.services.letters import START
from tests.workers.test_parsing import POISONED
from tests.workers.working import Desk, mail, make_desk


@pytest.fixture
def desk(sqlite_desk: Database) -> Desk:
    return make_desk(sqlite_desk)


def store(desk: Desk, *contents: bytes) -> None:
    def keep(session: Session) -> None:
        for content in contents:
            receive.keep_one(session, content=content, envelope_from=None, envelope_to=[], now=START)

    desk.database.write(keep)


async def test_told_to_end_while_it_is_read_again_and_again(desk: Desk) -> None:
    store(desk, mail("hang"), mail("innocent"))
    for _ in range(4):
        threads = DatabaseThreads(desk.database)
        parsers = Parsers(threads, command=(sys.executable, "-c", POISONED))
        work = asyncio.ensure_future(Placer(threads, parsers).run())
        await desk.until(lambda: all(row.attempts for row in desk.rows(RawMail)))
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await parsers.close()
        threads.close()
        assert [(row.state, row.attempts) for row in desk.rows(RawMail)] == [("stored", 0)] * 2


async def test_when_the_database_goes_away_under_one_mail_nobody_goes_on_with_the_others(desk: Desk) -> None:
    store(desk, *(mail(f"innocent{number}") for number in range(6)))
    for nth in range(2, 40):
        database = Database(desk.database.url)
        faults = Faults(database, nth, "io")
        threads = DatabaseThreads(database)
        parsers = Parsers(threads)
        await asyncio.gather(Placer(threads, parsers).place_new(), return_exceptions=True)
        assert asyncio.all_tasks() == {asyncio.current_task()}, f"after call {nth} failed"
        await parsers.close()
        threads.close()
        database.close()
        if not faults.fired:
            return
    raise AssertionError("a call always failed")


async def test_the_database_goes_away_while_it_is_read_again_and_again(desk: Desk, tmp_path: Path) -> None:
    store(desk, mail("innocent"))
    for nth in range(2, 30):
        database = Database(desk.database.url)
        faults = Faults(database, nth, "io")
        threads = DatabaseThreads(database)
        parsers = Parsers(threads)
        work = asyncio.ensure_future(Placer(threads, parsers).place_new())
        await asyncio.gather(work, return_exceptions=True)
        await parsers.close()
        threads.close()
        database.close()
        (row,) = desk.rows(RawMail)
        assert row.attempts <= 1
        if row.state == "routed":
            assert faults.fired <= 1
            return
    raise AssertionError("it was never placed")
