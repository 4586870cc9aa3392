"""The database is full, locked, gone or cut off for a while: nothing is lost, and all goes on when it is back."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from gateway.workers import supervisor
from models.store.database import Database
from models.tables.mail import RawMail
from models.types.errors import DatabaseError
from tests.faults.program import HASTE
from tests.faults.proxy import Proxy
from tests.faults.scene import Scene, scene
from tests.servers.postgres import Postgres
from tests.servers.scripted import Fault
from tests.workers.working import mail

NO_LIMIT = 2**30


@asynccontextmanager
async def served(here: Scene, database: Database) -> AsyncIterator[None]:
    """Run the workers over this way to the database; they must be running still at the end."""
    work = asyncio.ensure_future(supervisor.run(database, holder="one", hostname="desk.test", pace=HASTE))
    try:
        yield
        assert not work.done()
    finally:
        work.cancel()
        await asyncio.wait({work}, timeout=30)
        database.close()


async def test_the_disk_is_full(sqlite_desk: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(sqlite_desk.url)
    limit = NO_LIMIT

    @event.listens_for(database.engine, "checkout")
    def _limit(connection: Any, _: Any, __: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={limit}")

    async with scene(tmp_path, sqlite_desk) as here, served(here, database):
        await asyncio.to_thread(here.begin, 2)
        await here.until_rest()
        with caplog.at_level(logging.WARNING):
            limit = 1  # sqlite makes it what the file has now
            here.imap.put(*(mail(f"big{number}", 200_000) for number in range(3)))
            here.offer(fresh=2, replies=2)
            async with asyncio.timeout(20):
                while "The disk is full" not in caplog.text:  # noqa: ASYNC110 (a log tells no one)
                    await asyncio.sleep(0.05)
            here.judge(at_rest=False)
        assert len(here.imap.mails) == 7, "the server's copies are untouched"
        with pytest.raises(DatabaseError, match="disk is full"):
            database.write(lambda session: session.add(_large()))
        limit = NO_LIMIT
        await here.until_rest(60)
        here.judge()
        assert {row.state for row in here.raws()} == {"routed"}


def _large() -> RawMail:
    return RawMail(sha256="x", size_bytes=1, received_at=datetime.now(UTC), content=b"x" * 500_000)


async def test_the_database_is_locked_while_the_server_answers(sqlite_desk: Database, tmp_path: Path) -> None:
    """Longer than SQLite waits and longer than claims last: the answer is kept until it can be written."""
    database = Database(sqlite_desk.url)
    async with scene(tmp_path, sqlite_desk, smtp_faults=(Fault("dot", "drip", 1),)) as here, served(here, database):
        await asyncio.to_thread(here.begin, 2)
        await here.smtp.until("accepted", 1, 60)
        release = threading.Event()
        holding = asyncio.ensure_future(asyncio.to_thread(hold, tmp_path / "desk.db", release))
        here.offer(fresh=1, replies=1)
        await asyncio.sleep(6)
        assert len(here.smtp.noted("accepted")) <= 4, "the turn that was promised goes out, no other is begun"
        here.judge(at_rest=False)
        release.set()
        await holding
        await here.until_rest()
        here.judge()
        assert here.states() == {"sent": 5}


def hold(path: Path, release: threading.Event) -> None:
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    connection.execute("BEGIN IMMEDIATE")
    release.wait(30)
    connection.execute("ROLLBACK")
    connection.close()


async def test_postgres_goes_away_and_comes_back(
    postgres: Postgres, postgres_desk: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with scene(tmp_path, postgres_desk) as here, Proxy(postgres.port).serving() as proxy:
        await asyncio.to_thread(here.begin, 3)
        async with served(here, through(proxy, here)):
            await here.until_rest()
            for cut in (proxy.cut_all, terminate_all(postgres, here)):
                caplog.clear()
                proxy.refusing = True
                await asyncio.to_thread(cut)
                here.offer(fresh=1, replies=2)
                await asyncio.sleep(2)
                here.judge(at_rest=False)
                assert "out of reach" in caplog.text
                proxy.refusing = False
                await here.until_rest()
        here.judge()
        assert here.states() == {"sent": 10}
        assert "crashed" not in caplog.text


@pytest.mark.parametrize("first", range(4))
async def test_the_answer_to_a_commit_is_lost(
    first: int, postgres: Postgres, postgres_desk: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It was made or it was not: whoever asked must live with both."""
    commits = 0

    def cut_on(said: bytes) -> bool:
        nonlocal commits
        commits += b"COMMIT" in said
        return b"COMMIT" in said and commits % 4 == first and commits < 60

    async with scene(tmp_path, postgres_desk) as here, Proxy(postgres.port).serving() as proxy:
        await asyncio.to_thread(here.begin, 3)
        here.offer(fresh=1, replies=2)
        proxy.cut_on = cut_on
        async with served(here, through(proxy, here)):
            await here.until_rest()
            here.judge()
        states = here.states()
        assert states["sent"] + states.get("unsure", 0) == 8
        assert {row.state for row in here.raws()} == {"routed"}
        assert "crashed" not in caplog.text
        assert commits > 10


def test_a_deadlock_is_trouble_that_passes(postgres_desk: Database) -> None:
    """PostgreSQL ends one of two who wait for each other; that one may try again, and whoever insists does."""
    both = threading.Barrier(2, timeout=20)
    errors: list[Exception] = []

    def lock(session: Session, order: tuple[int, int]) -> None:
        session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": order[0]})
        both.wait()
        session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": order[1]})

    def run(order: tuple[int, int]) -> None:
        try:
            postgres_desk.write(lock, order)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(order,)) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    (error,) = errors
    assert isinstance(error, DatabaseError), repr(error)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("53100", "could not extend file: No space left on device"),
        ("53200", "out of memory"),
        ("40001", "could not serialize access due to concurrent update"),
        ("57014", "canceling statement due to statement timeout"),
    ],
)
def test_a_database_in_trouble_is_not_taken_for_a_bug_of_ours(postgres_desk: Database, state: str, words: str) -> None:
    """A mail whose placing met one of these would lie in quarantine, an outcome would be forgotten."""
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = '{words}'; END $$")
    with pytest.raises(DatabaseError):
        postgres_desk.write(lambda session: session.execute(raising))


def test_a_bug_of_ours_is_not_taken_for_trouble(database: Database) -> None:
    """It would be tried again for ever."""
    with pytest.raises(DBAPIError):
        database.write(lambda session: session.execute(text("SELECT nothing FROM nowhere")))


def test_a_line_to_postgres_that_died_is_noticed(postgres_desk: Database) -> None:
    """The kernel asks after a silent server; without that a worker would wait for two hours."""
    with postgres_desk.engine.connect() as connection:
        said = connection.connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]
    assert int(said["keepalives_idle"]) + int(said["keepalives_interval"]) * int(said["keepalives_count"]) <= 60
    assert int(said["tcp_user_timeout"]) <= 60_000
    assert int(said["connect_timeout"]) <= 30


def through(proxy: Proxy, here: Scene) -> Database:
    """Another way to the same database."""
    head, _, name = here.url.rpartition("/")
    return Database(f"{head.rpartition(':')[0]}:{proxy.port}/{name}")


def terminate_all(postgres: Postgres, here: Scene) -> Any:
    name = here.url.rpartition("/")[2]
    return lambda: postgres.say(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
