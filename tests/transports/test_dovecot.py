"""IMAP against a real Dovecot, beside another mail program on the same account."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.transports.faults import FaultKind, TransportFault
from gateway.transports.imap import ImapSession
from models.types.account import Cursor, Endpoint, Security
from tests.servers.dovecot import Dovecot
from tests.transports.test_imap import START, drained, mail

USER = "support@desk.test"


def body(content: bytes | None) -> bytes:
    """Dovecot's LMTP puts trace fields above what it was given."""
    assert content is not None
    return content[content.index(b"From: ") :]


@pytest.fixture
async def session(dovecot: Dovecot) -> AsyncIterator[ImapSession]:
    dovecot.empty(USER)
    opened = ImapSession(command_seconds=20)
    await opened.open(dovecot.endpoint(USER))
    yield opened
    await opened.close()


async def test_what_lmtp_delivers_is_fetched_and_left_alone(dovecot: Dovecot, session: ImapSession) -> None:
    looks_like_imap = mail("8bit") + "größe {12}\r\n* 4 EXISTS\r\n".encode()
    mails = [mail("plain"), mail("dots") + b".\r\n..\r\n", looks_like_imap, mail("big", 2_000_000)]
    for content in mails:
        dovecot.deliver(USER, content)
    contents, cursor, rescanned = await drained(session, limit=3)
    assert [body(content) for content in contents] == mails
    assert not rescanned
    assert all(b"Seen" not in line for line in dovecot.flags(USER))
    assert await session.fetch("INBOX", cursor) is None


async def test_idle_hears_a_delivery(dovecot: Dovecot, session: ImapSession) -> None:
    _, cursor, _ = await drained(session)
    waiting = asyncio.ensure_future(session.wait(60))
    await asyncio.sleep(0)
    await asyncio.to_thread(dovecot.deliver, USER, mail("new"))
    assert await asyncio.wait_for(waiting, 10)
    contents, _, _ = await drained(session, cursor)
    assert [body(content) for content in contents] == [mail("new")]


async def test_mail_deleted_elsewhere_meanwhile(dovecot: Dovecot, session: ImapSession) -> None:
    for number in range(6):
        dovecot.deliver(USER, mail(f"m{number}"))
    first = await session.fetch("INBOX", START, limit=2)
    assert first is not None
    with dovecot.client(USER) as other:
        other.select("INBOX")
        other.store("3:4", "+FLAGS", "(\\Deleted)")
        other.expunge()
    contents, _, _ = await drained(session, first.cursor, limit=2)
    assert [body(content) for content in contents] == [mail("m4"), mail("m5")]


async def test_a_folder_made_anew(dovecot: Dovecot, session: ImapSession) -> None:
    folder = "Entwürfe & Co"
    wire = "Entw&APw-rfe &- Co"
    dovecot.append(USER, f'"{wire}"', [mail("a"), mail("b")])
    batch = await session.fetch(folder, START)
    assert batch is not None
    assert [fetched.content for fetched in batch.mails] == [mail("a"), mail("b")]
    dovecot.recreate(USER, f'"{wire}"')
    dovecot.append(USER, f'"{wire}"', [mail("b")])
    again = await session.fetch(folder, batch.cursor)
    assert again is not None
    assert again.rescanned
    assert [fetched.content for fetched in again.mails] == [mail("b")]
    assert again.cursor.uidvalidity != batch.cursor.uidvalidity


async def test_an_uidvalidity_of_another_life(dovecot: Dovecot, session: ImapSession) -> None:
    dovecot.deliver(USER, mail("a"))
    batch = await session.fetch("INBOX", Cursor(12345, 10**6))
    assert batch is not None
    assert batch.rescanned
    assert body(batch.mails[-1].content) == mail("a")


@pytest.mark.parametrize("security", list(Security))
async def test_every_way_in(dovecot: Dovecot, security: Security) -> None:
    session = ImapSession(command_seconds=20)
    await session.open(dovecot.endpoint(USER, security))
    await session.fetch("INBOX", START)
    await session.close()


async def test_a_wrong_password(dovecot: Dovecot) -> None:
    endpoint = Endpoint("localhost", dovecot.imaps, Security.TLS, USER, "wrong", str(dovecot.ca))
    with pytest.raises(TransportFault) as caught:
        await ImapSession(command_seconds=20).open(endpoint)
    assert caught.value.kind is FaultKind.AUTH


async def test_a_folder_that_is_not_there(session: ImapSession) -> None:
    with pytest.raises(TransportFault, match="The folder Nowhere cannot be opened"):
        await session.fetch("Nowhere", START)


async def test_more_mails_than_a_batch(dovecot: Dovecot, session: ImapSession) -> None:
    folder = "Archive"
    dovecot.append(USER, folder, [mail(f"m{number}") for number in range(230)])
    contents, cursor, rounds = await asyncio.wait_for(_all(session, folder), 60)
    assert contents == [mail(f"m{number}") for number in range(230)]
    assert (cursor.last_uid, rounds) == (230, 5)


async def _all(session: ImapSession, folder: str) -> tuple[list[bytes | None], Cursor, int]:
    contents: list[bytes | None] = []
    cursor, rounds = START, 0
    while (batch := await session.fetch(folder, cursor)) is not None:
        contents += [fetched.content for fetched in batch.mails]
        cursor, rounds = batch.cursor, rounds + 1
    return contents, cursor, rounds
