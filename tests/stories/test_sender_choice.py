"""An agent goes round the addresses by keys; the mail that leaves has the From that stood there. Every other door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from gateway.mime.parse import parse
from models.rules.account_proof import vouched
from models.services import addresses, brands, receive, route, setup
from models.services.addresses import AddressChange
from models.services.brands import BrandChange
from models.store import migrate
from models.store.database import Database
from models.store.plain import Reader
from models.types.account import NewAccount, Security
from models.types.actor import Actor
from tests.servers.faulty_smtp import FaultySmtp
from tests.stories.agent import Agent, at_work
from tui.login import Login
from tui.main import main
from tui.settings import Settings

ADMIN = Actor("anna")
SMALL = (80, 24)
MAIL = (
    b"From: Eve <eve@example.org>\r\nTo: support@acme.test\r\nSubject: Refund\r\nMessage-ID: <1@example.org>\r\n"
    b"Date: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nI want my money back.\r\n"
)


class Desk:
    """A desk that Anna set up and Jonas works at; its mail goes to a server that keeps it."""

    def __init__(self, path: Path, server: FaultySmtp) -> None:
        self.settings = Settings(f"sqlite:///{path}/desk.db", hold_seconds=0)
        self.server = server
        migrate.ensure(self.settings.database)
        self.database = Database(self.settings.database)
        now = datetime.now(UTC)
        self.database.write(setup.init, brand="Acme", domain="acme.test", notification="notify@acme.test", now=now)
        account = NewAccount(
            email="support@acme.test", smtp_host="127.0.0.1", smtp_port=server.port, smtp_security=Security.PLAIN
        )
        self.database.write(setup.add_account, account, now=now, trial=vouched(account, now))
        self.database.write(setup.ensure_agent, login="anna", name="Anna")
        self.database.write(setup.ensure_agent, login="jonas", name="Jonas Weber")
        self.add("vip@acme.test", "Acme VIP", 20)
        self.add("night@acme.test", "Acme Night", 30)
        self.add("day@day.test", "Day", 40)
        self.set_up(addresses.allow, "night@acme.test", logins=["anna"])
        self.set_up(brands.add, BrandChange(name="Day"))
        self.set_up(addresses.bind, "day@day.test", ["Day"])
        raw_id = self.database.write(receive.keep_one, content=MAIL, envelope_from=None, envelope_to=(), now=now)
        self.database.write(route.place, raw_id=raw_id, mail=parse(MAIL), now=now)

    def add(self, address: str, name: str, sequence: int) -> None:
        change = AddressChange(display_name=name, sequence=sequence)
        self.set_up(addresses.add, address=address, account="support@acme.test", change=change)

    def set_up(self, work: Any, *args: Any, **said: Any) -> None:
        self.database.write(work, ADMIN, *args, now=datetime.now(UTC), **said)

    async def mail(self) -> Any:
        """The one mail that left."""
        await self.server.until("accepted")
        return message_from_bytes(self.server.last, policy=SMTP)


@asynccontextmanager
async def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr("tui.login.whoami", lambda: Login("jonas", "Jonas Weber"))
    monkeypatch.setattr("models.store.owner.owns", lambda _: False)
    server = FaultySmtp()
    async with server.serving():
        desk = Desk(tmp_path, server)
        yield desk
        desk.database.close()


async def answer(agent: Agent, text: str) -> None:
    await agent.sees("Refund")
    await agent.press("r")
    await agent.sees("REPLY", "From  Acme <support@acme.test> · F the company's address of this domain")
    await agent.type(text)


async def test_the_mail_has_the_from_that_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with acme(tmp_path, monkeypatch) as desk, at_work(desk.settings, SMALL) as agent:
        await answer(agent, "Hello Eve")
        await agent.press("ctrl+o")
        await agent.sees("From  Acme VIP <vip@acme.test> · A chosen in the composer")
        await agent.press("ctrl+o")
        await agent.sees("From  Acme <support@acme.test> · F the company")
        await agent.press("ctrl+t")
        await agent.sees(
            "▸ support@acme.test  usual · F the company's address of this domain",
            "vip@acme.test      F the company",
            "night@acme.test    not available: the author may not use it",
            "day@day.test       not available: it is bound to another brand",
        )
        await agent.press("ctrl+o", "escape", "y")
        mail = await desk.mail()
        assert (mail["From"], mail["To"]) == ("Acme VIP <vip@acme.test>", "Eve <eve@example.org>")
        assert "Hello Eve" in mail.get_body().get_content()
        await agent.sees("sent")


async def test_who_may_not_finds_every_door_shut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with acme(tmp_path, monkeypatch) as desk:
        async with at_work(desk.settings, SMALL) as agent:
            await answer(agent, "Hello Eve")
            for address, because in (
                ("night@acme.test", "the author may not use it"),
                ("day@day.test", "it is bound to another brand"),
                ("boss@acme.test", "it is no sending address of ours"),
            ):
                await agent.press("escape", "f")
                await agent.type(address)
                await agent.press("enter")
                await agent.sees(f"This cannot go out as {address}: {because}", "ask an admin")
                assert "From  Acme <support@acme.test>" in agent.text
                await agent.press("e")
            await agent.press("ctrl+o")
            await agent.sees("From  Acme VIP <vip@acme.test>")
            desk.set_up(addresses.allow, "vip@acme.test", logins=["anna"])  # a draft from before
            await agent.press("escape", "y")
            await agent.sees("This cannot go out as vip@acme.test: the author may not use it", "ask an admin")
            await agent.press("p")
        monkeypatch.setenv("NIGHTDESK_DATABASE", desk.settings.database)
        for words in (
            ("address", "allow", "night@acme.test", "jonas"),
            ("address", "unbind", "day@day.test"),
            ("address", "set", "vip@acme.test", "--everybody"),
            ("group", "add", "everybody"),
            ("agent", "add", "jonas", "--admin", "on"),
        ):
            assert main(words) == 77, words
        assert desk.server.noted("accepted") == []
        row = Reader(desk.settings.database).one("SELECT text, sender FROM draft")
        assert row is not None
        assert (row["text"], row["sender"]) == ("Hello Eve", "vip@acme.test")
