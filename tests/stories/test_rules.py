"""A rule is written on the screen, a mail comes, the thread says what the rule did, and it is taken back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.mime.parse import parse
from models.rules.account_proof import vouched
from models.services import receive, route, setup, templates
from models.store import migrate
from models.store.database import Database
from models.types.account import NewAccount, Security
from models.types.actor import Actor
from models.types.routing import Target
from tests.stories.agent import at_work
from tui.login import Login
from tui.settings import Settings

MAIL = (
    b"From: Eve <eve@example.org>\r\nTo: support@acme.test\r\nSubject: Refund\r\nMessage-ID: <1@example.org>\r\n"
    b"Date: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nI want my money back.\r\n"
)


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A desk of Jonas's that answers with a template; nothing leaves it."""
    monkeypatch.setattr("tui.login.whoami", lambda: Login("jonas", "Jonas Weber"))
    settings = Settings(f"sqlite:///{tmp_path}/desk.db", workers=False)
    migrate.ensure(settings.database)
    database, now = Database(settings.database), datetime.now(UTC)
    database.write(setup.init, brand="Acme", domain="acme.test", notification="notify@acme.test", now=now)
    account = NewAccount(email="support@acme.test", smtp_host="127.0.0.1", smtp_security=Security.PLAIN)
    database.write(setup.add_account, account, now=now, trial=vouched(account, now))
    database.write(setup.ensure_agent, login="jonas", name="Jonas Weber")
    text = "Hello {customer}, {number} is with {agent}."
    database.write(templates.add, Actor("jonas", owns_database=True), name="Welcome", text=text, now=now)
    database.close()
    return settings


def arrives(settings: Settings) -> None:
    database, now = Database(settings.database), datetime.now(UTC)
    raw_id = database.write(receive.keep_one, content=MAIL, envelope_from=None, envelope_to=(), now=now)
    assert database.write(route.place, raw_id=raw_id, mail=parse(MAIL), now=now) is Target.NEW
    database.close()


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_a_rule_from_its_first_letter_to_its_taking_back(acme: Settings, size: tuple[int, int]) -> None:
    async with at_work(acme, size) as agent:
        await agent.sees("Nobody waits.")
        await agent.press("g", "r")
        await agent.sees("No rule yet. A adds one")
        await agent.press("A")
        await agent.sees("Ctrl-S saves")
        await agent.type("Money")
        await agent.press("tab")
        await agent.type("opened")
        await agent.press(*["tab"] * 12)
        await agent.type("money back")
        await agent.press(*["tab"] * 3)
        await agent.type("jon")
        await agent.sees("→ jonas")
        await agent.press("right", "tab")
        await agent.type("refund")
        await agent.press(*["tab"] * 5)
        await agent.type("Wel")
        await agent.sees("→ Welcome")
        await agent.press("right", "ctrl+s")
        await agent.sees("The rule Money is kept.", "text has money back")
        await agent.press("q")
        arrives(acme)
        await agent.sees(
            "jonas", "Rule Money: assigned to jonas, tag refund added", "Hello Eve, #1001 is with Jonas Weber."
        )
        await agent.press("g", "r")
        await agent.sees("#1001", "What it did last")
        await agent.press("u")
        await agent.sees("What the rule Money did to #1001 is taken back.")
        await agent.press("q")
        await agent.sees("taken back by jonas", "nobody's")
