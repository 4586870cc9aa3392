"""Accounts that sign in by token, served by the workers over a real Dovecot and Postfix with a provider on loopback."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from models.rules.bound import bound
from models.services import accounts, consent, vault
from models.store import accounts as stored_accounts
from models.store.changes import announce
from models.tables.mail import Account, OauthGrant, RawMail
from models.types.account import Auth, NewAccount, Security
from models.types.delivery import DeliveryState
from models.types.errors import SettingsError
from models.types.health import AccountState
from models.types.oauth import Tokens
from models.types.secret import Secret
from tests.servers.dovecot import Dovecot
from tests.servers.oauth import CLIENT_ID, CLIENT_SECRET, FakeProvider, Issued, fake_provider
from tests.servers.postfix import Postfix
from tests.workers.working import QUICK, Desk, mail, working

SUPPORT = "support@desk.test"


def set_up(desk: Desk, provider: FakeProvider, said: NewAccount, tmp_path: Path, *, seconds: float) -> str:
    """Point the desk's account at these servers, signed in by a consent whose access token lasts so long."""
    database = desk.database
    database.key_file = tmp_path / "worker.key"
    database._info["key_file"] = database.key_file
    database.write(vault.ensure_key)
    urls = {"token_url": f"{provider.url}/token", "device_url": f"{provider.url}/device", "client_id": CLIENT_ID}
    database.write(consent.set_provider, "own", urls, typed=Secret(CLIENT_SECRET))
    now = datetime.now(UTC)
    provider.refresh["rt"] = Issued(SUPPORT, 0)
    tokens = Tokens(Secret(provider.issue(SUPPORT, seconds)), Secret("rt"), now + timedelta(seconds=seconds))
    reference = str(database.write(consent.keep, "own", SUPPORT, tokens, bound(said), now))
    values: dict[str, Any] = {
        name: getattr(said, name)
        for name in ("user", "ca_file", "smtp_host", "smtp_port", "smtp_security", "imap_host", "imap_port",
                     "imap_security", "pop3_host", "pop3_port", "pop3_security", "auth")
    }  # fmt: skip
    values |= {"secret": reference, "poll_seconds": 1}
    database.write(lambda session: session.execute(update(Account).values(values)))
    return reference


def servers(dovecot: Dovecot, postfix: Postfix, *, pop3: bool = False) -> NewAccount:
    said = NewAccount(
        SUPPORT, user=SUPPORT, ca_file=str(dovecot.ca), smtp_host="localhost", smtp_port=postfix.smtps, auth=Auth.OAUTH
    )
    if pop3:
        return replace(said, pop3_host="localhost", pop3_port=dovecot.pop3s)
    return replace(said, imap_host="localhost", imap_port=dovecot.imaps, imap_security=Security.TLS)


@pytest.fixture
def provider(dovecot: Dovecot) -> Iterator[FakeProvider]:
    yield dovecot.provider
    for known in (dovecot.provider.access, dovecot.provider.refresh):
        known.clear()
    dovecot.provider.asked.clear()
    dovecot.provider.instead.clear()


@pytest.mark.parametrize("pop3", [False, True])
async def test_a_token_about_to_end_is_renewed_once_for_both_halves(
    desk: Desk, dovecot: Dovecot, postfix: Postfix, provider: FakeProvider, tmp_path: Path, pop3: bool
) -> None:
    dovecot.empty(SUPPORT)
    provider.user = SUPPORT
    reference = set_up(desk, provider, servers(dovecot, postfix, pop3=pop3), tmp_path, seconds=20)
    desk.answer(1, customer="anna")
    dovecot.deliver(SUPPORT, mail("hello"))
    async with working(desk, pace=QUICK):
        await desk.until(lambda: desk.states() == {DeliveryState.SENT: 1})
        await desk.until(lambda: len(desk.rows(RawMail, col(RawMail.account_id).is_not(None))) == 1)
    assert len(provider.posted("refresh_token")) == 1
    view = desk.database.read(consent.view, reference)
    assert view.access_until > datetime.now(UTC) + timedelta(minutes=50)
    assert provider.posted("refresh_token")[0]["client_secret"] == CLIENT_SECRET
    stored = desk.rows(OauthGrant)[0]
    assert stored.tokens.startswith("sealed:")


async def test_a_token_taken_back_early_is_replaced(
    desk: Desk, dovecot: Dovecot, postfix: Postfix, provider: FakeProvider, tmp_path: Path
) -> None:
    provider.user = SUPPORT
    set_up(desk, provider, servers(dovecot, postfix), tmp_path, seconds=3600)
    for issued in provider.access.values():
        issued.revoked = True
    desk.answer(1, customer="bob")
    async with working(desk, pace=QUICK):
        await desk.until(lambda: desk.states() == {DeliveryState.SENT: 1})
        await desk.until(lambda: desk.account().last_success_at is not None)
    assert desk.account().send_state is AccountState.OK


async def test_the_end_of_a_consent_stops_the_account_and_keeps_its_queue(
    desk: Desk, dovecot: Dovecot, postfix: Postfix, provider: FakeProvider, tmp_path: Path
) -> None:
    provider.user = SUPPORT
    said = servers(dovecot, postfix)
    reference = set_up(desk, provider, said, tmp_path, seconds=20)
    provider.revoke_all()
    desk.answer(3, customer="anna")
    async with working(desk, pace=QUICK):
        await desk.until(lambda: desk.account().send_state is AccountState.STOPPED)
        await desk.until(lambda: desk.account().state is AccountState.STOPPED)
        await desk.until(lambda: desk.states() == {DeliveryState.QUEUED: 3})
        asked = len(provider.posted("refresh_token"))
        assert 1 <= asked <= 2
        account = desk.account()
        assert account.id is not None
        account_id = account.id
        for sentence in (account.sentence, account.send_sentence):
            assert "sign" in sentence.lower()
        assert "no more" in desk.database.read(consent.view, reference).refusal

        # somebody signs in again: what waited goes out
        now = datetime.now(UTC)
        provider.refresh["new"] = Issued(SUPPORT, 0)
        tokens = Tokens(Secret(provider.issue(SUPPORT)), Secret("new"), now + timedelta(hours=1))
        fresh = desk.database.write(consent.keep, "own", SUPPORT, tokens, bound(said), now)

        def put_right(session: Any) -> None:
            session.execute(update(Account).values(secret=fresh))
            stored_accounts.restart(session, account_id)
            announce(session, now, topic="accounts")

        desk.database.write(put_right)
        await desk.until(lambda: desk.states() == {DeliveryState.SENT: 3})


async def test_a_provider_in_trouble_stops_nothing(
    desk: Desk, dovecot: Dovecot, postfix: Postfix, provider: FakeProvider, tmp_path: Path
) -> None:
    """The token lasts some minutes yet: the provider's trouble is not ours."""
    provider.user = SUPPORT
    set_up(desk, provider, servers(dovecot, postfix), tmp_path, seconds=120)
    provider.instead["/token"] = (503, b"later")
    desk.answer(1, customer="anna")
    async with working(desk, pace=QUICK):
        await desk.until(lambda: desk.states() == {DeliveryState.SENT: 1})
    assert desk.account().send_state is AccountState.OK


def test_tokens_are_for_the_servers_they_were_given_for(desk: Desk, tmp_path: Path) -> None:
    said = NewAccount(SUPPORT, smtp_host="mail.desk.test", auth=Auth.OAUTH)
    with fake_provider() as provider:
        reference = set_up(desk, provider, said, tmp_path, seconds=3600)
    desk.database.write(lambda session: session.execute(update(Account).values(smtp_host="evil.test")))

    with pytest.raises(SettingsError, match=r"evil\.test"):
        desk.database.read(accounts.plan, desk.account().id)
    assert "rt" not in repr(desk.database.read(consent.tokens, reference, bound(said)))
