"""Signing in by access token: against a real Dovecot that asks its provider about each, and a real Postfix."""

from dataclasses import replace

import pytest

from gateway.transports import bearer
from gateway.transports.bearer import initial, mechanism, refusal
from gateway.transports.faults import FaultKind, TransportFault
from gateway.transports.imap import ImapSession
from gateway.transports.pop3 import PopSession
from gateway.transports.smtp import SmtpSession
from models.types.account import Auth, Endpoint, Security
from models.types.outbox import Reason, Refused
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

USER = "ada@desk.test"
BAD = ("expired", "revoked", "garbage", "somebody else's")


def token(dovecot: Dovecot, sort: str) -> str:
    provider = dovecot.provider
    made = provider.issue("bob@customer.test" if sort == "somebody else's" else USER, -10 if sort == "expired" else 600)
    provider.access[made].revoked = sort == "revoked"
    return "no-token-at-all" if sort == "garbage" else made


def endpoint(dovecot: Dovecot, port: int, security: Security, sort: str = "good") -> Endpoint:
    return Endpoint("localhost", port, security, USER, token(dovecot, sort), str(dovecot.ca), Auth.OAUTH)


async def imap_says(where: Endpoint) -> TransportFault | None:
    session = ImapSession(command_seconds=20)
    try:
        await session.open(where)
    except TransportFault as fault:
        return fault
    finally:
        await session.close()
    return None


async def pop3_says(where: Endpoint) -> TransportFault | None:
    session = PopSession()
    try:
        await session.open(where)
    except TransportFault as fault:
        return fault
    finally:
        await session.close()
    return None


@pytest.mark.parametrize("name", bearer.MECHANISMS)
async def test_a_good_token_lets_in_everywhere(
    dovecot: Dovecot, postfix: Postfix, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bearer, "MECHANISMS", (name,))
    for security in Security:
        port = dovecot.imaps if security is Security.TLS else dovecot.imap
        assert await imap_says(endpoint(dovecot, port, security)) is None
        port = dovecot.pop3s if security is Security.TLS else dovecot.pop3
        assert await pop3_says(endpoint(dovecot, port, security)) is None
    session = SmtpSession()
    assert await session.open(endpoint(dovecot, postfix.smtps, Security.TLS), hostname="desk.test") is None
    await session.close()


@pytest.mark.parametrize("name", bearer.MECHANISMS)
@pytest.mark.parametrize("sort", BAD)
async def test_a_bad_one_is_refused_as_a_login(
    dovecot: Dovecot, postfix: Postfix, sort: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bearer, "MECHANISMS", (name,))
    for fault in (
        await imap_says(endpoint(dovecot, dovecot.imaps, Security.TLS, sort)),
        await pop3_says(endpoint(dovecot, dovecot.pop3s, Security.TLS, sort)),
    ):
        assert fault is not None
        assert fault.kind is FaultKind.AUTH
    session = SmtpSession()
    outcome = await session.open(endpoint(dovecot, postfix.smtps, Security.TLS, sort), hostname="desk.test")
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.account_wide, session.usable) == (Reason.AUTH, True, False)


def test_a_token_is_not_told_to_a_server_that_takes_none() -> None:
    with pytest.raises(TransportFault, match="takes no sign-in by token") as caught:
        mechanism(["PLAIN", "LOGIN"], "mail.desk.test")
    assert (caught.value.kind, caught.value.remedy != "") == (FaultKind.AUTH, True)


@pytest.mark.parametrize("sign", ["\x01", "\r\n", "\0", "\x7f"])
def test_nothing_breaks_out_of_the_exchange(sign: str) -> None:
    good = Endpoint("mail.desk.test", 993, Security.TLS, USER, "tok", auth=Auth.OAUTH)
    for bad in (replace(good, user=f"a{sign}b"), replace(good, password=f"a{sign}b")):
        for name in ("XOAUTH2", "OAUTHBEARER"):
            with pytest.raises(TransportFault, match="control character"):
                initial(name, bad)


def test_the_words_of_the_standards() -> None:
    where = Endpoint("server.example.com", 143, Security.TLS, "user@example.com", "vF9dft4qmTc2", auth=Auth.OAUTH)
    assert initial("OAUTHBEARER", where) == (  # RFC 7628 4.1
        b"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9dft4qmTc2\x01\x01"
    )
    assert initial("XOAUTH2", where) == b"user=user@example.com\x01auth=Bearer vF9dft4qmTc2\x01\x01"
    assert refusal("eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=") == "invalid_token"
    assert refusal("!!") == refusal("W10=") == ""
