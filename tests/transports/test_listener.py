"""The SMTP and LMTP listener over real sockets: what is taken, what a client is told, and how much it may ask."""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from gateway.transports.doorkeeper import Doorkeeper, Limits
from gateway.transports.listener import Door, Protocol, listen
from models.rules.reception import receive
from models.types.errors import DatabaseError
from models.types.reception import Reception
from tests.servers.certificates import Certificates

OWN = {f"{name}@desk.test" for name in ("support", "one", "two", "n0", "n1", "n2")}
MAIL = b"From: anna@customer.test\r\nSubject: help\r\n\r\n.leading dot\r\n\xe4 NUL \0\r\n"


@dataclass
class Behind:
    """What stands behind the door: a list, and what it shall raise."""

    kept: list[tuple[bytes, str, tuple[str, ...]]] = field(default_factory=list)
    fault: Exception | None = None
    port: int = 0

    async def judge(self, address: str) -> Reception:
        if isinstance(self.fault, DatabaseError) and address.startswith("judged"):
            raise self.fault
        return receive(address, own=OWN, domains={"desk.test"}, catchalls=())

    async def keep(self, content: bytes, sender: str, recipients: tuple[str, ...]) -> None:
        if self.fault is not None:
            raise self.fault
        self.kept.append((content, sender, recipients))

    @asynccontextmanager
    async def open(
        self,
        protocol: Protocol = Protocol.SMTP,
        *,
        limits: Limits | None = None,
        size_limit: int = 100_000,
        tls: ssl.SSLContext | None = None,
    ) -> AsyncIterator["Behind"]:
        door = Door(self.judge, self.keep, "mx.desk.test", protocol, size_limit, tls)
        server = await listen(door, "127.0.0.1", 0, limits=limits)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def talk(self, *lines: bytes, until: int | None = None) -> list[bytes]:
        """Say everything at once and return the reply lines: all until the end, or the first ``until``."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(b"".join(line + b"\r\n" for line in lines))
            async with asyncio.timeout(10):
                if until is None:
                    return (await reader.read()).splitlines()
                return [(await reader.readline()).rstrip() for _ in range(until)]
        finally:
            writer.close()
            await writer.wait_closed()


def send(port: int, sender: str, to: list[str], content: bytes, *, lmtp: bool = False) -> dict[str, tuple[int, bytes]]:
    client = smtplib.LMTP("127.0.0.1", port, timeout=10) if lmtp else smtplib.SMTP("127.0.0.1", port, timeout=10)
    with client:
        return client.sendmail(sender, to, content)


class TestTaking:
    @pytest.mark.parametrize("protocol", list(Protocol))
    async def test_a_mail_is_kept_as_it_came(self, protocol: Protocol) -> None:
        async with Behind().open(protocol) as behind:
            refused = await asyncio.to_thread(
                send, behind.port, "anna@customer.test",
                ["support@desk.test", "nobody@desk.test", "x@other.test"], MAIL,
                lmtp=protocol is Protocol.LMTP,
            )  # fmt: skip
        assert behind.kept == [(MAIL, "anna@customer.test", ("support@desk.test",))]
        assert refused["nobody@desk.test"][0] == 550
        assert refused["nobody@desk.test"][1].startswith(b"5.1.1")
        assert refused["x@other.test"][0] == 550
        assert refused["x@other.test"][1].startswith(b"5.7.1")

    async def test_the_null_sender(self) -> None:
        async with Behind().open() as behind:
            await asyncio.to_thread(send, behind.port, "", ["support@desk.test"], MAIL)
        assert behind.kept[0][1] == ""

    async def test_several_mails_on_one_connection(self) -> None:
        mail = (b"MAIL FROM:<a@b.test>", b"RCPT TO:<support@desk.test>", b"DATA")
        async with Behind().open() as behind:
            replies = await behind.talk(
                b"EHLO x", *mail, b"one", b".", *mail, b"..", b".", b"RSET", *mail, b"three", b".", b"QUIT"
            )
        assert [kept[0] for kept in behind.kept] == [b"one\r\n", b".\r\n", b"three\r\n"]
        assert replies[-1].startswith(b"221")

    async def test_lmtp_answers_once_a_recipient(self) -> None:
        async with Behind().open(Protocol.LMTP) as behind:
            replies = await behind.talk(
                b"LHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<one@desk.test>", b"RCPT TO:<nobody@desk.test>",
                b"RCPT TO:<two@desk.test>", b"DATA", b"x", b".", b"QUIT",
            )  # fmt: skip
        assert [line[:3] for line in replies[-4:]] == [b"354", b"250", b"250", b"221"]
        assert behind.kept == [(b"x\r\n", "a@b.test", ("one@desk.test", "two@desk.test"))]

    async def test_a_bare_line_feed_ends_nothing(self) -> None:
        smuggled = b"x\n.\nMAIL FROM:<evil@b.test>\r\n.\rRCPT\r\n\n.\r\n"
        async with Behind().open() as behind:
            await behind.talk(
                b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<support@desk.test>", b"DATA", smuggled + b".", b"QUIT"
            )
        assert len(behind.kept) == 1
        assert behind.kept[0][0] == smuggled.replace(b"\r\n.\rRCPT", b"\r\n\rRCPT")

    async def test_lines_of_any_length(self) -> None:
        content = (
            b"a" * 65_534 + b"\r\n" + b"b" * 65_535 + b"\r\n." + b"c" * 65_536 + b"\r\n" + b"d" * 300_000 + b"\r\n"
        )
        async with Behind().open(size_limit=1_000_000) as behind:
            await asyncio.to_thread(send, behind.port, "a@b.test", ["support@desk.test"], content)
        assert behind.kept[0][0] == content


class TestRefusing:
    @pytest.mark.parametrize("fault", [DatabaseError("The database is locked."), ValueError("unforeseen")])
    async def test_trouble_is_temporary_and_says_nothing_of_us(self, fault: Exception) -> None:
        async with Behind(fault=fault).open(Protocol.LMTP) as behind:
            replies = await behind.talk(
                b"LHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<one@desk.test>", b"RCPT TO:<two@desk.test>",
                b"DATA", b"x", b".", b"QUIT",
            )  # fmt: skip
        assert replies[-3:-1] == [b"451 4.3.0 Not stored, try again later"] * 2

    async def test_trouble_while_judging(self) -> None:
        async with Behind(fault=DatabaseError("down")).open() as behind:
            replies = await behind.talk(b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<judged@desk.test>", b"QUIT")
        assert replies[-2].startswith(b"451 4.3.0")

    @pytest.mark.parametrize("protocol", list(Protocol))
    async def test_too_large(self, protocol: Protocol) -> None:
        hello = b"LHLO x" if protocol is Protocol.LMTP else b"EHLO x"
        async with Behind().open(protocol, size_limit=1000) as behind:
            announced = await behind.talk(hello, b"MAIL FROM:<a@b.test> SIZE=1001", b"QUIT")
            sent = await behind.talk(
                hello, b"MAIL FROM:<a@b.test>", b"RCPT TO:<one@desk.test>", b"RCPT TO:<two@desk.test>", b"DATA",
                b"x" * 5_000, b"y" * 200_000, b".", b"NOOP", b"QUIT",
            )  # fmt: skip
        assert announced[-2].startswith(b"552")
        assert [line[:3] for line in sent].count(b"552") == (2 if protocol is Protocol.LMTP else 1)
        assert sent[-2].startswith(b"250")
        assert behind.kept == []

    async def test_exactly_the_limit_is_not_too_large(self) -> None:
        async with Behind().open(size_limit=1000) as behind:
            await asyncio.to_thread(send, behind.port, "a@b.test", ["support@desk.test"], b"x" * 998 + b"\r\n")
        assert len(behind.kept[0][0]) == 1000

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (b"VRFY support", b"502"),
            (b"EXPN all", b"502"),
            (b"AUTH PLAIN AGEAYg==", b"502"),
            (b"DATA", b"503"),
            (b"RCPT TO:<>", b"553"),
            (b"RCPT TO:<support@desk.test> NOTIFY=NEVER", b"555"),
            (b"RCPT TO:<sup\xffport@desk.test>", b"553"),
            (b"RCPT TO:<sup\0port@desk.test>", b"553"),
            (b"RCPT TO:" + b"<" * 400, b"553"),
            (b"x" * 10_000, b"500"),
            (b"\x1b[2J", b"500"),
        ],
    )
    async def test_replies(self, line: bytes, code: bytes) -> None:
        async with Behind().open() as behind:
            replies = await behind.talk(b"EHLO x", b"MAIL FROM:<a@b.test>", line, b"QUIT")
        assert replies[-2][:3] == code
        assert b"AUTH" not in b"".join(replies[:7])

    async def test_hello_comes_first(self) -> None:
        async with Behind().open() as behind:
            assert (await behind.talk(b"MAIL FROM:<a@b.test>", b"QUIT"))[1].startswith(b"503")

    async def test_a_client_that_goes_away_leaves_nothing(self) -> None:
        async with Behind().open() as behind:
            await behind.talk(
                b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<support@desk.test>", b"DATA", b"half a mail", until=9
            )
            assert (await behind.talk(b"EHLO x", b"QUIT"))[-1].startswith(b"221")
        assert behind.kept == []


class TestLimits:
    async def test_recipients(self) -> None:
        async with Behind().open(limits=Limits(recipients=2)) as behind:
            names = [f"RCPT TO:<n{n}@desk.test>".encode() for n in range(3)]
            replies = await behind.talk(b"EHLO x", b"MAIL FROM:<a@b.test>", *names, b"QUIT")
        assert [line[:3] for line in replies[-4:]] == [b"250", b"250", b"452", b"221"]

    async def test_connections(self) -> None:
        async with Behind().open(limits=Limits(connections=1)) as behind:
            _, first = await asyncio.open_connection("127.0.0.1", behind.port)
            await until_answer(behind, lambda replies: replies[0].startswith(b"421"))
            first.close()
            await first.wait_closed()
            await until_answer(behind, lambda replies: replies[0].startswith(b"220"))

    async def test_a_client_that_says_nothing(self) -> None:
        async with Behind().open(limits=Limits(idle_seconds=0.3)) as behind:
            assert (await behind.talk())[0].startswith(b"220")

    async def test_a_client_that_drips(self) -> None:
        async with Behind().open(limits=Limits(idle_seconds=0.5)) as behind:
            reader, writer = await asyncio.open_connection("127.0.0.1", behind.port)
            writer.write(b"EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<support@desk.test>\r\nDATA\r\n")
            drip = asyncio.create_task(dripping(writer))
            async with asyncio.timeout(5):
                assert b"354" in await to_the_end(reader)
            drip.cancel()
            writer.close()
        assert behind.kept == []

    async def test_a_session_without_end(self) -> None:
        async with Behind().open(limits=Limits(session_seconds=0.5)) as behind:
            reader, writer = await asyncio.open_connection("127.0.0.1", behind.port)
            drip = asyncio.create_task(dripping(writer, b"NOOP\r\n"))
            async with asyncio.timeout(5):
                assert b"250 OK" in await to_the_end(reader)
            drip.cancel()
            writer.close()

    def test_a_peer_is_slowed_and_forgiven(self) -> None:
        now = [0.0]
        keeper = Doorkeeper(Limits(mails_per_minute=60), clock=lambda: now[0])
        assert [keeper.may_send("192.0.2.1") for _ in range(61)].count(True) == 60
        assert keeper.may_send("192.0.2.2")
        now[0] += 2.5
        assert [keeper.may_send("192.0.2.1") for _ in range(5)].count(True) == 2

    def test_who_is_one_peer(self) -> None:
        keeper = Doorkeeper(Limits(mails_per_minute=1, connections=100, connections_per_peer=1))
        assert keeper.may_send("2001:db8::1")
        assert not keeper.may_send("2001:db8::2")
        assert keeper.may_send("2001:db8:0:1::1")
        assert keeper.may_send("192.0.2.1")
        assert not keeper.may_send("::ffff:192.0.2.1")
        assert all(keeper.may_send(here) for here in ("127.0.0.1", "::1", "127.0.0.1"))
        assert keeper.enter("192.0.2.1")
        assert not keeper.enter("192.0.2.1")
        keeper.leave("192.0.2.1")
        assert keeper.enter("192.0.2.1")

    def test_a_crowd_of_peers_does_not_fill_the_memory(self) -> None:
        keeper = Doorkeeper(Limits(mails_per_minute=1))
        for number in range(10_050):
            keeper.may_send(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        assert len(keeper._mails) == 10_000


class TestEncryption:
    async def test_starttls(self, certificates: Certificates) -> None:
        def encrypted(port: int) -> bytes:
            with smtplib.SMTP("localhost", port, timeout=10) as client:
                client.starttls(context=ssl.create_default_context(cafile=certificates.ca))
                client.ehlo("x")
                client.sendmail("a@b.test", ["support@desk.test"], MAIL)
                return client.ehlo("x")[1]

        async with Behind().open(tls=certificates.server_context()) as behind:
            offered = await asyncio.to_thread(encrypted, behind.port)
        assert behind.kept[0][0] == MAIL
        assert b"AUTH" not in offered

    async def test_words_slipped_in_before_tls_are_forgotten(self, certificates: Certificates) -> None:
        def injected(port: int) -> bytes:
            raw = socket.create_connection(("127.0.0.1", port), timeout=10)
            raw.recv(1000)
            raw.sendall(b"EHLO x\r\nSTARTTLS\r\nMAIL FROM:<evil@b.test>\r\n")
            said = b""
            while b"220 Ready" not in said:
                said += raw.recv(1000)
            with ssl.create_default_context(cafile=certificates.ca).wrap_socket(
                raw, server_hostname="localhost"
            ) as safe:
                safe.sendall(b"EHLO x\r\nRCPT TO:<support@desk.test>\r\nQUIT\r\n")
                said = b""
                while chunk := safe.recv(1000):
                    said += chunk
                return said

        async with Behind().open(tls=certificates.server_context()) as behind:
            said = await asyncio.to_thread(injected, behind.port)
        assert b"503 Error: need MAIL command" in said

    async def test_is_not_offered_without_a_certificate(self) -> None:
        async with Behind().open() as behind:
            replies = await behind.talk(b"EHLO x", b"STARTTLS", b"QUIT")
        assert b"STARTTLS" not in b"".join(replies[:-2])
        assert replies[-2].startswith(b"454")


async def until_answer(behind: Behind, right: Callable[[list[bytes]], bool]) -> None:
    async with asyncio.timeout(5):
        while not right(await behind.talk(b"QUIT", until=1)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def to_the_end(reader: asyncio.StreamReader) -> bytes:
    """Everything that was said; a server that hangs up on what still drips in resets the line."""
    said = b""
    with suppress(ConnectionResetError):
        while more := await reader.read(1000):
            said += more
    return said


async def dripping(writer: asyncio.StreamWriter, drop: bytes = b"x") -> None:
    while True:
        writer.write(drop)
        await asyncio.sleep(0.05)
