"""SMTP against a scripted server: every fault at every step ends as the right Outcome, and none is claimed sent."""

import asyncio
from itertools import zip_longest

import pytest

from gateway.transports.smtp import SmtpSession
from gateway.transports.smtp_dialogue import Deadlines
from models.types.account import Endpoint, Security
from models.types.outbox import Accepted, Deferred, Outcome, Phase, Reason, Refused, Unknown
from tests.servers.certificates import Certificates
from tests.servers.faulty_smtp import FaultySmtp
from tests.servers.scripted import Fault

QUICK = Deadlines(connect=1, command=0.5, ahead=0.5, data=0.5, block=0.5, dot=0.5, quit=0.3)
WIRE = b"Message-ID: <1@desk.test>\r\nSubject: hi\r\n\r\nHello\r\n.\r\n..two\r\nend\r\n"


class Dot:
    """What the caller does before the final dot, and whether it was asked to."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error, self.asked = error, 0

    async def __call__(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error


async def send(
    server: FaultySmtp, dot: Dot | None = None, *, to: str = "bo@customer.test", wire: bytes = WIRE
) -> Outcome:
    """Open, deliver one, close."""
    session = SmtpSession(QUICK)
    try:
        failed = await session.open(server.endpoint(), hostname="desk.test")
        return failed or await session.deliver("bounce@desk.test", to, wire, before_dot=dot or Dot())
    finally:
        await session.close()


async def test_a_mail_arrives_byte_for_byte_and_the_connection_is_kept() -> None:
    server, session, dot = FaultySmtp(), SmtpSession(QUICK), Dot()
    async with server.serving():
        assert await session.open(server.endpoint(), hostname="desk.test") is None
        for _ in range(3):
            assert session.usable
            assert await session.deliver("", "bo@customer.test", WIRE, before_dot=dot) == Accepted("2.0.0 queued")
            assert server.last == WIRE
        await session.close()
    assert not session.usable
    assert (server.connections, dot.asked) == (1, 3)
    assert server.heard[0] == "EHLO desk.test"
    assert [line for line in server.heard if line.startswith("MAIL")] == [f"MAIL FROM:<> SIZE={len(WIRE)}"] * 3
    assert server.heard[-1] == "QUIT"


@pytest.mark.parametrize("body", [b"a\nb\r.\rc", b"\r\n.\r\nMAIL FROM:<x@y>\r\n", b"\n.\n", b".", b"", b"x" * 200_000])
async def test_no_body_ends_itself(body: bytes) -> None:
    server = FaultySmtp()
    async with server.serving():
        assert isinstance(await send(server, wire=b"Message-ID: <1@x>\r\n\r\n" + body), Accepted)
    expected = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    assert server.last.partition(b"\r\n\r\n")[2] == expected + (
        b"" if expected.endswith(b"\r\n") or not body else b"\r\n"
    )
    assert len(server.entries) == 2  # the login, the one mail


async def test_a_body_larger_than_every_buffer() -> None:
    server = FaultySmtp(extensions=("AUTH PLAIN",))
    wire = b"Message-ID: <1@x>\r\n\r\n" + b".dotted line of some length\r\n" * 300_000
    async with server.serving():
        assert isinstance(await send(server, wire=wire), Accepted)
    assert server.last == wire


PHASES = {"ehlo": Phase.CONNECT, "body": Phase.DATA}
IN_FORM = {("ehlo", "say 250 what"), ("mail", "say 250 what"), ("rcpt", "say 250 what")}  # good answers, in fact
BIG = b"Message-ID: <1@desk.test>\r\n\r\n" + b"more than the sockets between hold\r\n" * 400_000


@pytest.mark.parametrize("do", ["close", "reset", "hang", "garbage", "endless", "say 250 what"])
@pytest.mark.parametrize("at", ["connect", "ehlo", "auth", "mail", "rcpt", "data", "body"])
async def test_a_fault_before_the_dot_defers(at: str, do: str) -> None:
    server, dot = FaultySmtp(Fault(at, do), extensions=("AUTH PLAIN",)), Dot()
    async with server.serving():
        outcome = await send(server, dot, wire=BIG if at == "body" else WIRE)
    if (at, do) in IN_FORM:
        assert isinstance(outcome, Accepted | Deferred)
        return
    assert isinstance(outcome, Deferred)
    assert outcome.phase is (PHASES.get(at) or Phase(at))
    assert outcome.account_wide == (at in ("connect", "ehlo", "auth", "mail"))
    assert outcome.text
    assert server.noted("accepted") == []
    assert dot.asked == 0


@pytest.mark.parametrize(
    "do", ["close", "reset", "hang", "garbage", "accept_then_reset", "accept_then_close", "accept_then_hang",
           "reject_then_reset", "say 354 more", "say nothing of the sort"],
)  # fmt: skip
async def test_no_reply_after_the_dot_is_unknown(do: str) -> None:
    server, dot = FaultySmtp(Fault("dot", do)), Dot()
    async with server.serving():
        outcome = await send(server, dot)
    assert isinstance(outcome, Unknown)
    assert dot.asked == 1


@pytest.mark.parametrize(
    ("at", "reply", "expected", "wide"),
    [
        ("connect", "421 4.3.2 busy", Deferred, True),
        ("connect", "554 5.7.1 go away", Deferred, True),
        ("auth", "454 4.7.0 later", Deferred, True),
        ("auth", "535 5.7.8 bad credentials", Refused, True),
        ("mail", "530 5.7.0 authentication required", Refused, True),
        ("mail", "421 4.7.0 too much", Deferred, True),
        ("mail", "553 5.7.1 sender not owned by user", Refused, False),
        ("rcpt", "450 4.2.0 greylisted", Deferred, False),
        ("rcpt", "550 5.1.1 unknown", Refused, False),
        ("data", "451 4.3.0 disk", Deferred, False),
        ("data", "554 5.6.0 no", Refused, False),
        ("dot", "451 4.3.0 try again", Deferred, False),
        ("dot", "552 5.3.4 too big", Refused, False),
        ("dot", "250 ok", Accepted, False),
    ],
)
async def test_replies(at: str, reply: str, expected: type[Outcome], wide: bool) -> None:
    server = FaultySmtp(Fault(at, f"say {reply}"))
    async with server.serving():
        outcome = await send(server)
    assert isinstance(outcome, expected)
    if isinstance(outcome, Deferred | Refused):
        assert (outcome.code, outcome.account_wide) == (int(reply[:3]), wide)
        assert outcome.text == reply[4:]
        assert outcome.enhanced == reply.split()[1]


async def test_a_refusal_in_the_middle_of_the_body_is_heard() -> None:
    server, dot = FaultySmtp(Fault("body", "say 552 5.3.4 too big")), Dot()
    async with server.serving():
        outcome = await send(server, dot, wire=b"Message-ID: <1@x>\r\n\r\n" + b"line\r\n" * 500_000)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.phase, outcome.reason) == (552, Phase.DATA, Reason.SIZE)
    assert server.noted("accepted") == []


async def test_one_refused_recipient_leaves_the_connection_to_the_next() -> None:
    server, session = FaultySmtp(), SmtpSession(QUICK)
    async with server.serving():
        assert await session.open(server.endpoint(), hostname="x") is None
        for to, expected in (("refused@x.test", Refused), ("later@x.test", Deferred), ("bo@x.test", Accepted)):
            assert isinstance(await session.deliver("", to, WIRE, before_dot=Dot()), expected)
        await session.close()
    assert (server.connections, server.heard.count("RSET")) == (1, 2)


@pytest.mark.parametrize("error", [RuntimeError("the lease is lost"), asyncio.CancelledError()])
async def test_what_stops_the_caller_stops_the_mail(error: BaseException) -> None:
    server, dot = FaultySmtp(), Dot(error)
    async with server.serving():
        with pytest.raises(type(error)):
            await send(server, dot)
        await server.until("cut")
    assert server.noted("accepted") == []


async def test_a_slow_server_is_waited_for() -> None:
    server = FaultySmtp(*(Fault(at, "drip") for at in ("connect", "ehlo", "mail", "rcpt", "data", "dot")))
    session = SmtpSession(Deadlines(command=5, dot=5))
    async with server.serving():
        assert await session.open(server.endpoint(), hostname="x") is None
        assert isinstance(await session.deliver("", "bo@x.test", WIRE, before_dot=Dot()), Accepted)
        await session.close()


async def test_slower_than_the_whole_deadline_is_too_slow() -> None:
    server = FaultySmtp(Fault("ehlo", "drip"))
    server.extensions = ("X" * 500,)
    async with server.serving():
        outcome = await send(server)
    assert isinstance(outcome, Deferred)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("info@bücher.test", "RCPT TO:<info@xn--bcher-kva.test>"),
        ("Bo.Big@CUSTOMER.test", "RCPT TO:<Bo.Big@customer.test>"),
        ("jörg@bücher.test", ""),
        ("a>\r\nRCPT TO:<b@c.test", ""),
        ("a@b.test> SIZE=1 <x@y.test", ""),
        ("no address", ""),
        ("", ""),
    ],
)
async def test_envelope_addresses(to: str, expected: str) -> None:
    server = FaultySmtp()
    async with server.serving():
        outcome = await send(server, to=to)
    if expected:
        assert isinstance(outcome, Accepted)
        assert expected in server.heard
    else:
        assert isinstance(outcome, Refused)
        assert (outcome.reason, outcome.account_wide) == (Reason.USER, False)
        assert not [line for line in server.heard if line.startswith(("MAIL", "RCPT"))]


async def test_smtputf8_where_it_is_offered() -> None:
    server = FaultySmtp()
    server.extensions += ("SMTPUTF8",)
    async with server.serving():
        assert isinstance(await send(server, to="jörg@bücher.test"), Accepted)
    assert "RCPT TO:<jörg@xn--bcher-kva.test>" in server.heard
    assert any(line.startswith("MAIL") and line.endswith(" SMTPUTF8") for line in server.heard)


async def test_too_big_is_not_even_begun() -> None:
    server = FaultySmtp(extensions=("SIZE 50", "AUTH PLAIN"))
    async with server.serving():
        outcome = await send(server)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.SIZE
    assert not [line for line in server.heard if line.startswith("MAIL")]


@pytest.mark.parametrize("methods", ["PLAIN LOGIN", "LOGIN"])
async def test_a_wrong_password_is_tried_once(methods: str) -> None:
    server = FaultySmtp(passwords=("another",), extensions=(f"AUTH {methods}",))
    async with server.serving():
        outcome = await send(server)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.account_wide, outcome.code) == (Reason.AUTH, True, 535)
    assert len(server.noted("auth")) == 1


async def test_nobody_listens() -> None:
    session = SmtpSession(QUICK)
    outcome = await session.open(Endpoint("127.0.0.1", 9, Security.PLAIN, "u", "p"), hostname="x")
    assert outcome == Deferred(Reason.CONNECT, Phase.CONNECT, "127.0.0.1:9 refuses the connection.", account_wide=True)
    assert not session.usable
    assert isinstance(await session.deliver("", "a@b.test", WIRE, before_dot=Dot()), Deferred)


class TestEncryption:
    """Nothing secret is said in clear, whatever the server claims."""

    async def outcome(self, server: FaultySmtp, endpoint: Endpoint) -> Outcome | None:
        session = SmtpSession(QUICK)
        try:
            return await session.open(endpoint, hostname="x") or (
                await session.deliver("", "bo@x.test", WIRE, before_dot=Dot())
            )
        finally:
            await session.close()

    @pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
    async def test_verified(self, certificates: Certificates, security: Security) -> None:
        server = FaultySmtp(tls=certificates.server_context())
        server.extensions += ("STARTTLS",)
        async with server.serving(tls_from_start=security is Security.TLS):
            assert isinstance(await self.outcome(server, server.endpoint(security, certificates.ca)), Accepted)
        assert server.noted("auth")[0]["tls"]
        assert server.heard.count("EHLO x") == (1 if security is Security.TLS else 2)

    @pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
    @pytest.mark.parametrize("why", ["unknown", "misnamed", "no such file"])
    async def test_a_bad_certificate(self, certificates: Certificates, security: Security, why: str) -> None:
        server = FaultySmtp(tls=certificates.server_context(misnamed=why == "misnamed"))
        server.extensions += ("STARTTLS",)
        ca = {"unknown": "", "misnamed": str(certificates.ca), "no such file": "/nowhere.pem"}[why]
        async with server.serving(tls_from_start=security is Security.TLS):
            outcome = await self.outcome(server, server.endpoint(security, ca))
        assert isinstance(outcome, Deferred)
        assert (outcome.reason, outcome.account_wide) == (Reason.TLS, True)
        assert server.noted("auth") == []

    @pytest.mark.parametrize("how", ["not offered", "say 454 4.7.0 no", "inject", "close", "hang", "garbage"])
    async def test_no_starttls_no_words(self, certificates: Certificates, how: str) -> None:
        faults = [] if how == "not offered" else [Fault("starttls", how)]
        server = FaultySmtp(*faults, tls=certificates.server_context())
        server.extensions += () if how == "not offered" else ("STARTTLS",)
        async with server.serving():
            outcome = await self.outcome(server, server.endpoint(Security.STARTTLS, certificates.ca))
        assert isinstance(outcome, Deferred)
        assert outcome.account_wide
        assert server.noted("auth") == []
        assert not [line for line in server.heard if line.startswith(("AUTH", "MAIL"))]

    async def test_plain_text_never_leaves_the_machine(self) -> None:
        outcome = await SmtpSession().open(Endpoint("192.0.2.1", 25, Security.PLAIN, "u", "p"), hostname="x")
        assert isinstance(outcome, Deferred)
        assert outcome.reason is Reason.TLS


WORDS = ("SIZE 10000000", "8BITMIME", "AUTH PLAIN LOGIN")


@pytest.mark.parametrize(
    "do", ["reset", "close", "hang", "garbage", "say 421 4.3.2 not now", "say 450 4.2.0 later", "say 550 5.7.1 no"]
)
@pytest.mark.parametrize("at", ["mail", "rcpt", "data", "dot"])
async def test_said_in_one_go_it_ends_as_said_word_by_word(at: str, do: str) -> None:
    """RFC 2920: the replies come together, each is that of its own command, and the dialogue stays in step."""

    async def end(extensions: tuple[str, ...]) -> tuple[Outcome, bool, bool]:
        server, session = FaultySmtp(Fault(at, do), extensions=extensions), SmtpSession(QUICK)
        async with server.serving():
            assert await session.open(server.endpoint(), hostname="desk.test") is None
            outcome = await session.deliver("", "bo@customer.test", WIRE, before_dot=Dot())
            stands = session.usable
            again = stands and isinstance(
                await session.deliver("", "bo@customer.test", WIRE, before_dot=Dot()), Accepted
            )
            await session.close()
        return outcome, stands, again

    slowly, quickly = await end(WORDS), await end((*WORDS, "PIPELINING"))
    assert type(quickly[0]) is type(slowly[0])
    assert getattr(quickly[0], "phase", None) is getattr(slowly[0], "phase", None)
    assert getattr(quickly[0], "reason", None) is getattr(slowly[0], "reason", None)
    assert quickly[1] == quickly[2], "what stands can be used"
    assert quickly[1] == slowly[1]


@pytest.mark.parametrize("extensions", [WORDS, (*WORDS, "PIPELINING")], ids=["in order", "ahead"])
async def test_a_mail_may_be_said_ahead(extensions: tuple[str, ...]) -> None:
    server, session, dot = FaultySmtp(extensions=extensions), SmtpSession(QUICK), Dot()
    people = ["a@customer.test", "refused@customer.test", "later@customer.test", "b@customer.test", "c@customer.test"]
    outcomes = []
    async with server.serving():
        assert await session.open(server.endpoint(), hostname="desk.test") is None
        for one, then in zip_longest(people, people[1:]):
            following = ("", then, len(WIRE)) if then else None
            outcomes.append(type(await session.deliver("", one, WIRE, before_dot=dot, then=following)))
            assert session.pledged == ("PIPELINING" in extensions and one[0] in "ab" and bool(then))
        await session.close()
    assert outcomes == [Accepted, Refused, Deferred, Accepted, Accepted]
    assert [entry["recipient"] for entry in server.noted("accepted")] == [people[0], people[3], people[4]]
    assert (server.connections, dot.asked, server.heard[-1]) == (1, 3, "QUIT")


async def test_no_other_mail_goes_over_a_connection_that_waits_for_the_one_said_ahead() -> None:
    server, session = FaultySmtp(extensions=(*WORDS, "PIPELINING")), SmtpSession(QUICK)
    async with server.serving():
        assert await session.open(server.endpoint(), hostname="desk.test") is None
        then = ("", "a@customer.test", len(WIRE))
        assert await session.deliver("", "b@customer.test", WIRE, before_dot=Dot(), then=then) == Accepted(
            "2.0.0 queued"
        )
        outcome = await session.deliver("", "c@customer.test", WIRE, before_dot=Dot())
        assert isinstance(outcome, Deferred)
        assert not session.usable
    assert len(server.noted("accepted")) == 1


async def test_a_refusal_in_one_go_leaves_the_connection_good() -> None:
    server, session = FaultySmtp(extensions=(*WORDS, "PIPELINING")), SmtpSession(QUICK)
    async with server.serving():
        assert await session.open(server.endpoint(), hostname="desk.test") is None
        assert isinstance(await session.deliver("", "refused@customer.test", WIRE, before_dot=Dot()), Refused)
        for _ in range(2):
            assert await session.deliver("", "bo@customer.test", WIRE, before_dot=Dot()) == Accepted("2.0.0 queued")
            assert server.last == WIRE
        await session.close()


async def test_what_a_server_says_unasked_answers_nothing() -> None:
    """Between two mails it says 250: that is not the answer to the next MAIL."""
    more = "say 250 2.0.0 queued\r\n250 2.1.0 all is well\r\n250 2.1.5"
    server, session = FaultySmtp(Fault("dot", more), Fault("mail", "say 550 5.7.1 no", 2)), SmtpSession(QUICK)
    async with server.serving():
        assert await session.open(server.endpoint(), hostname="desk.test") is None
        assert isinstance(await session.deliver("", "bo@customer.test", WIRE, before_dot=Dot()), Accepted)
        assert isinstance(await session.deliver("", "bo@customer.test", WIRE, before_dot=Dot()), Refused)
        await session.close()
