"""Answers out of the queue onto the wire over one kept connection, against smtplib with the same bytes ready."""

import asyncio
import os
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import update
from sqlmodel import Session, col, select

from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.pace import Pace
from gateway.workers.sender import Sender
from models.store.database import Database
from models.store.migrate import ensure
from models.store.plain import Reader
from models.tables.mail import Account, Delivery
from models.types.account import Security
from tests.bench.row import Row, against, missing
from tests.servers import free_port
from tests.servers.dovecot import await_port
from tests.services.letters import desk
from tests.workers.working import Desk
from tui import garbage

COUNT = 1_000
WARM = 50  # sent before the clock starts: the connection stands, as smtplib's does, and the statements are made
LATER = datetime(2099, 1, 1, tzinfo=UTC)
ROUNDS = 5  # of which the median counts, for ours and for theirs
ROW = "ms a mail queue to wire, smtplib.sendmail ms a mail"
SENT = "SELECT count(*) AS n FROM delivery WHERE state = 'sent'"
_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

Mail = tuple[str, str, bytes]


def run() -> Iterator[Row]:
    """Ours claims, makes the bytes, writes down each attempt, promises, sends and settles; smtplib only talks."""
    program = shutil.which("smtp-sink", path=_PATH)
    if program is None:
        yield missing("send", ROW, "smtp-sink", "postfix")
        return
    with tempfile.TemporaryDirectory(prefix="nightdesk-bench-") as name, _sink(program) as port:
        queued = Path(name) / "queued.db"
        account_id = _queue(queued, port)
        pairs = [_pair(queued, Path(name) / f"{number}.db", account_id, port) for number in range(ROUNDS)]
    ours, theirs = (median(one) / COUNT for one in zip(*pairs, strict=True))
    yield Row("send", f"mails/s of {COUNT:,}, queue to wire", round(1 / ours, 1))
    yield against("send", ROW, ours * 1e3, theirs * 1e3, 1 / 0.9)


def _pair(queued: Path, desk_file: Path, account_id: int, port: int) -> tuple[float, float]:
    """Ours and smtplib right after each other."""
    shutil.copyfile(queued, desk_file)
    database = Database(f"sqlite:///{desk_file}")
    with garbage.held():  # as the program does before it starts its workers
        pass
    ours = asyncio.run(_sent(database, account_id))
    mails = database.read(_mails)
    database.close()
    return ours, _smtplib(port, mails)


@contextmanager
def _sink(program: str) -> Iterator[int]:
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "100"], stdout=subprocess.DEVNULL)
    try:
        await_port(port, process, Path(os.devnull))
        with _apart(process.pid):
            yield port
    finally:
        process.terminate()
        process.wait(timeout=15)


@contextmanager
def _apart(server: int) -> Iterator[None]:
    """Keep the server off our cores: it stands for another machine.

    On one core with it a wake-up costs 10 us, across cores 60, and the scheduler changes its mind by the minute
    (measured: smtplib 0.10 or 0.35 ms a mail).
    """
    cores = os.sched_getaffinity(0)
    if len(cores) < 2:
        yield
        return
    its = {max(cores)}
    os.sched_setaffinity(server, its)
    os.sched_setaffinity(0, cores - its)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _queue(queued: Path, port: int) -> int:
    """Queue answers to as many customers, each on a record of its own, written as an agent does."""
    url = f"sqlite:///{queued}"
    ensure(url)
    database = Database(url)
    made = Desk(database, desk(database))
    made.answer(WARM + COUNT)
    account = made.account()
    assert account.id is not None

    def point(session: Session) -> None:
        row = session.get(Account, account.id)
        assert row is not None
        row.smtp_host, row.smtp_port, row.smtp_security = "127.0.0.1", port, Security.PLAIN
        row.user = row.secret = ""
        first = select(Delivery.id).order_by(col(Delivery.id)).limit(WARM)
        session.exec(update(Delivery).where(col(Delivery.id).not_in(first)).values(ready_at=LATER))

    database.write(point)
    database.close()
    return account.id


async def _sent(database: Database, account_id: int) -> float:
    threads, reader = DatabaseThreads(database), Reader(database.url)
    rested = asyncio.Event()
    sender = Sender(threads, account_id, holder="bench", hostname="bench.test", rested=rested.set, pace=Pace())
    sending = asyncio.create_task(sender.run())
    await _rested(sending, rested)
    assert reader.rows(SENT)[0]["n"] == WARM
    database.write(lambda session: session.exec(update(Delivery).values(ready_at=datetime.now(UTC))))
    rested.clear()
    began = time.perf_counter()
    sender.wake.set()
    await _rested(sending, rested)
    seconds = time.perf_counter() - began
    assert reader.rows(SENT)[0]["n"] == WARM + COUNT
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    reader.close()
    threads.close()
    return seconds


async def _rested(sending: asyncio.Task[None], rested: asyncio.Event) -> None:
    waiting = asyncio.ensure_future(rested.wait())
    await asyncio.wait({sending, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    assert not sending.done(), sending


def _mails(session: Session) -> list[Mail]:
    columns = (col(Delivery.envelope_from), col(Delivery.recipient), col(Delivery.wire))
    rows = session.execute(select(*columns).order_by(col(Delivery.id).desc()).limit(COUNT))
    return [(sender, recipient, wire or b"") for sender, recipient, wire in rows]


def _smtplib(port: int, mails: list[Mail]) -> float:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo("bench.test")
        began = time.perf_counter()
        for sender, recipient, wire in mails:
            client.sendmail(sender, [recipient], wire)
        return time.perf_counter() - began
