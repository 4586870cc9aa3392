"""The program in processes of its own, to be killed; forked from one that has imported it, so a start costs little."""

import asyncio
import json
import logging
import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

import tests.workers.working  # noqa: F401 - what is imported here is not imported at each start
from gateway.transports.listener import Door, Protocol, listen
from gateway.transports.smtp_dialogue import Deadlines
from gateway.workers import spool, spool_file, supervisor
from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.pace import Pace
from gateway.workers.sender import Sender
from models.services import receive, reply
from models.store.database import Database
from models.types import failpoint
from models.types.draft import Sent
from models.types.reception import Reception
from tests.faults.clock import set_clock
from tests.workers.working import PASSWORD_VARIABLE

HASTE = Pace(
    lease=2, lease_renew=0.4, tend=0.1, claim=2, claim_renew=0.4, recover=0.15, linger=0.3, grace=3, crash=0.2,
    deadlines=Deadlines(connect=5, command=5, ahead=5, data=5, block=5, dot=5, quit=0.5),
)  # fmt: skip

_starter = multiprocessing.get_context("forkserver")
_starter.set_forkserver_preload(["__main__", "tests.faults.program"])


def start(work: Callable[..., None], folder: Path, *arguments: object, fail: str = "", clock: float = 0) -> BaseProcess:
    """Start ``work(*arguments)``. ``fail``: as in NIGHTDESK_FAILPOINT; ``clock``: seconds its wall clock is ahead."""
    process = _starter.Process(target=_run, args=(work, folder, arguments, fail, clock))
    process.start()
    return process


async def ended(process: BaseProcess, seconds: float = 30) -> int:
    """Wait for its end; the exit code, negative for a signal."""
    await asyncio.to_thread(process.join, seconds)
    if process.exitcode is None:
        kill(process)
        raise AssertionError(f"the process did not come to its end in {seconds} s")
    return process.exitcode


def kill(process: BaseProcess) -> None:
    """kill -9, and wait until it is gone."""
    process.kill()
    process.join()


def workers(url: str, holder: str) -> None:
    """Everything that fetches, places and sends."""
    asyncio.run(supervisor.run(Database(url), holder=holder, hostname="desk.test", pace=HASTE))


def sender(url: str, account_id: int, holder: str, claim_renew: float = HASTE.claim_renew) -> None:
    """Send for one account without asking for its lease."""
    pace = replace(HASTE, claim_renew=claim_renew)

    async def send() -> None:
        threads = DatabaseThreads(Database(url))
        one = Sender(threads, account_id, holder=holder, hostname="desk.test", rested=lambda: None, pace=pace)
        work = asyncio.ensure_future(one.run())
        while not work.done():
            one.wake.set()
            await asyncio.sleep(0.05)
        await work

    asyncio.run(send())


def agent(url: str, agent_id: int, drafts: Sequence[tuple[int, int, str]], ledger: Path) -> None:
    """Send answers one after the other, and note each the moment it was told to be sent."""
    database = Database(url)
    for draft_id, base, text in drafts:
        now = datetime.now(UTC)
        said = database.write(reply.send, draft_id=draft_id, agent_id=agent_id, base=base, now=now, hold_seconds=0.3)
        assert isinstance(said, Sent), said
        note(ledger, event="told", text=text)


def lmtp(url: str, port: int) -> None:
    """Take mail by LMTP."""

    async def judge(_: str) -> Reception:
        return Reception.TAKEN

    async def keep(content: bytes, sender: str, recipients: tuple[str, ...]) -> None:
        await asyncio.to_thread(
            database.write,
            receive.keep_one,
            content=content,
            envelope_from=sender,
            envelope_to=recipients,
            now=datetime.now(UTC),
        )

    async def serve() -> None:
        server = await listen(Door(judge, keep, "desk.test", Protocol.LMTP), "127.0.0.1", port)
        await server.serve_forever()

    database = Database(url)
    asyncio.run(serve())


def ingest(folder: Path, content: bytes) -> None:
    """Put one mail into the spool, as ``nightdesk ingest`` does; exit code 0 is the promise."""
    spool_file.put(folder, [content], envelope_from="c@customer.test", envelope_to=["support@desk.test"], limit=10**6)


def carry(url: str, folder: Path) -> None:
    """Carry one round of the spool."""
    spool.carry(Database(url), folder)


def note(ledger: Path, **facts: object) -> None:
    """Append one line to a ledger; it is on disk when this returns."""
    descriptor = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, json.dumps(facts).encode() + b"\n")
    os.fsync(descriptor)
    os.close(descriptor)


def _run(work: Callable[..., None], folder: Path, arguments: tuple[object, ...], fail: str, clock: float) -> None:
    log = os.open(folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 2)
    logging.basicConfig(format=f"%(asctime)s {os.getpid()} %(levelname)s %(message)s", level=logging.INFO, force=True)
    os.environ[PASSWORD_VARIABLE] = "secret"
    set_clock(clock)
    failpoint.arm({failpoint.VARIABLE: fail, failpoint.ALLOWED: "1"})
    work(*arguments)
