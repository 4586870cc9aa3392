"""kill -9 at every named step of sending and taking in: the next process puts everything right, says the judge."""

import ast
import asyncio
import hashlib
import os
import smtplib
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import update

from gateway.workers import journal, spool_file
from models.store.database import Database
from models.tables.mail import Account, RawMail
from models.types import failpoint
from models.types.failpoint import Point
from tests.faults.program import agent, carry, ended, ingest, kill, lmtp, note, start, workers
from tests.faults.scene import desk_in, scene
from tests.servers import free_port
from tests.servers.faulty_imap import FaultyImap
from tests.servers.faulty_pop3 import FaultyPop3
from tests.workers.working import mail

ROOT = Path(__file__).parents[2]
BY_AGENT = {Point.ENQUEUE, Point.ENQUEUED}
BY_POP = {Point.POP_KEEP, Point.POP_DELETE, Point.POP_DELETED}
BY_LISTENER = {Point.TAKE, Point.TAKEN}
BY_SPOOL = {Point.SPOOL_WRITE, Point.SPOOLED, Point.CARRIED}
BY_RECOVERY = {Point.RECOVER, Point.REPLAY}
BY_LEAVING = {Point.FETCH_LOGOUT}
BY_WORKERS = set(Point) - BY_AGENT - BY_POP - BY_LISTENER - BY_SPOOL - BY_RECOVERY - BY_LEAVING
UNSURE_AFTER = {Point.BEFORE_DOT, Point.AFTER_DOT, Point.REPLY}


def test_every_place_is_in_the_program_once() -> None:
    """A place nobody reaches would be a test that cannot fail."""
    found: Counter[str] = Counter()
    for room in ("models", "gateway", "tui"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reach":
                    assert isinstance(node.args[0], ast.Attribute)
                    found[node.args[0].attr] += 1
    assert found == dict.fromkeys(Point.__members__, 1)


@pytest.mark.parametrize("allowed", ["", "0", "yes"])
def test_on_a_real_desk_they_do_nothing(allowed: str) -> None:
    environment = os.environ | {failpoint.VARIABLE: "send.mail:1:kill", failpoint.ALLOWED: allowed}
    program = "from models.types.failpoint import Point, reach; reach(Point.MAIL)"
    assert subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, timeout=30).returncode == 0
    environment[failpoint.ALLOWED] = "1"
    assert subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, timeout=30).returncode == -9


@pytest.mark.parametrize("said", ["send.nowhere:1:kill", "send.mail:1:explode", "send.mail"])
def test_a_misspelt_one_does_not_pass_for_a_crash_survived(said: str) -> None:
    with pytest.raises(ValueError):
        failpoint.arm({failpoint.VARIABLE: said, failpoint.ALLOWED: "1"})
    failpoint.arm({})


@pytest.mark.parametrize("points", [sorted(BY_WORKERS)[at::6] for at in range(6)], ids=lambda points: points[0])
async def test_killed_at_each_step_of_the_workers(points: list[Point], sqlite_template: Path, tmp_path: Path) -> None:
    """Several desks at once, since most of the time is spent waiting for a dead process's leases to run out."""
    await asyncio.gather(*(_killed_at(point, sqlite_template, tmp_path / point) for point in points))


async def _killed_at(point: Point, template: Path, folder: Path) -> None:
    async with scene(folder, desk_in(folder, template)) as here:
        await asyncio.to_thread(here.begin, 2)
        here.offer(fresh=1, replies=2)
        process = start(workers, folder, here.url, "one", fail=f"{point}:1:kill")
        assert await ended(process) == -9, f"{point} was not reached: {here.log()}"
        here.judge(at_rest=False)
        await here.finish()
        states = here.states()  # a busy machine may add what is unsure, never what is lost
        assert states["sent"] + states.get("unsure", 0) == 6, f"{point}: {states}"
        assert (states["sent"] < 6) or point not in UNSURE_AFTER, point


@pytest.mark.parametrize(("first", "then"), [(Point.CLAIMED, Point.RECOVER), (Point.AFTER_DOT, Point.REPLAY)])
async def test_killed_while_picking_up_after_the_killed(
    first: Point, then: Point, sqlite_desk: Database, tmp_path: Path
) -> None:
    """By the lease where nothing else is known, by the journal where it was on its way."""
    async with scene(tmp_path, sqlite_desk) as here:
        await asyncio.to_thread(here.begin, 2)
        for name, point in (("one", first), ("two", then)):
            assert await ended(start(workers, tmp_path, here.url, name, fail=f"{point}:1:kill")) == -9, here.log()
            here.judge(at_rest=False)
        await here.finish()
        assert here.states().get("unsure", 0) == (1 if first is Point.AFTER_DOT else 0)


@pytest.mark.parametrize("point", [Point.NOTED, Point.SETTLE])
async def test_an_answer_that_was_read_is_not_forgotten(point: Point, sqlite_desk: Database, tmp_path: Path) -> None:
    """The server took it, the database does not know: the journal does, and nobody has to look."""
    async with scene(tmp_path, sqlite_desk) as here:
        await asyncio.to_thread(here.begin, 2)
        assert await ended(start(workers, tmp_path, here.url, "one", fail=f"{point}:1:kill")) == -9, here.log()
        assert here.smtp.noted("accepted")
        await here.finish()
        assert "unsure" not in here.states()


async def test_without_its_journal_a_turn_that_was_promised_is_unsure(sqlite_desk: Database, tmp_path: Path) -> None:
    """As after a power cut: what may have gone out is never sent again by itself."""
    async with scene(tmp_path, sqlite_desk) as here:
        await asyncio.to_thread(here.begin, 2)
        assert await ended(start(workers, tmp_path, here.url, "one", fail=f"{Point.MAIL}:1:kill")) == -9, here.log()
        (left,) = journal.folder(here.url).iterdir()
        left.unlink()
        await here.finish()
        assert here.states()["unsure"] >= 1


async def test_killed_while_leaving_a_mailbox(sqlite_desk: Database, tmp_path: Path) -> None:
    async with scene(tmp_path, sqlite_desk, imap=FaultyImap(capabilities="IMAP4rev1")) as here:
        await asyncio.to_thread(here.begin, 0)
        here.offer(fresh=2, replies=0)
        process = start(workers, tmp_path, here.url, "one", fail=f"{Point.FETCH_LOGOUT}:1:kill")
        await here.until_rest()
        await asyncio.to_thread(here.desk.serve, smtp=here.smtp)  # it does not fetch any more
        here.desk.hurry()
        assert await ended(process) == -9, here.log()
        await here.finish()


@pytest.mark.parametrize("point", sorted(BY_AGENT))
async def test_an_answer_is_sent_with_all_its_copies_or_not_at_all(
    point: Point, sqlite_desk: Database, tmp_path: Path
) -> None:
    async with scene(tmp_path, sqlite_desk) as here:
        await asyncio.to_thread(here.begin, 0)
        drafts = [await asyncio.to_thread(here.draft) for _ in range(3)]
        ledger, anton = tmp_path / "told.jsonl", here.desk.world.anton.id
        process = start(agent, tmp_path, here.url, anton, drafts, ledger, fail=f"{point}:2:kill")
        assert await ended(process) == -9
        here.judge(at_rest=False)
        assert len(here.desk.mails_out()) == 2, "the first answer and its copy, nothing of the second"
        assert await ended(start(agent, tmp_path, here.url, anton, drafts[1:], ledger)) == 0, here.log()
        await here.finish()
        assert here.states() == {"sent": 6}


@pytest.mark.parametrize("point", sorted(BY_POP))
async def test_killed_while_emptying_a_mailbox(point: Point, sqlite_desk: Database, tmp_path: Path) -> None:
    server = FaultyPop3({f"u{number}": mail(f"p{number}") for number in range(4)})
    there = dict(server.mails)
    async with server.serving(), scene(tmp_path, sqlite_desk) as here:
        here.desk.serve()
        values = {"pop3_host": "127.0.0.1", "pop3_port": server.port, "pop3_security": "plain", "leave_days": 0}
        here.desk.database.write(lambda session: session.execute(update(Account).values(values)))
        process = start(workers, tmp_path, here.url, "one", fail=f"{point}:1:kill")
        assert await ended(process) == -9, here.log()
        for uidl in there.keys() - server.mails.keys():
            note_brought(tmp_path, there[uidl])
        here.judge(at_rest=False)
        for content in there.values():
            note_brought(tmp_path, content)
        process = start(workers, tmp_path, here.url, "two")
        try:
            await here.desk.until(lambda: not server.mails)
            await here.until_rest()
        finally:
            kill(process)
        here.judge()


@pytest.mark.parametrize("point", sorted(BY_LISTENER))
async def test_killed_while_taking_a_mail(point: Point, sqlite_desk: Database, tmp_path: Path) -> None:
    """The mail server in front of us keeps what it got no 250 for, and brings it again."""
    content, port = mail("lmtp"), free_port()
    async with scene(tmp_path, sqlite_desk) as here:
        process = start(lmtp, tmp_path, here.url, port, fail=f"{point}:1:kill")
        assert not await asyncio.to_thread(bring, port, content)
        assert await ended(process) == -9
        here.judge(at_rest=False)
        process = start(lmtp, tmp_path, here.url, port)
        try:
            assert await asyncio.to_thread(bring, port, content)
        finally:
            kill(process)
        note_brought(tmp_path, content)
        await here.finish()
        assert len(here.desk.rows(RawMail)) == 1


@pytest.mark.parametrize("point", sorted(BY_SPOOL))
async def test_killed_while_taking_a_piped_mail(point: Point, sqlite_desk: Database, tmp_path: Path) -> None:
    content = mail("pipe")
    async with scene(tmp_path, sqlite_desk) as here:
        spool = spool_file.folder(here.url)
        code = await ended(start(ingest, tmp_path, spool, content, fail=f"{point}:1:kill"))
        assert code == (0 if point is Point.CARRIED else -9)
        if code:  # whoever piped it was not told that we have it, so it comes again
            assert await ended(start(ingest, tmp_path, spool, content)) == 0
        note_brought(tmp_path, content)
        if point is Point.CARRIED:
            assert await ended(start(carry, tmp_path, here.url, spool, fail=f"{point}:1:kill")) == -9
        process = start(workers, tmp_path, here.url, "one")
        try:
            await here.desk.until(lambda: len(here.desk.rows(RawMail)) == 1 and not spool_file.waiting(spool))
            await here.until_rest()
        finally:
            kill(process)
        here.judge()


def bring(port: int, content: bytes) -> bool:
    """Bring a mail as a mail server does: True when it was taken."""
    deadline = time.monotonic() + 20
    while True:
        try:
            with smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
                return not client.sendmail("c@customer.test", ["support@desk.test"], content)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "nobody listens"
            time.sleep(0.05)
        except (smtplib.SMTPException, OSError):
            return False


def note_brought(folder: Path, content: bytes) -> None:
    note(folder / "brought.jsonl", event="brought", sha256=hashlib.sha256(content).hexdigest())
