"""POP3 against a scripted server: what is fetched, what a fault says, and that nothing is deleted by accident."""

import asyncio
import time

import pytest

from gateway.transports.faults import FaultKind, TransportFault
from gateway.transports.pop3 import PopSession
from gateway.transports.pop3_wire import Patience, PopWire
from models.types.account import Endpoint, Security
from tests.servers.certificates import Certificates
from tests.servers.dovecot import PASSWORD as DOVECOT_PASSWORD
from tests.servers.dovecot import Dovecot
from tests.servers.faulty_pop3 import FaultyPop3

QUICK = Patience(phase_seconds=0.5, total_seconds=5, bytes_per_second=1_000_000)


def mail(name: str, body: str = "text\r\n") -> bytes:
    return f"From: anna@customer.test\r\nSubject: {name}\r\nMessage-ID: <{name}@customer.test>\r\n\r\n{body}".encode()


async def opened(server: FaultyPop3, **kwargs: int) -> PopSession:
    session = PopSession(patience=QUICK, **kwargs)
    await session.open(server.endpoint())
    return session


async def test_fetches_what_is_not_seen_oldest_first_in_batches() -> None:
    mails = {f"u{n}": mail(f"m{n}") for n in range(7)}
    async with FaultyPop3(dict(mails)).serving() as server:
        session = await opened(server)
        seen = {"u0", "u3"}
        rounds = []
        while (batch := await session.fetch(seen, limit=2)) is not None:
            rounds.append([popped.uidl for popped in batch])
            assert all(popped.content == mails[popped.uidl] for popped in batch)
            seen.update(popped.uidl for popped in batch)
        await session.close()
    assert rounds == [["u1", "u2"], ["u4", "u5"], ["u6"]]
    assert server.mails == mails


@pytest.mark.parametrize(
    "body",
    [
        "",
        ".\r\n",
        "..\r\n",
        ".a\r\n..b\r\n...\r\n",
        "bare\n.\nlf\r\n",
        "\r\n.\r\n\r\n",
        "nul \0\r\n",
        "x" * 300_000 + "\r\n",
    ],
    ids=["empty", "dot", "dots", "dotted", "bare-lf", "dot-alone", "nul", "long"],
)
async def test_bodies_come_octet_for_octet(body: str) -> None:
    content = mail("m", body)
    async with FaultyPop3({"u": content}).serving() as server:
        session = await opened(server)
        (popped,) = await session.fetch(()) or ()
        assert popped.content == content
        await session.close()


async def test_an_empty_answer_is_a_mail_of_nothing() -> None:
    async with FaultyPop3({"u": b""}, {"RETR": ["say:+OK\r\n.\r\n"]}).serving() as server:
        session = await opened(server)
        (popped,) = await session.fetch(()) or ()
        assert popped.content == b""
        await session.close()


async def test_two_copies_under_one_uidl_are_fetched_once_and_both_deleted() -> None:
    same = {"UIDL": ["say:+OK\r\n1 u\r\n2 u\r\n.\r\n"]}
    async with FaultyPop3({"first": mail("m"), "second": mail("m")}, same).serving() as server:
        session = await opened(server)
        assert [popped.uidl for popped in await session.fetch(()) or ()] == ["u"]
        assert await session.delete({"u"}) == {"u"}
    assert server.mails == {}


async def test_a_uidl_that_breaks_the_rules_gets_a_stand_in() -> None:
    async with FaultyPop3({"u": mail("m")}, {"UIDL": [f"say:+OK\r\n1 {'x' * 300}\r\n.\r\n"]}).serving() as server:
        session = await opened(server)
        (popped,) = await session.fetch(()) or ()
        assert popped.uidl.startswith("=")
        assert len(popped.uidl) <= 70
        await session.close()


class TestSizes:
    async def test_a_mail_over_the_limit_is_not_fetched_but_its_header_is(self) -> None:
        large = mail("large", "x" * 5_000 + "\r\n")
        async with FaultyPop3({"a": large, "b": mail("small")}).serving() as server:
            session = await opened(server, mail_limit=1_000)
            first, second = await session.fetch(()) or ()
            await session.close()
        assert first.content is None
        assert first.size_bytes == len(large)
        assert b"Subject: large\r\n" in first.header
        assert second.content == mail("small")
        assert "RETR 1" not in server.ledger

    async def test_a_server_that_lies_about_a_size_does_not_stop_the_next_mail(self) -> None:
        mails = {"a": mail("large", "x" * 500_000 + "\r\n"), "b": mail("small")}
        async with FaultyPop3(mails, sizes={"a": 10}).serving() as server:
            session = await opened(server, mail_limit=1_000)
            first, second = await session.fetch(()) or ()
            await session.close()
        assert first.content is None
        assert b"Subject: large\r\n" in first.header
        assert second.content == mail("small")

    async def test_a_mail_shorter_than_listed_is_asked_for_again(self) -> None:
        short = "say:+OK\r\nSubject: m\r\n\r\n.\r\n"
        async with FaultyPop3({"u": mail("m")}, {"RETR": [short]}).serving() as server:
            session = await opened(server)
            (popped,) = await session.fetch(()) or ()
            await session.close()
        assert popped.content == mail("m")


class TestDeleting:
    async def test_only_the_answer_to_quit_makes_it_true(self) -> None:
        async with FaultyPop3({"a": mail("a"), "b": mail("b")}).serving() as server:
            session = await opened(server)
            assert await session.delete({"a", "unlisted"}) == {"a"}
        assert list(server.mails) == ["b"]
        assert server.ledger[-1] == "deleted a"

    @pytest.mark.parametrize("step", ["close", "cut:0", "hang", "say:-ERR some messages not removed\r\n"])
    async def test_a_quit_that_fails_deletes_nothing(self, step: str) -> None:
        async with FaultyPop3({"a": mail("a")}, {"QUIT": [step]}).serving() as server:
            session = await opened(server)
            with pytest.raises(TransportFault):
                await session.delete({"a"})

    async def test_a_cut_between_dele_and_quit_leaves_everything(self) -> None:
        async with FaultyPop3({"a": mail("a"), "b": mail("b")}, {"DELE": ["answer", "close"]}).serving() as server:
            session = await opened(server)
            with pytest.raises(TransportFault):
                await session.delete({"a", "b"})
            await session.close()
            assert "QUIT" not in server.ledger
            assert list(server.mails) == ["a", "b"]

    async def test_a_refused_dele_is_not_reported_as_deleted(self) -> None:
        async with FaultyPop3({"a": mail("a"), "b": mail("b")}, {"DELE": ["say:-ERR no\r\n"]}).serving() as server:
            session = await opened(server)
            assert await session.delete({"a", "b"}) == {"b"}


class TestFaults:
    @pytest.mark.parametrize("cut", [0, 1, 4, 5, 30, -4, -3, -2, -1])
    async def test_a_cut_mail_is_not_a_mail(self, cut: int) -> None:
        async with FaultyPop3({"a": mail("a"), "b": mail("b")}, {"RETR": ["answer", f"cut:{cut}"]}).serving() as server:
            session = await opened(server)
            batch = await session.fetch(()) or ()
            assert [popped.uidl for popped in batch] == ["a"]
            with pytest.raises(TransportFault) as caught:
                await session.fetch({"a"})
            assert caught.value.kind is FaultKind.LOST
            assert session.stuck_at == "b"
            await session.close()
            session = await opened(server)
            (popped,) = await session.fetch({"a"}) or ()
            assert popped.content == mail("b")
            await session.close()

    async def test_what_broke_a_session_comes_last(self) -> None:
        async with FaultyPop3({"a": mail("a"), "b": mail("b")}).serving() as server:
            session = await opened(server)
            assert [popped.uidl for popped in await session.fetch((), last={"a"}) or ()] == ["b", "a"]
            await session.close()

    async def test_a_refused_mail_does_not_stop_the_others(self) -> None:
        async with FaultyPop3({"a": mail("a"), "b": mail("b")}, {"RETR": ["say:-ERR broken\r\n"]}).serving() as server:
            session = await opened(server)
            assert [popped.uidl for popped in await session.fetch((), limit=1) or ()] == ["b"]
            assert await session.fetch({"b"}) is None
            await session.close()

    @pytest.mark.parametrize(
        ("at", "step", "kind"),
        [
            ("greeting", "say:-ERR go away\r\n", FaultKind.REFUSED),
            ("greeting", "close", FaultKind.LOST),
            ("greeting", "hang", FaultKind.TIMEOUT),
            ("greeting", "drip", FaultKind.TIMEOUT),
            ("greeting", "say:" + "x" * 100_000, FaultKind.PROTOCOL),
            ("USER", "close", FaultKind.LOST),
            ("PASS", "say:-ERR [AUTH] wrong\r\n", FaultKind.AUTH),
            ("PASS", "say:-ERR [IN-USE] locked by another\r\n", FaultKind.REFUSED),
            ("PASS", "say:-ERR [LOGIN-DELAY] wait\r\n", FaultKind.REFUSED),
            ("PASS", "say:-ERR [SYS/TEMP] database\r\n", FaultKind.REFUSED),
            ("PASS", "hang", FaultKind.TIMEOUT),
            ("UIDL", "say:-ERR unknown\r\n", FaultKind.PROTOCOL),
            ("UIDL", "cut:8", FaultKind.LOST),
            ("LIST", "hang", FaultKind.TIMEOUT),
        ],
    )
    async def test_opening(self, at: str, step: str, kind: FaultKind) -> None:
        async with FaultyPop3({"a": mail("a")}, {at: [step]}).serving() as server:
            started = time.monotonic()
            with pytest.raises(TransportFault) as caught:
                await opened(server)
        assert caught.value.kind is kind
        assert time.monotonic() - started < 3

    async def test_a_slow_body_meets_its_deadline(self) -> None:
        async with FaultyPop3({"a": mail("a")}, {"RETR": ["drip"]}).serving() as server:
            session = await opened(server)
            with pytest.raises(TransportFault) as caught:
                await session.fetch(())
        assert caught.value.kind is FaultKind.TIMEOUT

    async def test_the_whole_session_has_a_deadline(self) -> None:
        server = FaultyPop3({f"u{n}": mail("m") for n in range(40)}, {"RETR": ["drip"] * 40})
        async with server.serving():
            session = PopSession(patience=Patience(phase_seconds=60, total_seconds=0.7))
            await session.open(server.endpoint())
            with pytest.raises(TransportFault) as caught:
                await session.fetch(())
        assert caught.value.kind is FaultKind.TIMEOUT

    async def test_nobody_listens(self) -> None:
        async with FaultyPop3({}).serving() as server:
            endpoint = server.endpoint()
        with pytest.raises(TransportFault) as caught:
            await PopSession(patience=QUICK).open(endpoint)
        assert caught.value.kind is FaultKind.REFUSED

    async def test_a_password_with_a_line_end_is_not_sent(self) -> None:
        async with FaultyPop3({}).serving() as server:
            endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "u", "secret\r\nDELE 1")
            with pytest.raises(TransportFault) as caught:
                await PopSession(patience=QUICK).open(endpoint)
        assert caught.value.kind is FaultKind.AUTH
        assert not [line for line in server.ledger if line.startswith(("USER", "PASS", "DELE"))]

    async def test_cancelling_leaves_no_connection(self) -> None:
        async with FaultyPop3({"a": mail("a")}, {"RETR": ["hang"]}).serving() as server:
            session = await opened(server)
            task = asyncio.create_task(session.fetch(()))
            await server.heard("RETR 1")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            with pytest.raises(TransportFault):
                await session.delete({"a"})


class TestEncryption:
    async def test_plain_is_refused_outside_loopback(self) -> None:
        endpoint = Endpoint("192.0.2.1", 110, Security.PLAIN, "u", "p")
        with pytest.raises(TransportFault) as caught:
            await PopSession(patience=QUICK).open(endpoint)
        assert caught.value.kind is FaultKind.TLS

    @pytest.mark.parametrize("from_start", [True, False])
    async def test_tls_and_stls(self, certificates: Certificates, from_start: bool) -> None:
        ca_file, tls = certificates.ca, certificates.server_context()
        security = Security.TLS if from_start else Security.STARTTLS
        async with FaultyPop3({"a": mail("a")}, tls=tls).serving(tls_from_start=from_start) as server:
            session = PopSession(patience=QUICK)
            await session.open(server.endpoint(security, str(ca_file)))
            (popped,) = await session.fetch(()) or ()
            assert await session.delete({"a"}) == {"a"}
        assert popped.content == mail("a")

    async def test_an_unknown_certificate_is_refused(self, certificates: Certificates) -> None:
        async with FaultyPop3({}, tls=certificates.server_context()).serving(tls_from_start=True) as server:
            with pytest.raises(TransportFault) as caught:
                await PopSession(patience=QUICK).open(server.endpoint(Security.TLS))
        assert caught.value.kind is FaultKind.TLS
        assert "PASS" not in server.ledger

    @pytest.mark.parametrize(
        "step",
        ["say:-ERR not here\r\n", "say:+OK begin\r\n+OK slipped in\r\n", "say:+OK begin\r\n-ERR x\r\n.\r\n"],
    )
    async def test_no_word_in_clear_when_stls_fails(self, certificates: Certificates, step: str) -> None:
        ca_file, tls = certificates.ca, certificates.server_context()
        async with FaultyPop3({}, {"STLS": [step]}, tls=tls).serving() as server:
            with pytest.raises(TransportFault) as caught:
                await PopSession(patience=QUICK).open(server.endpoint(Security.STARTTLS, str(ca_file)))
        assert caught.value.kind is FaultKind.TLS
        assert server.ledger[0] == "STLS"
        assert not {"USER support@example.test", "PASS"} & set(server.ledger)


class TestDovecot:
    """The same against a real server."""

    def endpoint(self, server: Dovecot, security: Security) -> Endpoint:
        port = server.pop3s if security is Security.TLS else server.pop3
        return Endpoint("localhost", port, security, "sales@desk.test", DOVECOT_PASSWORD, str(server.ca))

    async def emptied(self, server: Dovecot) -> None:
        session = PopSession()
        await session.open(self.endpoint(server, Security.PLAIN))
        await session.delete(session.listed)

    @pytest.mark.parametrize("security", list(Security))
    async def test_fetch_and_delete(self, dovecot: Dovecot, security: Security) -> None:
        contents = [mail(f"{security}{n}", f".\r\n..{n}\r\n") for n in range(60)]
        await self.emptied(dovecot)
        for content in contents:
            await asyncio.to_thread(dovecot.deliver, "sales@desk.test", content)
        session = PopSession()
        await session.open(self.endpoint(dovecot, security))
        first = await session.fetch(()) or ()
        second = await session.fetch({popped.uidl for popped in first}) or ()
        brought = [(popped.content or b"").partition(b"\r\nFrom: anna")[2] for popped in (*first, *second)]
        assert brought == [content.partition(b"From: anna")[2] for content in contents]
        half = {popped.uidl for popped in first}
        assert await session.delete(half) == half
        await session.open(self.endpoint(dovecot, security))
        assert session.listed == {popped.uidl for popped in second}
        await session.close()

    async def test_a_session_cut_after_dele_deletes_nothing(self, dovecot: Dovecot) -> None:
        await self.emptied(dovecot)
        await asyncio.to_thread(dovecot.deliver, "sales@desk.test", mail("kept"))
        endpoint = self.endpoint(dovecot, Security.PLAIN)
        wire = PopWire(endpoint, Patience())
        await wire.dial()
        for command in (f"USER {endpoint.user}", f"PASS {endpoint.password}", "DELE 1"):
            assert (await wire.ask(command)).startswith("+OK")
        wire.drop()
        session = PopSession()
        async with asyncio.timeout(10):
            await session.open(endpoint)
        assert len(session.listed) == 1
        await session.close()

    async def test_a_wrong_password(self, dovecot: Dovecot) -> None:
        endpoint = Endpoint("localhost", dovecot.pop3s, Security.TLS, "sales@desk.test", "wrong", str(dovecot.ca))
        with pytest.raises(TransportFault) as caught:
            await PopSession().open(endpoint)
        assert caught.value.kind is FaultKind.AUTH
