"""Sending against a scripted server whose ledger judges: lost nothing, doubled nothing, claimed nothing untrue."""

import asyncio
import time

import pytest
from sqlmodel import col

from models.tables.mail import Delivery
from models.tables.record import Message, Record
from models.types.delivery import DeliveryState
from models.types.health import AccountState
from models.types.outbox import Reason
from tests.servers.faulty_smtp import FaultySmtp, copies
from tests.servers.scripted import Fault
from tests.services.letters import letter
from tests.workers.working import Desk, working

SENT, QUEUED, FAILED, UNSURE = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.FAILED, DeliveryState.UNSURE


async def all_sent_at_once(desk: Desk, server: FaultySmtp, count: int) -> None:
    """Send so many answers; each arrives once, at its first try, whatever the server says in between."""
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(count)
        async with working(desk):
            await desk.until(lambda: desk.states() == {SENT: count})
    desk.judge_sending(server)
    assert set(copies(server).values()) == {1}
    assert [attempt.outcome for attempt in desk.attempts()] == ["accepted"] * count
    assert desk.account().send_state is AccountState.OK


async def test_what_is_queued_leaves_over_one_connection(desk: Desk) -> None:
    server = FaultySmtp()
    await all_sent_at_once(desk, server, 12)
    assert server.connections == 1
    assert desk.account().send_success_at is not None


async def test_new_mail_leaves_within_moments_of_its_time(desk: Desk) -> None:
    server = FaultySmtp()
    async with server.serving():
        desk.serve(smtp=server)
        async with working(desk):
            await desk.until(lambda: desk.account().send_state is AccountState.OK)
            desk.answer(1)
            await desk.until_settled()
            for hold in (0, 0.6):
                began = time.monotonic()
                await asyncio.to_thread(desk.answer, 1, "", hold)
                queued = time.monotonic()
                await server.until("accepted", len(server.noted("accepted")) + 1)
                assert began + hold <= time.monotonic() < queued + hold + 1.0
    desk.judge_sending(server)


@pytest.mark.parametrize("do", ["reset", "hang", "say 421 4.3.2 not now"])
@pytest.mark.parametrize("at", ["connect", "ehlo", "auth", "mail", "rcpt", "data"])
async def test_a_fault_before_the_dot_is_tried_again_and_told(desk: Desk, at: str, do: str) -> None:
    server = FaultySmtp(Fault(at, do))
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(3)
        async with working(desk):
            await desk.until(lambda: any(attempt.outcome == "deferred" for attempt in desk.attempts()))
            faulty = desk.rows(Delivery, col(Delivery.attempts) > 0)[0]
            assert faulty.sentence
            if at in ("connect", "ehlo", "auth", "mail") or do.startswith("say 421"):
                assert desk.account().send_state is AccountState.FAILING
            else:  # the fault may be this mail's: the others go on
                await desk.until(lambda: desk.states()[SENT] == 2)
            desk.hurry()
            await desk.until(lambda: desk.states() == {SENT: 3})
            await desk.until(lambda: desk.account().send_state is AccountState.OK)
    desk.judge_sending(server)
    assert set(copies(server).values()) == {1}


@pytest.mark.parametrize(
    "do", ["reset", "close", "hang", "garbage", "say 421 4.3.2 enough", "say 503 5.5.1 not now", "say 554 5.5.0 no"]
)
async def test_what_is_not_understood_ahead_is_said_again_in_order(desk: Desk, do: str) -> None:
    """The second mail's MAIL came with the first one's final dot: what a server says to that is not yet its word."""
    server = FaultySmtp(Fault("mail", do, 2))
    await all_sent_at_once(desk, server, 4)
    assert server.connections == 2


async def test_a_server_that_forgets_what_came_with_the_dot_gets_every_mail(desk: Desk) -> None:
    server = FaultySmtp(forgetful=True)
    await all_sent_at_once(desk, server, 6)
    (forgotten,) = server.forgotten
    assert [line[:4] for line in forgotten.split(b"\r\n")] == [b"MAIL", b"RCPT", b"DATA", b""]
    assert server.connections == 2


async def test_an_account_that_must_wait_lets_go_of_the_mail_that_was_said_ahead(desk: Desk) -> None:
    server = FaultySmtp(Fault("dot", "say 450 4.7.1 rate limit exceeded, slow down"))
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(3)
        async with working(desk):
            await server.until("cut")
            await desk.until(lambda: desk.states() == {QUEUED: 3})
            assert [attempt.outcome for attempt in desk.attempts()].count("deferred") == 1
            assert server.heard[-1] == "DATA", "it was told of the next one, and heard no more"
    desk.judge_sending(server)
    assert server.noted("accepted") == []


async def test_more_replies_than_were_asked_for_answer_nothing_that_was_said_ahead(desk: Desk) -> None:
    server = FaultySmtp(Fault("dot", "say 250 2.0.0 queued\r\n250 2.1.0 all is well", 0))
    await all_sent_at_once(desk, server, 4)


@pytest.mark.parametrize("do", ["reset", "hang", "garbage", "accept_then_reset"])
async def test_no_answer_after_the_dot_is_unsure_and_stays_so(desk: Desk, do: str) -> None:
    server = FaultySmtp(Fault("dot", do))
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(3)
        async with working(desk):
            await desk.until(lambda: desk.states() == {SENT: 2, UNSURE: 1})
            await desk.until_settled()
            desk.hurry()
            await asyncio.sleep(1)
    desk.judge_sending(server)
    (unsure,) = desk.rows(Delivery, col(Delivery.state) == UNSURE)
    assert "may have arrived" in unsure.sentence
    assert unsure.attempts == 1


async def test_each_recipient_has_its_own_fate(desk: Desk) -> None:
    server = FaultySmtp()
    async with server.serving():
        desk.serve(smtp=server)
        for customer in ("refused", "later", "good1", "good2"):
            desk.answer(1, customer)
        async with working(desk):
            await desk.until(lambda: desk.states() == {SENT: 2, QUEUED: 1, FAILED: 1})
    desk.judge_sending(server)
    assert server.connections == 1
    (failed,) = desk.rows(Delivery, col(Delivery.state) == FAILED)
    assert (failed.recipient, failed.reason, failed.server_text) == (
        "refused@customer.test", Reason.USER, "5.1.1 no such user",
    )  # fmt: skip
    assert desk.account().send_state is AccountState.OK


async def test_a_refused_login_stops_the_account_and_keeps_the_queue(desk: Desk) -> None:
    server = FaultySmtp(passwords=("changed",))
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(5)
        async with working(desk):
            await desk.until(lambda: desk.account().send_state is AccountState.STOPPED)
            await asyncio.sleep(0.5)
            assert desk.states() == {QUEUED: 5}
            assert len(server.noted("auth")) == 1, "a wrong password is not hammered"
            assert desk.account().send_sentence
            server.passwords = ("secret",)
            desk.hurry()
            await desk.until(lambda: desk.states() == {SENT: 5})
    desk.judge_sending(server)


async def test_answers_to_one_person_keep_their_order(desk: Desk) -> None:
    server = FaultySmtp(Fault("rcpt", "say 450 4.2.0 wait", 1))
    async with server.serving():
        desk.serve(smtp=server)
        desk.world.arrives(letter("one@customer.test"))
        record_id = desk.rows(Record)[0].id
        for number in range(3):
            desk.write_back(record_id, f"part {number}")
        async with working(desk):
            await desk.until(lambda: bool(desk.attempts()) and desk.attempts()[0].outcome == "deferred")
            assert server.noted("accepted") == []
            desk.hurry()
            await desk.until(lambda: desk.states() == {SENT: 3})
    desk.judge_sending(server)
    ids = [str(entry["message_id"]) for entry in server.noted("accepted")]
    written = [row.message_id for row in desk.rows(Message) if row.text.startswith("part")]
    assert ids == written


async def test_a_server_that_ends_kept_connections_is_no_trouble(desk: Desk) -> None:
    server = FaultySmtp(*(Fault("mail", "say 421 4.7.0 enough for now", number) for number in (3, 6)))
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(6)
        async with working(desk):
            await desk.until(lambda: desk.states() == {SENT: 6})
    desk.judge_sending(server)
    assert server.connections == 3
    assert {row.attempts for row in desk.mails_out()} == {1}


async def test_told_to_stop_it_hears_the_answer_out(desk: Desk) -> None:
    server = FaultySmtp(Fault("dot", "drip"))
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(4)
        async with working(desk):
            await server.until("accepted", 1)
        assert desk.states() == {SENT: 1, QUEUED: 3}
        desk.judge_sending(server)
        async with working(desk, holder="two"):
            await desk.until(lambda: desk.states() == {SENT: 4})
    desk.judge_sending(server)


async def test_an_idle_connection_is_ended(desk: Desk) -> None:
    server = FaultySmtp()
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(1)
        async with working(desk):
            await desk.until(lambda: desk.states() == {SENT: 1})
            await desk.until(lambda: server.heard[-1] == "QUIT")
            desk.answer(1)
            await desk.until(lambda: desk.states() == {SENT: 2})
    assert server.connections == 2
