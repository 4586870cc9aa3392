"""The main job over a real Dovecot and a real Postfix: in, answered, out, and the answer to it on the same record."""

import asyncio
import smtplib
from email.message import EmailMessage

import pytest
from sqlalchemy import update
from sqlmodel import col

from models.tables.mail import Account, Delivery
from models.tables.record import Message, Record
from models.types.account import Security
from models.types.delivery import DeliveryState
from models.types.message import Direction
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.postfix import Postfix
from tests.transports.test_postfix import arrived
from tests.workers.working import PASSWORD_VARIABLE, QUICK, Desk, working

ANNA, SUPPORT = "anna@customer.test", "support@desk.test"


def written(subject: str, to: str, text: str, answers: EmailMessage | None = None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Anna <{ANNA}>", to, subject
    mail["Message-ID"] = f"<{abs(hash((subject, text)))}@customer.test>"
    if answers is not None:
        mail["In-Reply-To"] = answers["Message-ID"]
        mail["References"] = answers["Message-ID"]
    mail.set_content(text)
    return mail


async def test_there_and_back_again(
    desk: Desk, dovecot: Dovecot, postfix: Postfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    for user in (ANNA, SUPPORT):
        dovecot.empty(user)
    values = {
        "user": SUPPORT, "secret": f"env:{PASSWORD_VARIABLE}", "ca_file": str(dovecot.ca),
        "smtp_host": "localhost", "smtp_port": postfix.smtps, "smtp_security": Security.TLS,
        "imap_host": "localhost", "imap_port": dovecot.imaps, "imap_security": Security.TLS,
    }  # fmt: skip
    desk.database.write(lambda session: session.execute(update(Account).values(values)))
    dovecot.deliver(SUPPORT, written("Printer on fire", SUPPORT, "It burns.\n").as_bytes(), ANNA)
    async with working(desk, pace=QUICK):
        await desk.until(lambda: len(desk.rows(Record)) == 1)
        record = desk.rows(Record)[0]
        desk.write_back(record.id, "Use water, please.")
        await desk.until(lambda: desk.states() == {DeliveryState.SENT: 1})
        answer = await arrived(dovecot, ANNA, desk.rows(Message)[1].subject)

        assert answer["From"].addresses[0].addr_spec == SUPPORT
        reply_to = answer["Reply-To"].addresses[0].addr_spec
        assert reply_to.startswith("support+")
        first = desk.rows(Message)[0]
        assert answer["In-Reply-To"] == first.message_id
        assert answer["Message-ID"] == desk.rows(Message, col(Message.direction) == Direction.OUT)[0].message_id
        (copy,) = desk.rows(Delivery)
        assert answer["Return-Path"].strip("<>") == copy.envelope_from

        thanks = written("Something else entirely", reply_to, "That helped.\n", answer)
        await asyncio.to_thread(submit, postfix, reply_to, thanks)
        incoming = col(Message.direction) == Direction.IN
        await desk.until(lambda: len(desk.rows(Message, incoming)) == 2)
    assert len(desk.rows(Record)) == 1, "it found its record"
    assert "That helped." in desk.rows(Message, incoming)[1].text


def submit(postfix: Postfix, to: str, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.smtp) as smtp:
        smtp.sendmail(ANNA, [to], mail.as_bytes())
