"""IMAP against a scripted server: nothing offered is passed over, and no server holds us up or fills our memory."""

import asyncio
import time
import tracemalloc

import pytest

from gateway.transports.faults import FaultKind, TransportFault
from gateway.transports.imap import ImapSession
from models.types.account import Batch, Cursor, Endpoint, Security
from tests.servers.certificates import Certificates
from tests.servers.faulty_imap import CAPABILITIES, FaultyImap
from tests.servers.scripted import Fault

START = Cursor(0, 0)


def mail(name: str, size: int = 20) -> bytes:
    text = f"From: anna@customer.test\r\nSubject: {name}\r\nMessage-ID: <{name}@customer.test>\r\n\r\n"
    return text.encode() + b"x" * size + b"\r\n"


async def opened(server: FaultyImap, seconds: float = 0.7, largest_mail: int = 1_000_000) -> ImapSession:
    session = ImapSession(command_seconds=seconds, largest_mail=largest_mail)
    await session.open(server.endpoint())
    return session


async def drained(
    session: ImapSession, cursor: Cursor = START, limit: int = 50
) -> tuple[list[bytes | None], Cursor, bool]:
    """Fetch until there is nothing new."""
    contents: list[bytes | None] = []
    rescanned = False
    while (batch := await session.fetch("INBOX", cursor, limit=limit)) is not None:
        contents += [fetched.content for fetched in batch.mails]
        cursor, rescanned = batch.cursor, rescanned or batch.rescanned
    return contents, cursor, rescanned


async def test_everything_comes_once_oldest_first_in_batches() -> None:
    server, mails = FaultyImap(), [mail(f"m{n}") for n in range(7)]
    server.put(*mails)
    async with server.serving():
        session = await opened(server)
        first = await session.fetch("INBOX", START, limit=3)
        assert first is not None
        assert [fetched.uid for fetched in first.mails] == [1, 2, 3]
        assert (first.folder, first.cursor, first.rescanned) == ("INBOX", Cursor(7, 3), False)
        contents, cursor, _ = await drained(session, first.cursor, limit=3)
        assert contents == mails[3:]
        assert cursor == Cursor(7, 7)
        assert await session.fetch("INBOX", cursor) is None
        server.put(mail("later"))
        assert await drained(session, cursor) == ([mail("later")], Cursor(7, 8), False)
        await session.close()
    assert server.heard[-1] == "LOGOUT"
    assert not [line for line in server.heard if "STORE" in line or "SELECT" in line or "BODY[" in line]


async def test_a_thousand_headers_in_one_answer() -> None:
    server = FaultyImap()
    server.put(*(mail(f"m{n}") for n in range(1500)))
    async with server.serving():
        session = await opened(server, seconds=20)
        batch = await session.fetch("INBOX", START, limit=1500)
        assert batch is not None
        assert len(batch.mails) == 1500
        await session.close()


async def test_a_new_uidvalidity_offers_everything_again() -> None:
    server = FaultyImap()
    server.put(mail("a"), mail("b"))
    async with server.serving():
        session = await opened(server)
        _, cursor, rescanned = await drained(session)
        assert not rescanned
        server.recreate(mail("b"), mail("c"))
        assert await drained(session, cursor) == ([mail("b"), mail("c")], Cursor(8, 2), True)
        server.recreate()
        empty = await session.fetch("INBOX", Cursor(8, 2))
        assert empty == Batch("INBOX", Cursor(9, 0), (), rescanned=True)
        assert await session.fetch("INBOX", Cursor(9, 0)) is None
        await session.close()


async def test_uids_given_out_anew_under_the_old_uidvalidity() -> None:
    server = FaultyImap()
    server.put(mail("a"), mail("b"), mail("c"))
    async with server.serving():
        session = await opened(server)
        _, cursor, _ = await drained(session)
        server.mails, server.next_uid = {}, 1
        server.put(mail("new"))
        assert await drained(session, cursor) == ([mail("new")], Cursor(7, 1), True)
        await session.close()


async def test_a_gap_is_passed_only_when_the_message_is_gone() -> None:
    server = FaultyImap()
    server.put(*(mail(f"m{n}") for n in range(4)))
    async with server.serving():
        session = await opened(server)
        batch = await session.fetch("INBOX", START, limit=1)
        assert batch is not None
        del server.mails[2]  # deleted elsewhere, after the search named it
        contents, cursor, _ = await drained(session, batch.cursor)
        assert (contents, cursor) == ([mail("m2"), mail("m3")], Cursor(7, 4))
        await session.close()


@pytest.mark.parametrize("do", ["nil", "skip", "wrong_uid"])
async def test_what_is_not_handed_out_is_not_passed(do: str) -> None:
    server = FaultyImap(Fault("bodies", do))
    server.put(mail("a"), mail("b"))
    async with server.serving():
        session = await opened(server)
        with pytest.raises(TransportFault) as caught:
            await session.fetch("INBOX", START)
        assert caught.value.kind is FaultKind.PROTOCOL
        await session.close()
        session = await opened(server)
        assert await drained(session) == ([mail("a"), mail("b")], Cursor(7, 2), False)
        await session.close()


@pytest.mark.parametrize("do", ["unsolicited", "quoted"])
async def test_other_forms_of_a_right_answer(do: str) -> None:
    server = FaultyImap(Fault("bodies", do))
    mails = [b'Subject: "quoted\\" * 1 EXISTS {5}\r\n\r\nx', mail("b")]
    server.put(*mails)
    async with server.serving():
        session = await opened(server)
        contents, _, _ = await drained(session)
        await session.close()
    assert contents == ([content.replace(b"\r\n", b" ") for content in mails] if do == "quoted" else mails)


async def test_a_large_mail_comes_as_its_header() -> None:
    server = FaultyImap()
    server.put(mail("small"), mail("large", 5000), mail("small too"))
    async with server.serving():
        session = await opened(server, largest_mail=1000)
        batch = await session.fetch("INBOX", START)
        await session.close()
    assert batch is not None
    large = batch.mails[1]
    assert (large.content, large.size_bytes) == (None, len(mail("large", 5000)))
    assert large.header == mail("large", 5000).partition(b"x" * 10)[0]
    assert [fetched.uid for fetched in batch.mails] == [1, 2, 3]


ANYWHERE = ["close", "reset", "hang", "garbage", "endless", "say * BYE shutting down"]
WRONG = ["say TAG BAD no", "say XX99 OK not yours", "say what?"]
FAULTS = [(at, do) for at in ("examine", "search", "sizes", "bodies") for do in ANYWHERE + WRONG]


@pytest.mark.parametrize(("at", "do"), [*FAULTS, ("bodies", "cut"), ("bodies", "huge")])
async def test_a_fault_ends_the_session_and_loses_nothing(at: str, do: str) -> None:
    server = FaultyImap(Fault(at, do))
    server.put(mail("a", 1000), mail("b", 1000))
    async with server.serving():
        session = await opened(server)
        begun = time.monotonic()
        with pytest.raises(TransportFault) as caught:
            await session.fetch("INBOX", START)
        assert time.monotonic() - begun < 5
        assert caught.value.sentence
        with pytest.raises(TransportFault):
            await session.fetch("INBOX", START)
        await session.close()
        session = await opened(server)
        contents, _, _ = await drained(session)
        await session.close()
    assert contents == [mail("a", 1000), mail("b", 1000)]


async def test_an_announced_gigabyte_costs_no_memory() -> None:
    server = FaultyImap(Fault("bodies", "huge"))
    server.put(mail("a"))
    async with server.serving():
        session = await opened(server)
        tracemalloc.start()
        with pytest.raises(TransportFault, match="999999999 bytes"):
            await session.fetch("INBOX", START)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
        tracemalloc.stop()
        await session.close()


@pytest.mark.parametrize(
    ("at", "do", "kind"),
    [
        ("connect", "say * BYE too many connections", FaultKind.REFUSED),
        ("connect", "say 220 I am SMTP", FaultKind.REFUSED),
        ("connect", "close", FaultKind.LOST),
        ("connect", "hang", FaultKind.TIMEOUT),
        ("connect", "endless", FaultKind.REFUSED),
        ("connect", "garbage", FaultKind.TIMEOUT),
        ("capability", "close", FaultKind.LOST),
        ("login", "reset", FaultKind.LOST),
        ("login", "hang", FaultKind.TIMEOUT),
    ],
)
async def test_faults_while_opening(at: str, do: str, kind: FaultKind) -> None:
    server = FaultyImap(Fault(at, do))
    async with server.serving():
        session = ImapSession(command_seconds=0.5)
        with pytest.raises(TransportFault) as caught:
            await session.open(server.endpoint())
        await session.close()
    assert caught.value.kind is kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("[AUTHENTICATIONFAILED] wrong", FaultKind.AUTH),
        ("no", FaultKind.AUTH),
        ("[UNAVAILABLE] later", FaultKind.REFUSED),
        ("Too many simultaneous connections", FaultKind.REFUSED),
    ],
)
async def test_a_refused_login(words: str, kind: FaultKind) -> None:
    server = FaultyImap(Fault("login", f"say TAG NO {words}"))
    async with server.serving():
        session = ImapSession(command_seconds=0.5)
        with pytest.raises(TransportFault) as caught:
            await session.open(server.endpoint())
        await session.close()
    assert caught.value.kind is kind
    assert words in caught.value.server_text
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("password", ["pässwörd", 'quo"te\\back'])
async def test_passwords_of_all_sorts(password: str) -> None:
    server = FaultyImap(password=password)
    async with server.serving():
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "support@desk.test", password)
        session = ImapSession(command_seconds=2)
        if password.isascii():
            server.password = password.replace("\\", "\\\\").replace('"', '\\"')
        await session.open(endpoint)
        await session.close()
        with pytest.raises(
            TransportFault, match="refuses the user name"
        ):  # a refusal comes as a challenge (XOAUTH2's way)
            await session.open(Endpoint("127.0.0.1", server.port, Security.PLAIN, "u", "fälsch"))
        with pytest.raises(TransportFault, match="line break"):
            await session.open(Endpoint("127.0.0.1", server.port, Security.PLAIN, "u", "a\r\nA1 DELETE INBOX"))


async def test_idle_wakes_and_ends() -> None:
    server = FaultyImap()
    async with server.serving():
        session = await opened(server)
        assert await session.fetch("INBOX", START) is None
        assert not await session.wait(0.1)
        waiting = asyncio.ensure_future(session.wait(30))
        await server.until("idle", 2)
        server.put(mail("a"))
        assert await asyncio.wait_for(waiting, 5)
        assert (await drained(session))[0] == [mail("a")]
        assert not await session.wait(0.05)
        await session.close()


async def test_mail_that_came_during_a_fetch_is_not_slept_over() -> None:
    server = FaultyImap(Fault("bodies", "unsolicited"))
    server.put(mail("a"))
    async with server.serving():
        session = await opened(server)
        batch = await session.fetch("INBOX", START)
        assert batch is not None
        assert await asyncio.wait_for(session.wait(30), 5)
        assert await session.fetch("INBOX", batch.cursor) is None
        assert not await session.wait(0.05)
        await session.close()


async def test_without_idle_it_sleeps() -> None:
    server = FaultyImap(capabilities="IMAP4rev1")
    async with server.serving():
        session = await opened(server)
        assert not await session.wait(0.05)
        await session.close()
    assert "IDLE" not in server.heard


@pytest.mark.parametrize("do", ["close", "reset", "hang", "say TAG NO not now", "endless", "say * BYE"])
async def test_faults_in_idle(do: str) -> None:
    server = FaultyImap(Fault("idle", do))
    async with server.serving():
        session = await opened(server)
        await session.fetch("INBOX", START)
        with pytest.raises(TransportFault):
            await asyncio.wait_for(session.wait(30), 5)
        await session.close()


async def test_a_cancelled_wait_leaves_nothing_behind() -> None:
    server = FaultyImap()
    async with server.serving():
        session = await opened(server)
        await session.fetch("INBOX", START)
        waiting = asyncio.ensure_future(session.wait(30))
        await server.until("idle")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await session.close()
        with pytest.raises(TransportFault):
            await session.fetch("INBOX", START)


class TestEncryption:
    """No password without a verified connection."""

    @pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
    async def test_verified(self, certificates: Certificates, security: Security) -> None:
        server = FaultyImap(tls=certificates.server_context())
        server.put(mail("a"))
        async with server.serving(tls_from_start=security is Security.TLS):
            session = ImapSession()
            await session.open(server.endpoint(security, certificates.ca))
            assert (await drained(session))[0] == [mail("a")]
            await session.close()
        assert server.noted("auth")[0]["tls"]

    @pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
    @pytest.mark.parametrize("misnamed", [True, False])
    async def test_a_bad_certificate(self, certificates: Certificates, security: Security, misnamed: bool) -> None:
        server = FaultyImap(tls=certificates.server_context(misnamed=misnamed))
        async with server.serving(tls_from_start=security is Security.TLS):
            with pytest.raises(TransportFault) as caught:
                await ImapSession().open(server.endpoint(security, certificates.ca if misnamed else ""))
        assert caught.value.kind is FaultKind.TLS
        assert server.noted("auth") == []

    @pytest.mark.parametrize(
        "fault", [Fault("starttls", "inject"), Fault("starttls", "say TAG NO never"), Fault("starttls", "close"),
                  Fault("starttls", "hang"), Fault("connect", "say * PREAUTH welcome")],
    )  # fmt: skip
    async def test_no_encryption_no_password(self, certificates: Certificates, fault: Fault) -> None:
        server = FaultyImap(fault, tls=certificates.server_context())
        async with server.serving():
            with pytest.raises(TransportFault):
                await ImapSession(command_seconds=0.5).open(server.endpoint(Security.STARTTLS, certificates.ca))
        assert server.noted("auth") == []
        assert not [line for line in server.heard if line.startswith(("LOGIN", "AUTH"))]

    async def test_login_disabled_is_obeyed(self) -> None:
        server = FaultyImap(capabilities=CAPABILITIES + " LOGINDISABLED")
        async with server.serving():
            with pytest.raises(TransportFault) as caught:
                await ImapSession().open(server.endpoint())
        assert caught.value.kind is FaultKind.TLS
        assert server.noted("auth") == []

    async def test_plain_text_never_leaves_the_machine(self) -> None:
        with pytest.raises(TransportFault) as caught:
            await ImapSession().open(Endpoint("192.0.2.1", 143, Security.PLAIN, "u", "p"))
        assert caught.value.kind is FaultKind.TLS
