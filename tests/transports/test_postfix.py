"""SMTP against a real Postfix that delivers into a real Dovecot: what is composed is what arrives."""

import asyncio
import time
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import zip_longest
from typing import cast

import pytest

from gateway.mime.compose import compose
from gateway.transports.smtp import SmtpSession
from models.types.account import Security
from models.types.mail import FileOut, Mailbox
from models.types.outbox import Accepted, Deferred, Phase, Reason, Refused
from tests.mime.test_compose import MAIL
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

USER = "support@desk.test"


async def ready() -> None:
    """Nothing to do before the dot."""


async def arrived(dovecot: Dovecot, user: str, subject: str, folder: str = "INBOX") -> EmailMessage:
    """Wait for a mail with this subject."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for content in await asyncio.to_thread(dovecot.messages, user, folder):
            mail = cast(EmailMessage, message_from_bytes(content, policy=policy.default))
            if mail["Subject"] == subject:
                return mail
        await asyncio.sleep(0.1)
    raise AssertionError(f"no mail about {subject!r} came to {user}")


async def opened(postfix: Postfix, security: Security) -> SmtpSession:
    session = SmtpSession()
    assert await session.open(postfix.endpoint(USER, security), hostname="desk.test") is None
    return session


@pytest.mark.parametrize("security", list(Security))
async def test_a_mail_with_everything_arrives_whole(dovecot: Dovecot, postfix: Postfix, security: Security) -> None:
    subject = f"Größe über {security} " + "sehr lang " * 12 + "日本語"
    mail = replace(
        MAIL,
        sender=Mailbox("Ada Lovelace, Büro", USER),
        reply_to=Mailbox("Desk", "support+r2s.3k@desk.test"),
        to=(Mailbox("Anna", "anna@customer.test"),),
        subject=subject,
        message_id=f"<everything-{security}@desk.test>",
        in_reply_to="<q@customer.test>",
        references=tuple(f"<{number}.reference@customer.test>" for number in range(15)),
        text=".\n..two\nFrom here\nüber " + "x" * 2000,
        quoted="> deep\nwhat you said",
        quoted_intro="On Sunday, Anna wrote:",
        attachments=(FileOut("Prüfung – 1.pdf", "application/pdf", bytes(range(256)) * 40),),
        loop_tag="tag",
    )
    session = await opened(postfix, security)
    outcome = await session.deliver(USER, "anna@customer.test", compose(mail), before_dot=ready)
    assert isinstance(outcome, Accepted)
    await session.close()
    got = await arrived(dovecot, "anna@customer.test", subject.strip())
    assert got["From"].addresses[0].addr_spec == USER
    assert got["From"].addresses[0].display_name == "Ada Lovelace, Büro"
    assert got["Reply-To"] == "Desk <support+r2s.3k@desk.test>"
    assert (got["Message-ID"], got["In-Reply-To"]) == (mail.message_id, mail.in_reply_to)
    assert tuple(got["References"].split()) == mail.references
    text = cast(EmailMessage, got.get_body()).get_content().replace("\r\n", "\n").rstrip("\n")
    assert text == mail.text + "\n\nOn Sunday, Anna wrote:\n>> deep\n> what you said"
    (file,) = got.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Prüfung – 1.pdf", mail.attachments[0].content)


@pytest.mark.parametrize("ahead", [False, True], ids=["in order", "ahead"])
async def test_one_connection_takes_many_and_refusals_between(dovecot: Dovecot, postfix: Postfix, ahead: bool) -> None:
    people = ("refused", "later", "bob", "bob") * 5
    subjects = [f"many {number} {ahead}" for number in range(len(people))]
    wires = [compose(replace(MAIL, subject=one, message_id=f"<{one.replace(' ', '.')}@desk.test>")) for one in subjects]
    mails = [(USER, f"{name}@customer.test", wire) for name, wire in zip(people, wires, strict=True)]
    session = await opened(postfix, Security.TLS)
    for mail, then in zip_longest(mails, mails[1:]):
        following = (*then[:2], len(then[2])) if ahead and then else None
        outcome = await session.deliver(*mail, before_dot=ready, then=following)
        if "bob" in mail[1]:
            assert isinstance(outcome, Accepted)
        elif "later" in mail[1]:
            assert isinstance(outcome, Deferred)
            assert (outcome.code, outcome.phase, outcome.account_wide) == (450, Phase.RCPT, False)
        else:
            assert isinstance(outcome, Refused)
            assert (outcome.code, outcome.enhanced, outcome.reason) == (550, "5.1.1", Reason.USER)
            assert outcome.phase is Phase.RCPT
        assert session.usable
    await session.close()
    for name, subject in zip(people, subjects, strict=True):
        if name == "bob":
            await arrived(dovecot, "bob@customer.test", subject)


async def test_a_real_bounce_comes_back_to_the_envelope_sender(dovecot: Dovecot, postfix: Postfix) -> None:
    session = await opened(postfix, Security.TLS)
    wire = compose(replace(MAIL, message_id="<bounces@desk.test>"))
    outcome = await session.deliver("sales+d7@desk.test", "nobody@customer.test", wire, before_dot=ready)
    assert isinstance(outcome, Accepted)
    await session.close()
    report = await arrived(dovecot, "sales@desk.test", "Undelivered Mail Returned to Sender")
    assert report.get_content_type() == "multipart/report"
    assert b"<bounces@desk.test>" in report.as_bytes()
    assert "sales+d7@desk.test" in str(report["To"])


async def test_limits_and_logins(postfix: Postfix) -> None:
    session = await opened(postfix, Security.TLS)
    wire = compose(replace(MAIL, attachments=(FileOut("a", "x/y", bytes(6_000_000)),)))
    outcome = await session.deliver(USER, "bob@customer.test", wire, before_dot=ready)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.SIZE
    assert session.usable
    await session.close()
    refused = await SmtpSession().open(postfix.endpoint(USER, password="wrong"), hostname="desk.test")
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.account_wide, refused.code) == (Reason.AUTH, True, 535)


async def test_addresses_of_the_world(dovecot: Dovecot, postfix: Postfix) -> None:
    session = await opened(postfix, Security.TLS)
    wire = compose(replace(MAIL, message_id="<world@desk.test>"))
    assert isinstance(await session.deliver(USER, "jörg@customer.test", wire, before_dot=ready), Accepted)
    assert isinstance(await session.deliver(USER, "bob+tag@CUSTOMER.test", wire, before_dot=ready), Accepted)
    await session.close()


async def test_nothing_arrives_when_the_dot_is_held_back(dovecot: Dovecot, postfix: Postfix) -> None:
    async def stop() -> None:
        raise RuntimeError("another worker has it")

    session = await opened(postfix, Security.TLS)
    wire = compose(replace(MAIL, subject="held back", message_id="<held@desk.test>"))
    with pytest.raises(RuntimeError):
        await session.deliver(USER, "anna@customer.test", wire, before_dot=stop)
    assert not session.usable
    session = await opened(postfix, Security.TLS)
    marker = compose(replace(MAIL, subject="after it", message_id="<after@desk.test>"))
    assert isinstance(await session.deliver(USER, "anna@customer.test", marker, before_dot=ready), Accepted)
    await session.close()
    await arrived(dovecot, "anna@customer.test", "after it")
    assert b"Subject: held back" not in b"".join(dovecot.messages("anna@customer.test"))
