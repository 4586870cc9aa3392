"""An admin sets the desk up from the screen: the demo's account is tested, addresses and brands are changed."""

import pytest

from models.store.plain import Reader
from tests.stories.agent import Agent, at_work
from tests.stories.pictures import picture
from tui.settings import Settings

SIZES = [(80, 24), (200, 50)]


async def goes_to(agent: Agent, room: str, *words: str) -> None:
    await agent.sees("Rear light stays off")
    await agent.press("colon")
    await agent.type(room)
    await agent.press("enter")
    await agent.sees(*words)


@pytest.mark.parametrize("size", SIZES)
async def test_an_account_is_tested_step_by_step(demo: Settings, size: tuple[int, int]) -> None:
    async with at_work(demo, size) as agent:
        await goes_to(agent, "accounts", "[Accounts 1]", "IMAP")
        await agent.press("t")
        await agent.sees("SMTP: 127.0.0.1")
        await agent.sees("works.", seconds=90)
        if size[0] > 100:
            picture(agent.app, "accounts", "nightdesk :accounts")
    proof = Reader(demo.database).one("SELECT proof, tested_at FROM account")
    assert proof is not None
    assert proof["proof"] == "ok"
