"""An admin sets the desk up from the screen: the demo's account is tested, addresses and brands are changed."""

import os

import pytest

from gateway.demo.launch import SECRET
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


@pytest.mark.parametrize("size", SIZES)
async def test_a_wrong_password_is_said_and_the_right_one_is_kept_sealed(demo: Settings, size: tuple[int, int]) -> None:
    account = Reader(demo.database).one("SELECT email, smtp_port, imap_port FROM account")
    assert account is not None
    async with at_work(demo, size) as agent:
        await goes_to(agent, "accounts", "[Accounts 1]")
        await agent.press("A")
        await agent.sees("new account")
        await agent.type(account["email"])
        await agent.press("tab", "tab")
        await agent.type("wrong")
        await agent.press("tab", "tab", "tab")
        await agent.type("desk")
        for port in (account["smtp_port"], account["imap_port"]):
            await agent.press("tab")
            if port == account["imap_port"]:
                await agent.press("tab")  # IMAP it is
            await agent.type("127.0.0.1")
            await agent.press("tab", "ctrl+u")
            await agent.type(str(port))
            await agent.press("tab", "p")
        await agent.press("tab", "tab", "tab", "tab", "tab", "tab")
        await agent.type("second")
        await agent.press("ctrl+s")
        await agent.sees("✗ SMTP: log in", "Not saved")
        if size[0] > 100:
            picture(agent.app, "account-refused", "nightdesk :accounts")
        await agent.press("ctrl+u")  # the keys are at the password already
        await agent.type(os.environ[SECRET])
        await agent.press("ctrl+s")
        await agent.sees("second is saved and works", "[Accounts 2]", seconds=90)
    kept = Reader(demo.database).one("SELECT secret, proof FROM account WHERE name = 'second'")
    assert kept is not None
    assert kept["proof"] == "ok"
    assert kept["secret"].startswith("sealed:")
    assert os.environ[SECRET] not in kept["secret"]


@pytest.mark.parametrize("size", SIZES)
async def test_an_address_is_bound_to_a_new_brand_and_the_check_speaks_up(
    demo: Settings, size: tuple[int, int]
) -> None:
    async with at_work(demo, size) as agent:
        await goes_to(agent, "brands", "[Brands 1]")
        await agent.press("A")
        await agent.sees("new brand")
        await agent.type("Borealis")
        await agent.press("ctrl+s")
        await agent.sees("[Brands 2]", "Borealis is saved")
        await agent.press("shift+tab")
        await agent.sees("[Addresses 1]", "everybody")
        await agent.press("enter")
        await agent.sees("what customers see and answer to")
        await agent.press("tab", "tab", "tab", "tab")
        await agent.type("Bor")
        await agent.sees("→ Borealis")
        await agent.press("right", "ctrl+s")
        await agent.sees("is saved", "Borealis; no others")
        await agent.press("tab", "tab", "tab", "tab")
        await agent.sees("problem")
        if size[0] > 100:
            picture(agent.app, "set-up-check", "nightdesk :check")
