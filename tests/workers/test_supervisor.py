"""Several processes, changing accounts, a locked database, crashes, and going home in good order."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from gateway.transports.smtp import Parcel
from gateway.workers import journal
from gateway.workers.courier import Courier
from models.store.changes import announce
from models.tables.mail import Account, RawMail
from models.types.delivery import DeliveryState
from models.types.health import AccountState
from models.types.outbox import Claim, Outcome
from tests.servers.faulty_imap import FaultyImap
from tests.servers.faulty_smtp import FaultySmtp, copies
from tests.servers.scripted import Fault
from tests.workers.test_kill import placed
from tests.workers.working import QUICK, Desk, mail, working

SENT = DeliveryState.SENT


async def test_four_processes_do_everything_once(desk: Desk) -> None:
    smtp, imap = FaultySmtp(), FaultyImap()
    imap.put(*(mail(f"m{number}") for number in range(50)))
    async with smtp.serving(), imap.serving():
        desk.serve(smtp=smtp, imap=imap)
        desk.answer(30)
        async with working(desk, holder="a"), working(desk, holder="b"), working(desk, holder="c"), working(desk):
            await desk.until(lambda: desk.states() == {SENT: 30}, 40)
            await desk.until(lambda: placed(desk, 80), 40)
            assert smtp.connections == 1, "one of them sends"
            assert imap.connections == 1, "one of them fetches"
    desk.judge_sending(smtp)
    assert set(copies(smtp).values()) == {1}


async def test_work_is_handed_over_at_once_in_good_order(desk: Desk) -> None:
    server = FaultyImap()
    async with server.serving():
        desk.serve(imap=server)
        async with working(desk, holder="two"):
            async with working(desk, holder="one"):
                await server.until("idle")
            server.put(mail("m"))
            await desk.until(lambda: placed(desk, 1), 10)


async def test_an_account_is_served_from_the_moment_it_changes(desk: Desk) -> None:
    first, second = FaultyImap(), FaultyImap()
    first.put(mail("a"))
    second.uidvalidity = 8
    second.put(mail("b"))
    async with first.serving(), second.serving():
        desk.serve()
        async with working(desk):
            await asyncio.sleep(0.3)
            switch(desk, lambda: desk.serve(imap=first))
            await desk.until(lambda: placed(desk, 1))
            switch(desk, lambda: desk.serve(imap=second))
            await desk.until(lambda: placed(desk, 2))
            switch(desk, lambda: desk.database.write(lambda s: s.execute(update(Account).values(active=False))))
            await asyncio.sleep(0.5)
            connections = second.connections
            second.put(mail("c"))
            await asyncio.sleep(0.5)
            assert (second.connections, len(desk.rows(RawMail))) == (connections, 2)


def switch(desk: Desk, change: Callable[[], object]) -> None:
    change()
    desk.database.write(lambda session: announce(session, datetime.now(UTC), topic="accounts"))


async def test_a_locked_database_loses_no_answer(desk: Desk) -> None:
    if not desk.database.sqlite:
        return  # PostgreSQL locks rows, not the desk
    server = FaultySmtp(Fault("dot", "drip"))
    path = desk.database.url.removeprefix("sqlite:///")
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(2)
        async with working(desk):
            await server.until("accepted", 1)  # its 250 is on the way, byte by byte
            with sqlite3.connect(path, isolation_level=None, timeout=5) as other:
                other.execute("BEGIN EXCLUSIVE")
                await asyncio.sleep(7)  # longer than a write waits
                other.execute("ROLLBACK")
            await desk.until(lambda: desk.states() == {SENT: 2}, 30)
    desk.judge_sending(server)


async def test_a_crash_of_one_job_is_nobody_elses(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    crashes = 0
    carry = Courier.carry

    async def crashing(self: Courier, claim: Claim, wire: bytes, then: Parcel | None) -> Outcome:
        nonlocal crashes
        crashes += 1
        if crashes == 1:
            raise RuntimeError("a mistake of ours")
        return await carry(self, claim, wire, then)

    monkeypatch.setattr(Courier, "carry", crashing)
    smtp, imap = FaultySmtp(), FaultyImap()
    async with smtp.serving(), imap.serving():
        desk.serve(smtp=smtp, imap=imap)
        desk.answer(2)
        async with working(desk):
            imap.put(mail("m"))
            await desk.until(lambda: placed(desk, 3))
            await desk.until(lambda: desk.states() == {SENT: 2})
            assert imap.connections == 1
    desk.judge_sending(smtp)


@pytest.mark.parametrize("claim_renew", [60, 0.2], ids=["seen at the dot", "seen by the renewal"])
async def test_a_copy_taken_over_meanwhile_is_not_sent(desk: Desk, claim_renew: float) -> None:
    """The process was held up, its claim ran out and was picked up: awake again it must not send the end."""
    server = FaultySmtp(Fault("data", "drip"))
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(1)
        async with working(desk, pace=replace(QUICK, claim=0.05, claim_renew=claim_renew, recover=0.02)):
            await server.until("cut")
            await desk.until(lambda: desk.states() == {SENT: 1})
    desk.judge_sending(server)
    assert [attempt.outcome for attempt in desk.attempts()][-1] == "accepted"
    assert "lost" in [attempt.outcome for attempt in desk.attempts()]


async def test_without_a_journal_nothing_is_sent_and_it_is_said(desk: Desk) -> None:
    server, place = FaultySmtp(), journal.folder(desk.database.url)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(1)
        async with working(desk):
            await desk.until(lambda: desk.account().send_state is AccountState.FAILING)
            assert "journal cannot be made" in desk.account().send_sentence
            assert SENT not in desk.states()
            place.unlink()
            desk.hurry()
            await desk.until(lambda: desk.states() == {SENT: 1})
    desk.judge_sending(server)
