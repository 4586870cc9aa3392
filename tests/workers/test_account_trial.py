"""A trial over the desk's database: beside running workers, and without repeating what was refused."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from gateway.trial.run import Patience
from gateway.workers.account_trial import AccountTrial
from models.services import account_edit
from models.services.login_guard import TooSoon
from models.tables.mail import Account, RawMail
from models.tables.record import Record
from models.types.account import Security
from models.types.errors import NotAllowed, SettingsError
from models.types.secret import Secret
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.faulty_smtp import FaultySmtp
from tests.servers.postfix import Postfix
from tests.workers.working import PASSWORD_VARIABLE, QUICK, Desk, working

SUPPORT = "support@desk.test"


async def tried(desk: Desk, password: Secret | None = None) -> AccountTrial:
    said = desk.database.read(account_edit.find, SUPPORT).said
    trial = AccountTrial(
        desk.database, said, hostname="desk.test", password=password, patience=Patience(back=30, plus=15, look=0.3)
    )
    async for _ in trial.steps():
        pass
    return trial


async def test_beside_workers_that_take_mail_away_at_once(
    desk: Desk, dovecot: Dovecot, postfix: Postfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    dovecot.empty(SUPPORT)
    values = {
        "user": SUPPORT, "secret": f"env:{PASSWORD_VARIABLE}", "ca_file": str(dovecot.ca), "after_fetch": "delete",
        "smtp_host": "localhost", "smtp_port": postfix.smtps, "smtp_security": Security.TLS, "poll_seconds": 60,
        "imap_host": "localhost", "imap_port": dovecot.imaps, "imap_security": Security.TLS,
    }  # fmt: skip
    desk.database.write(lambda session: session.execute(update(Account).values(values)))
    async with working(desk, pace=QUICK):
        await desk.until(lambda: desk.account().last_success_at is not None)
        trial = await tried(desk)
        assert trial.result.passed, trial.result
        assert trial.result.plus_addressing
        unplaced = col(RawMail.state) == "stored"
        await desk.until(lambda: not desk.rows(RawMail, unplaced))
    assert desk.rows(Record) == [], "the letters open no record"


async def test_a_refused_login_is_told_and_not_dialled_again(desk: Desk) -> None:
    smtp = FaultySmtp(passwords=("another",))
    async with smtp.serving():
        desk.serve(smtp=smtp, poll_seconds=60)
        assert not (await tried(desk)).result.passed
        dialled = smtp.connections
        with pytest.raises(TooSoon, match="could lock the account"):
            await tried(desk)
        assert (len(smtp.noted("auth")), smtp.connections) == (1, dialled)
        assert (await tried(desk, Secret("another"))).result.passed


async def test_nothing_is_dialled_for_what_cannot_be(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    smtp = FaultySmtp()
    async with smtp.serving():
        desk.serve(smtp=smtp, poll_seconds=1)
        with pytest.raises(NotAllowed, match="annoy"):
            await tried(desk)
        desk.serve(smtp=smtp, poll_seconds=60)
        monkeypatch.delenv(PASSWORD_VARIABLE)
        with pytest.raises(SettingsError, match=PASSWORD_VARIABLE):
            await tried(desk)
        assert smtp.connections == 0
