"""The senders keep to a provider's limits, and a "too many" fails no mail."""

import asyncio

import pytest

from models.services import account_limits
from models.store.health import health
from models.store.plain import Reader
from models.types.delivery import DeliveryState
from models.types.health import AccountState
from models.types.limits import Limits
from tests.servers.faulty_smtp import FaultySmtp
from tests.servers.scripted import Fault
from tests.services.letters import START
from tests.workers.working import Desk, working

SENT, QUEUED, HELD = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.HELD


async def test_two_workers_send_no_more_than_a_minute_takes(desk: Desk) -> None:
    server = FaultySmtp()
    async with server.serving():
        desk.serve(smtp=server)
        account = desk.account()
        desk.database.write(account_limits.put, account.id, Limits(messages_per_minute=5), START)
        desk.answer(9)
        async with working(desk), working(desk, holder="two"):
            await desk.until(lambda: desk.states()[SENT] == 5)
            asked = len(desk.attempts())
            await asyncio.sleep(1)  # nothing may happen: there is no condition to wait for
            assert desk.states()[SENT] == 5
            assert len(desk.attempts()) == asked
            assert desk.account().send_state is AccountState.OK
            desk.database.write(account_limits.put, account.id, Limits(messages_per_minute=100), START)
            await desk.until(lambda: desk.states() == {SENT: 9})
    desk.judge_sending(server)


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("mail", "say 450 4.7.1 Error: too many messages from this user"),
        ("data", "say 550 5.4.5 Daily user sending limit exceeded"),
        ("dot", "say 452 4.5.3 You are sending too fast, slow down"),
    ],
)
async def test_a_provider_that_has_too_much_gets_less_and_keeps_nothing(desk: Desk, at: str, answer: str) -> None:
    server = FaultySmtp(Fault(at, answer))
    async with server.serving():
        desk.serve(smtp=server)
        desk.answer(9)
        async with working(desk):
            await desk.until(lambda: len([one for one in desk.attempts() if one.outcome]) > 0)
            await desk.until(lambda: set(desk.states()) <= {SENT, QUEUED, HELD})
    assert len(server.noted("accepted")) <= 7, "it stopped at the answer"
    assert desk.states()[QUEUED] >= 1
    reader = Reader(desk.database.url)
    (found,) = health(reader, max(one.ended_at for one in desk.attempts() if one.ended_at))
    reader.close()
    assert (found.left, found.state) == (0, AccountState.OK)
    assert "slowed down" in found.budget
    assert found.next_at is not None
    desk.judge_sending(server)
