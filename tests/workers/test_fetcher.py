"""Fetching and placing against a scripted server: every mail offered is stored and posted, once, whatever happens."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlmodel import col

from gateway.workers import placer as placer_module
from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.parsing import Parsers
from gateway.workers.placer import Placer
from models.services import receive, route
from models.store import raw_mail
from models.tables.mail import Account, RawMail
from models.tables.record import Message, Record
from models.types.health import AccountState
from tests.servers.faulty_imap import FaultyImap
from tests.servers.scripted import Fault
from tests.workers.test_parsing import COMMAND
from tests.workers.working import Desk, mail, working


def placed(desk: Desk, number: int) -> bool:
    return len(desk.rows(RawMail)) == number and not desk.rows(RawMail, col(RawMail.state) == "stored")


async def test_mail_becomes_records_at_once(desk: Desk) -> None:
    server = FaultyImap()
    server.put(*(mail(f"m{number}") for number in range(60)))
    async with server.serving():
        desk.serve(imap=server, poll_seconds=30)
        async with working(desk):
            await desk.until(lambda: placed(desk, 60))
            await server.until("idle")
            server.put(mail("late"))
            await desk.until(lambda: placed(desk, 61), 5)
            await desk.until(lambda: desk.account().last_success_at is not None)
    desk.judge_fetching(server)
    assert len(desk.rows(Record)) == 61
    titles = [row.title for row in desk.rows(Record)]
    assert titles[:3] == ["m0", "m1", "m2"], "in the order they came"
    assert desk.account().state is AccountState.OK


@pytest.mark.parametrize("do", ["reset", "hang"])
@pytest.mark.parametrize("at", ["connect", "login", "examine", "search", "sizes", "bodies", "idle"])
async def test_a_fault_loses_nothing_and_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch, at: str, do: str) -> None:
    impatient(monkeypatch)
    server = FaultyImap(Fault(at, do))
    server.put(*(mail(f"m{number}") for number in range(3)))
    async with server.serving():
        desk.serve(imap=server)
        async with working(desk):
            # one read: a moment later the account may work again and say nothing
            await desk.until(lambda: any(a.state is AccountState.FAILING and a.sentence for a in (desk.account(),)))
            desk.hurry()
            await desk.until(lambda: placed(desk, 3))
            await desk.until(lambda: desk.account().state is AccountState.OK)
            assert desk.account().sentence == ""
    desk.judge_fetching(server)


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.transports.imap import ImapSession
    from gateway.workers import fetcher

    monkeypatch.setattr(fetcher, "ImapSession", lambda: ImapSession(command_seconds=0.5))


@pytest.mark.parametrize("do", ["cut", "huge", "nil", "skip", "wrong_uid", "unsolicited"])
async def test_a_server_that_lies_about_bodies(desk: Desk, monkeypatch: pytest.MonkeyPatch, do: str) -> None:
    impatient(monkeypatch)
    server = FaultyImap(Fault("bodies", do))
    server.put(*(mail(f"m{number}", 500) for number in range(4)))
    async with server.serving():
        desk.serve(imap=server)
        async with working(desk):
            if do != "unsolicited":
                await desk.until(lambda: desk.account().state is AccountState.FAILING)
                desk.hurry()
            await desk.until(lambda: placed(desk, 4))
    desk.judge_fetching(server)


async def test_a_refused_login_is_not_hammered(desk: Desk) -> None:
    server = FaultyImap(password="changed")
    async with server.serving():
        desk.serve(imap=server)
        async with working(desk):
            await desk.until(lambda: desk.account().state is AccountState.STOPPED)
            await asyncio.sleep(0.5)
            assert len(server.noted("auth")) == 1
            server.password = "secret"
            server.put(mail("m"))
            desk.hurry()
            await desk.until(lambda: placed(desk, 1))
    desk.judge_fetching(server)


async def test_the_same_mails_under_other_numbers_are_posted_once(desk: Desk) -> None:
    server, mails = FaultyImap(), [mail(f"m{number}") for number in range(5)]
    server.put(*mails)
    async with server.serving():
        desk.serve(imap=server)
        async with working(desk):
            await desk.until(lambda: placed(desk, 5))
            server.recreate(*mails[2:], mail("new"), *mails[:2])
            await desk.until(lambda: placed(desk, 6))
            server.mails, server.next_uid = {}, 1  # given out anew under the same UIDVALIDITY
            server.put(mails[0], mail("newer"))
            await desk.until(lambda: placed(desk, 7))
            heard = len(server.heard)
            await desk.until(lambda: server.heard[heard:].count("IDLE") > 2)
            assert not [line for line in server.heard[heard:] if "BODY" in line], (
                "the cursor went back with the numbers"
            )
    assert len(desk.rows(Message, col(Message.raw_id).is_not(None))) == 7


async def test_what_a_crash_left_stored_is_placed(desk: Desk) -> None:
    for number in range(3):
        left = desk.database.write(
            receive.keep_one, content=mail(f"m{number}"), envelope_from=None, envelope_to=(), now=datetime.now(UTC)
        )
    desk.database.write(raw_mail.begin_attempt, [left])  # the third was being read when it happened
    async with working(desk):
        await desk.until(lambda: placed(desk, 3))
    assert [row.state for row in desk.rows(RawMail)] == ["routed"] * 3


async def test_poison_ends_in_quarantine_and_others_pass_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placer_module, "FIRST_TRY_SECONDS", 1.0)
    for name in ("good1", "hang", "die", "good2", "memory", "good3"):
        desk.database.write(
            receive.keep_one, content=mail(name), envelope_from=None, envelope_to=(), now=datetime.now(UTC)
        )
    threads = DatabaseThreads(desk.database)
    parsers = Parsers(threads, command=COMMAND)
    placer = Placer(threads, parsers, slow_seconds=2.0)
    running = asyncio.ensure_future(placer.run())
    try:
        await desk.until(lambda: len(desk.rows(RawMail, col(RawMail.state) == "routed")) == 3)
        await desk.until(lambda: placed(desk, 6), 30)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await parsers.close()
        threads.close()
    quarantined = desk.rows(RawMail, col(RawMail.state) == "quarantined")
    assert len(quarantined) == 3
    assert all(row.attempts == 3 and row.reason for row in quarantined)
    assert {bytes(row.content) for row in quarantined} == {mail("hang"), mail("die"), mail("memory")}


async def test_a_mail_that_cannot_be_placed_does_not_hold_up_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = route._place

    def fails(session: object, desk_facts: object, raw_id: int, parsed: object, now: object) -> object:
        if parsed.subject == "m1":  # type: ignore[attr-defined]
            raise KeyError("a mistake of ours")
        return real(session, desk_facts, raw_id, parsed, now)  # type: ignore[arg-type]

    monkeypatch.setattr(route, "_place", fails)
    for number in range(3):
        desk.database.write(
            receive.keep_one, content=mail(f"m{number}"), envelope_from=None, envelope_to=(), now=datetime.now(UTC)
        )
    async with working(desk):
        await desk.until(lambda: placed(desk, 3))
    assert [row.state for row in desk.rows(RawMail)] == ["routed", "quarantined", "routed"]
    assert "KeyError" in desk.rows(RawMail)[1].reason


async def test_a_password_that_cannot_be_read_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    server = FaultyImap()
    async with server.serving():
        desk.serve(imap=server)
        monkeypatch.delenv("NIGHTDESK_TEST_PASSWORD")
        async with working(desk):
            await desk.until(lambda: desk.account().state is AccountState.STOPPED)
    account = desk.account()
    assert isinstance(account, Account)
    assert "NIGHTDESK_TEST_PASSWORD" in account.sentence
    assert server.connections == 0
