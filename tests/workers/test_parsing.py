"""The children that read mail: what kills or hangs one costs that mail's try and nothing else."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable

import pytest

from gateway.mime.parse import parse
from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.parsing import Parsers, Unreadable
from models.store.database import Database
from tests.workers.working import mail

# Answers "hang" by sleeping, "die" by dying, "lie" with a length that is too long, "rubbish" with no JSON.
POISONED = """
import sys, time, os
from gateway.mime import child
parse = child.parse
def poisoned(content):
    if b"Subject: hang" in content: time.sleep(600)
    if b"Subject: die" in content: os.kill(os.getpid(), 9)
    if b"Subject: memory" in content: bytearray(2**31)
    if b"Subject: lie" in content: sys.stdout.buffer.write(b"\\xff\\xff\\xff\\xff"); sys.stdout.buffer.flush()
    return parse(content)
child.parse = poisoned
sys.exit(child.main())
"""
COMMAND = (sys.executable, "-c", POISONED)


@pytest.fixture
async def parsers(tmp_path: object) -> AsyncIterator[Callable[..., Parsers]]:
    threads = DatabaseThreads(Database("sqlite://"))
    made: list[Parsers] = []

    def make(children: int = 2) -> Parsers:
        made.append(Parsers(threads, children=children, command=COMMAND))
        return made[-1]

    yield make
    for one in made:
        await one.close()
    threads.close()
    threads.database.close()


async def test_it_reads_what_the_parser_reads(parsers: Callable[..., Parsers]) -> None:
    pool = parsers()
    contents = [mail(f"m{number}", number * 1000) for number in range(30)] + [
        b"",
        b"\0\xff",
        b"Subject: x\r\n\r\n" * 9999,
    ]
    assert await asyncio.gather(*map(pool.parse, contents)) == [parse(content) for content in contents]


@pytest.mark.parametrize("poison", ["hang", "die", "memory", "lie"])
async def test_poison_takes_only_its_own_child(parsers: Callable[..., Parsers], poison: str) -> None:
    pool = parsers(children=1)
    assert (await pool.parse(mail("before"), seconds=20)).subject == "before"
    with pytest.raises(Unreadable, match=r"longer than 0\.5 seconds" if poison == "hang" else "gave up"):
        await pool.parse(mail(poison), seconds=0.5 if poison == "hang" else 20)
    assert (await pool.parse(mail("after"), seconds=20)).subject == "after"


async def test_a_cancelled_mail_does_not_answer_for_the_next(parsers: Callable[..., Parsers]) -> None:
    pool = parsers(children=1)
    await pool.parse(mail("before"))
    waiting = asyncio.ensure_future(pool.parse(mail("hang")))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await pool.parse(mail("after"))).subject == "after"


async def test_a_child_that_died_idle_is_replaced(parsers: Callable[..., Parsers]) -> None:
    pool = parsers(children=1)
    await pool.parse(mail("before"))
    (child,) = pool._all
    os.kill(child.pid, 9)
    await child.wait()
    assert (await pool.parse(mail("after"))).subject == "after"


async def test_no_child_outlives_the_pool(parsers: Callable[..., Parsers]) -> None:
    pool = parsers()
    await asyncio.gather(*(pool.parse(mail("x")) for _ in range(4)))
    children = list(pool._all)
    assert len(children) == 2
    await pool.close()
    assert all(child.returncode is not None for child in children)
