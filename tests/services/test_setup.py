"""Setting up: what init makes, which accounts are refused, where passwords come from."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from models.services import accounts as plans
from models.services import secret, setup
from models.store import accounts, desk_facts, settings
from models.store.accounts import Half
from models.store.database import Database
from models.tables.desk import Kind
from models.tables.mail import Account, SendingAddress
from models.types.account import Endpoint, NewAccount, Security
from models.types.errors import NightdeskError, NotAllowed, SettingsError
from models.types.health import AccountState
from models.types.people import Channel
from tests.services.letters import START, World

GOOD = NewAccount(
    email="Sales@Desk.test", smtp_host="mail.desk.test", imap_host="mail.desk.test", secret="env:SALES_PASSWORD"
)


def make(database: Database, **said: str) -> None:
    words = {"brand": "Night", "domain": "desk.test", "notification": "notifications@desk.test"} | said
    database.write(setup.init, **words, now=START)


def test_a_desk_needs_init_first(database: Database) -> None:
    with pytest.raises(SettingsError, match="no desk yet"):
        database.read(desk_facts.read)


def test_init_makes_key_kinds_brand_domain_and_support(database: Database) -> None:
    make(database)
    desk = database.read(desk_facts.read)
    assert len(desk.key) == 32
    assert (desk.brand(None).name, desk.notification) == ("Night", "notifications@desk.test")
    assert [(alias.address, alias.creates) for alias in desk.aliases] == [("support@desk.test", "ticket")]
    assert {"support@desk.test", "notifications@desk.test", "bounce@desk.test"} <= desk.own
    with database.reading() as session:
        kinds = {kind.name: (kind.stages[0], kind.stages[-1], kind.has_amount) for kind in session.exec(select(Kind))}
    assert kinds == {
        "ticket": ("new", "solved", False),
        "opportunity": ("new", "won", True),
        "order": ("quotation", "done", True),
        "invoice": ("draft", "paid", True),
    }


def test_init_again_keeps_the_key_and_what_was_changed(database: Database) -> None:
    make(database)
    before = database.read(desk_facts.read)
    database.write(setup.add_alias, address="support@desk.test", creates="order")
    make(database, brand="Day", domain="Zweite.Test")
    after = database.read(desk_facts.read)
    assert after.key == before.key
    assert (after.brand(None).name, len(after.brands)) == ("Day", 1)
    assert [domain.name for domain in after.domains] == ["desk.test", "zweite.test"]
    assert [(alias.address, alias.creates) for alias in after.aliases] == [("support@desk.test", "order")]


@pytest.mark.parametrize("said", [{"domain": "no domain"}, {"domain": ""}, {"notification": "nobody"}, {"brand": " "}])
def test_init_refuses_what_cannot_be(database: Database, said: dict[str, str]) -> None:
    with pytest.raises(NotAllowed):
        make(database, **said)
    assert database.read(settings.get, settings.SIGNING_KEY) == ""


def test_an_account_is_kept_with_its_sending_address(world: World) -> None:
    account_id = world.write(setup.add_account, GOOD, now=START)
    account, address = world.all(Account)[-1], world.all(SendingAddress)[-1]
    assert (account.id, account.email, account.name, account.user) == (
        account_id, "sales@desk.test", "sales@desk.test", "Sales@Desk.test",
    )  # fmt: skip
    assert (account.secret, account.smtp_port, account.imap_port) == ("env:SALES_PASSWORD", 465, 993)
    assert (address.email, address.account_id, address.agent_id) == ("sales@desk.test", account_id, None)
    with pytest.raises(NotAllowed, match="already"):
        world.write(setup.add_account, GOOD, now=START)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"email": "sales"}, "no mail address"),
        ({"smtp_host": "", "imap_host": ""}, "neither sends nor fetches"),
        ({"pop3_host": "mail.desk.test"}, "fetch twice"),
        ({"smtp_port": 0}, "no port"),
        ({"imap_security": Security.PLAIN}, "unprotected"),
        ({"imap_security": Security.PLAIN, "imap_host": "127.evil.test"}, "unprotected"),
        ({"secret": "hunter2"}, "env:NAME"),
        ({"secret": "file:"}, "env:NAME"),
        ({"poll_seconds": 1}, "annoy"),
        ({"default_kind": "rocket"}, "no kind"),
    ],
)
def test_an_account_that_cannot_work_is_not_kept(world: World, said: dict[str, object], sentence: str) -> None:
    with pytest.raises(NightdeskError, match=sentence) as refused:
        world.write(setup.add_account, replace(GOOD, **said), now=START)  # type: ignore[arg-type]
    assert "hunter2" not in f"{refused.value} {refused.value.remedy}", "it may be the password itself"
    assert len(world.all(Account)) == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.4.5.6", "::1", "[::1]"])
def test_plain_text_is_for_this_machine(world: World, host: str) -> None:
    plain = replace(GOOD, imap_host=host, imap_security=Security.PLAIN)
    assert world.write(setup.add_account, plain, now=START)


def test_a_plan_has_the_password_and_does_not_show_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id = world.write(setup.add_account, GOOD, now=START)
    with pytest.raises(SettingsError, match="SALES_PASSWORD"):
        world.read(plans.plan, account_id)
    monkeypatch.setenv("SALES_PASSWORD", "hunter2")
    plan = world.read(plans.plan, account_id)
    assert plan.smtp == Endpoint("mail.desk.test", 465, Security.TLS, "Sales@Desk.test", "hunter2")
    assert plan.pop3 is None
    assert "hunter2" not in repr(plan)
    assert world.read(plans.plan_of, GOOD).imap == plan.imap


def test_passwords_come_from_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pass word"
    path.write_bytes("gehéim \r\nsecond line\n".encode())
    monkeypatch.setenv("ND_TEST_PASSWORD", "from env")
    assert secret.resolve(f"file:{path}") == "gehéim "
    assert secret.resolve("env:ND_TEST_PASSWORD") == "from env"
    assert secret.resolve(f"cmd:cat '{path}'") == "gehéim "
    assert secret.resolve("") == ""


@pytest.mark.parametrize(
    "reference",
    ["env:ND_NOT_SET", "file:/does/not/exist", "cmd:false hunter2", "cmd:no-such-program hunter2", "cmd:'", "hunter2",
     "sealed:hunter2", "cmd:true hunter2"],
)  # fmt: skip
def test_a_password_that_cannot_be_read_says_so_and_no_more(reference: str) -> None:
    assert "ND_NOT_SET" not in os.environ
    with pytest.raises(SettingsError) as error:
        secret.resolve(reference)
    assert "hunter2" not in f"{error.value} {error.value.remedy}"


def test_the_halves_of_an_account_fail_by_themselves(world: World) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    waits = [
        (world.write(accounts.fails, world.account_id, Half.FETCH, "down", now) - now).total_seconds()
        for _ in range(10)
    ]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    account = world.all(Account)[0]
    assert (account.state, account.sentence, account.send_state) == (AccountState.FAILING, "down", AccountState.OK)
    assert world.write(accounts.works, world.account_id, Half.SEND, now) is False
    assert world.all(Account)[0].state is AccountState.FAILING
    assert world.write(accounts.works, world.account_id, Half.FETCH, now) is True
    account = world.all(Account)[0]
    assert (account.state, account.failures, account.sentence, account.retry_at) == (AccountState.OK, 0, "", None)


def test_an_agent_is_made_once_and_keeps_what_was_said(world: World) -> None:
    again = world.write(setup.ensure_agent, login="berta", name="")
    assert again == world.berta
    changed = world.write(setup.ensure_agent, login="berta", name="Berta B.", channel=Channel.INBOX)
    assert (changed.id, changed.name, changed.email, changed.channel) == (
        world.berta.id, "Berta B.", "berta@staff.test", Channel.INBOX,
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="of the desk itself"):
        world.write(setup.ensure_agent, login="carl", email="support@desk.test")
