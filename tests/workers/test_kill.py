"""kill -9 in the middle of sending and of fetching: another process takes over, and the ledgers find nothing amiss."""

import asyncio
import random

import pytest
from sqlmodel import col

from models.tables.mail import Attempt, Delivery, RawMail
from models.types.delivery import DeliveryState
from tests.servers.faulty_imap import FaultyImap
from tests.servers.faulty_smtp import FaultySmtp
from tests.servers.scripted import Fault
from tests.workers.working import Desk, headless, mail, working

SENT, UNSURE = DeliveryState.SENT, DeliveryState.UNSURE


@pytest.mark.parametrize("at", ["connect", "auth", "mail", "rcpt", "data"])
async def test_killed_before_the_end_was_sent_it_is_sent_once(desk: Desk, at: str) -> None:
    server = FaultySmtp(Fault(at, "hang"))
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(3)
        async with headless(desk) as process:
            await until_reached(server, at)
            process.kill()
            await process.wait()
        assert not desk.rows(Delivery, col(Delivery.state).in_((SENT, UNSURE)))
        assert desk.rows(Attempt), "the attempt was written down before dialing"
        async with working(desk, holder="two"):
            await desk.until(lambda: desk.states() == {SENT: 3}, 40)
    desk.judge_sending(server)


@pytest.mark.parametrize("do", ["hang", "accept_then_hang"])
async def test_killed_waiting_for_the_last_answer_it_is_unsure(desk: Desk, do: str) -> None:
    server = FaultySmtp(Fault("dot", do))
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(3)
        async with headless(desk) as process:
            await server.until("accepted" if do == "accept_then_hang" else "not_accepted")
            process.kill()
            await process.wait()
        assert desk.rows(Delivery, col(Delivery.state) == DeliveryState.IN_DATA)
        async with working(desk, holder="two"):
            await desk.until(lambda: desk.states() == {SENT: 2, UNSURE: 1}, 40)
    desk.judge_sending(server)
    (unsure,) = desk.rows(Delivery, col(Delivery.state) == UNSURE)
    assert "may have arrived" in unsure.sentence


async def test_killed_again_and_again_while_sending(desk: Desk) -> None:
    server = FaultySmtp(*(Fault("dot", "drip", number) for number in range(3, 40, 4)))
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(24)
        for done in range(4, 16, 4):
            async with headless(desk) as process:
                await server.until("accepted", done, 60)
                await asyncio.sleep(random.uniform(0, 0.1))
                process.kill()
                await process.wait()
        async with working(desk, holder="two"):
            await desk.until_settled(60)
            desk.hurry()  # what ran into a deadline on a busy machine
            await desk.until(lambda: desk.states()[SENT] + desk.states()[UNSURE] == 24, 60)
    desk.judge_sending(server)
    assert desk.states()[UNSURE] <= 3, "at most the one at hand each time"


@pytest.mark.parametrize("at", ["login", "search", "sizes", "bodies"])
async def test_killed_while_fetching_everything_is_posted_once(desk: Desk, at: str) -> None:
    server = FaultyImap(Fault(at, "hang"))
    server.put(*(mail(f"m{number}") for number in range(5)))
    async with server.serving():
        desk.serve(imap=server)
        async with headless(desk) as process:
            await until_reached(server, at)
            process.kill()
            await process.wait()
        async with working(desk, holder="two"):
            await desk.until(lambda: placed(desk, 5), 40)
    desk.judge_fetching(server)


async def test_killed_again_and_again_while_fetching_and_placing(desk: Desk) -> None:
    server = FaultyImap()
    server.put(*(mail(f"m{number}") for number in range(120)))
    async with server.serving():
        desk.serve(imap=server)
        for done in (1, 30, 60):
            async with headless(desk) as process:
                await desk.until(lambda least=done: count(desk) >= least, 60)  # type: ignore[misc]
                await asyncio.sleep(random.uniform(0, 0.1))
                process.kill()
                await process.wait()
        async with working(desk, holder="two"):
            await desk.until(lambda: placed(desk, 120), 60)
    desk.judge_fetching(server)
    assert not desk.rows(RawMail, col(RawMail.state) == "quarantined")


async def until_reached(server: FaultySmtp | FaultyImap, point: str) -> None:
    async with asyncio.timeout(30):
        while not server.reached[point]:  # noqa: ASYNC110 (a counter tells no one)
            await asyncio.sleep(0.02)


def count(desk: Desk) -> int:
    return len(desk.rows(RawMail, col(RawMail.state) != "stored"))


def placed(desk: Desk, number: int) -> bool:
    return count(desk) == number == len(desk.rows(RawMail))
