import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from sqlalchemy import text

from models.store.changes import announce
from models.store.database import Database
from models.store.feed import changes
from models.store.migrate import ensure
from models.types.change import Change
from tests.store.world import NOW


async def _until(feed: AsyncIterator[Change], wanted: Change) -> Change:
    """Join what comes until everything wanted is there."""
    heard = Change()
    async with asyncio.timeout(10):
        while heard | wanted != heard:
            heard |= await anext(feed)
    return heard


async def test_each_commit_is_heard(database: Database) -> None:
    async with aclosing(changes(database.url)) as feed:
        assert await anext(feed) == Change(all=True)
        await asyncio.to_thread(database.write, announce, NOW, 7)
        assert await _until(feed, Change(frozenset({7}))) == Change(frozenset({7}))
        await asyncio.to_thread(database.write, announce, NOW, None, "quarantine")
        await asyncio.to_thread(database.write, announce, NOW, None, "accounts")
        wanted = Change(quarantine=True, accounts=True)
        assert await _until(feed, wanted) == wanted


async def test_what_is_rolled_back_is_not_heard(database: Database) -> None:
    def failing() -> None:
        with database.writing() as session:
            announce(session, NOW, 8)
            session.flush()
            raise ZeroDivisionError

    async with aclosing(changes(database.url)) as feed:
        await anext(feed)
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(failing)
        await asyncio.to_thread(database.write, announce, NOW, 9)
        assert await _until(feed, Change(frozenset({9}))) == Change(frozenset({9}))


async def test_many_commits_come_as_few_changes(database: Database) -> None:
    def ingest() -> None:
        for number in range(300):
            database.write(announce, NOW, number + 1)

    async with aclosing(changes(database.url)) as feed:
        await anext(feed)
        work = asyncio.create_task(asyncio.to_thread(ingest))
        heard: set[int] = set()
        rounds = 0
        async with asyncio.timeout(30):
            while len(heard) < 300:
                heard |= (await anext(feed)).record_ids
                rounds += 1
        await work
    assert rounds < 100


async def test_swept_rows_are_no_new_ones(database: Database) -> None:
    async with aclosing(changes(database.url)) as feed:
        await anext(feed)
        await asyncio.to_thread(database.write, announce, NOW, 1)
        await _until(feed, Change(frozenset({1})))
        await asyncio.to_thread(database.write, lambda session: session.execute(text("DELETE FROM change_log")))
        await asyncio.to_thread(database.write, announce, NOW, 2)
        assert await _until(feed, Change(frozenset({2}))) == Change(frozenset({2}))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_after_a_reconnect_everything_is_looked_at(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    async with aclosing(changes(database.url)) as feed:
        await anext(feed)
        heard = asyncio.ensure_future(anext(feed))

        def cut() -> None:
            others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            with database.engine.connect() as connection:
                connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))

        await asyncio.sleep(0)
        await asyncio.to_thread(cut)
        async with asyncio.timeout(10):
            assert await heard == Change(all=True)
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        await asyncio.to_thread(database.write, announce, NOW, 3)
        await _until(feed, Change(frozenset({3})))


async def test_an_idle_feed_costs_next_to_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    ensure(url)
    async with aclosing(changes(url)) as feed:
        await anext(feed)
        before = time.process_time()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await anext(feed)
        assert time.process_time() - before < 0.1  # 5 % of a core; measured: 0.3 %
