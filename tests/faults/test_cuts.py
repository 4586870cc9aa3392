"""The connection is cut at every byte around the line ends of a dialogue, in both directions, by FIN and by RST."""

import asyncio
from itertools import count
from pathlib import Path

import pytest

from gateway.transports.faults import TransportFault
from gateway.transports.imap import ImapSession
from gateway.transports.smtp import SmtpSession
from gateway.transports.smtp_dialogue import Deadlines
from models.store.database import Database
from models.types.account import Cursor, Endpoint, Security
from models.types.outbox import Accepted, Deferred, Outcome, Unknown
from tests.faults.program import kill, start, workers
from tests.faults.proxy import Cut, Proxy, around_line_ends
from tests.faults.scene import scene
from tests.servers.faulty_imap import FaultyImap
from tests.servers.faulty_smtp import FaultySmtp, copies
from tests.workers.working import mail

QUICK = Deadlines(connect=5, command=5, ahead=5, data=5, block=5, dot=5, quit=1)
WIRE = b"Message-ID: <%s>\r\nFrom: <support@desk.test>\r\nSubject: x\r\n\r\nOne.\r\n..\r\n.\r\nTwo.\r\n"
RECIPIENT = "c@customer.test"
_names = count(1)


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
async def test_smtp(reset: bool) -> None:
    """Accepted is never said of what was not, and what was accepted is never called anything but that or unknown."""
    server = FaultySmtp()
    async with server.serving(), Proxy(server.port).serving() as proxy:
        assert isinstance(await deliver(proxy, server, None), Accepted)
        down, up = (around_line_ends(bytes(said)) for said in proxy.passed)
        assert len(down) > 50
        assert len(up) > 80
        seen = set()
        for cut in [Cut(True, at, reset) for at in up] + [Cut(False, at, reset) for at in down]:
            seen.add(type(await deliver(proxy, server, cut)))
        assert seen >= {Accepted, Unknown, Deferred}


async def deliver(proxy: Proxy, server: FaultySmtp, cut: Cut | None) -> Outcome:
    name, promised = f"cut{next(_names)}@desk.test", False

    async def before_dot() -> None:
        nonlocal promised
        promised = True

    proxy.cuts = [cut] if cut else []
    session = SmtpSession(QUICK)
    outcome = await session.open(Endpoint("127.0.0.1", proxy.port, Security.PLAIN, "u", "secret"), hostname="desk.test")
    if outcome is None:
        outcome = await session.deliver("support@desk.test", RECIPIENT, WIRE % name.encode(), before_dot=before_dot)
    await session.close()
    await until_alone(server)
    taken = copies(server)[f"<{name}>", RECIPIENT]
    assert taken <= 1
    if isinstance(outcome, Accepted):
        assert taken == 1, f"{cut}: called accepted"
    elif taken:
        assert isinstance(outcome, Unknown), f"{cut}: accepted, and called {outcome}"
    if not promised:
        assert isinstance(outcome, Deferred), f"{cut}: nothing was promised, and it is {outcome}"
    if isinstance(outcome, Deferred):
        assert not taken
        assert outcome.text
    return outcome


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
async def test_imap(reset: bool) -> None:
    """What is delivered is whole, and the cursor never passes what was not."""
    server = FaultyImap()
    contents = [mail(f"i{number}") for number in range(3)]
    server.put(*contents)
    async with server.serving(), Proxy(server.port).serving() as proxy:
        assert await fetch(proxy, Cursor(0, 0), None) == (contents, Cursor(7, 3))
        down, up = (around_line_ends(bytes(said)) for said in proxy.passed)
        assert len(down) > 100
        for cut in [Cut(True, at, reset) for at in up] + [Cut(False, at, reset) for at in down]:
            got, cursor = await fetch(proxy, Cursor(0, 0), cut)
            assert got == contents[: cursor.last_uid], cut
            rest, end = await fetch(proxy, cursor, None)
            assert got + rest == contents, cut
            assert end == Cursor(7, 3)


async def fetch(proxy: Proxy, cursor: Cursor, cut: Cut | None) -> tuple[list[bytes], Cursor]:
    proxy.cuts = [cut] if cut else []
    session, got = ImapSession(command_seconds=5), []
    try:
        await session.open(Endpoint("127.0.0.1", proxy.port, Security.PLAIN, "u", "secret"))
        while (batch := await session.fetch("INBOX", cursor, limit=2)) is not None:
            got += [one.content or b"" for one in batch.mails]
            cursor = batch.cursor
    except TransportFault as fault:
        assert fault.sentence  # noqa: PT017 (a fault may come, and need not)
    finally:
        await session.close()
    return got, cursor


async def test_the_workers_over_lines_that_are_cut_all_the_time(sqlite_desk: Database, tmp_path: Path) -> None:
    async with (
        scene(tmp_path, sqlite_desk) as here,
        Proxy(here.smtp.port).serving() as out,
        Proxy(here.imap.port).serving() as in_,
    ):
        await asyncio.to_thread(here.begin, 12)
        here.offer(fresh=6, replies=6)
        out.cuts = [Cut(at % 3 > 0, 40 + at * 90, at % 2 == 0) for at in range(24)]
        in_.cuts = [Cut(False, 30 + at * 150, at % 2 == 0) for at in range(12)]
        here.smtp.port, here.imap.port = out.port, in_.port
        here.desk.serve(smtp=here.smtp, imap=here.imap)
        process = start(workers, tmp_path, here.url, "one")
        try:
            while out.cuts or in_.cuts:
                await asyncio.to_thread(here.desk.hurry)
                await asyncio.sleep(0.1)
                if here.rests():
                    break
            await here.until_rest()
        finally:
            kill(process)
        here.judge()
        states = here.states()
        assert states["sent"] + states.get("unsure", 0) == 30
        assert len(out.cuts) < 18, "the lines were cut"


async def until_alone(server: FaultySmtp) -> None:
    """Wait until the server has done with everybody: what it took by then is all it takes."""
    async with asyncio.timeout(10):
        while server._lines:  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.002)
