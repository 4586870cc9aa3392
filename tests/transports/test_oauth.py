"""Consents: the device flow, the link with PKCE, renewal and refusal, against a provider on loopback."""

import asyncio
import http.client
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.transports import oauth, web
from gateway.transports.faults import FaultKind, TransportFault
from models.rules.oauth import PROVIDERS, safe_url, usable
from models.types.oauth import Provider, Tokens
from models.types.secret import Secret
from tests.servers.oauth import CLIENT_ID, CLIENT_SECRET, FakeProvider, fake_provider


@pytest.fixture
def server() -> Iterator[FakeProvider]:
    with fake_provider() as running:
        yield running


def provider(server: FakeProvider, client_id: str = CLIENT_ID) -> Provider:
    return Provider(
        "own", "Own", f"{server.url}/authorize", f"{server.url}/token", f"{server.url}/device", ("mail",),
        client_id, Secret(CLIENT_SECRET),
    )  # fmt: skip


def good(tokens: Tokens, server: FakeProvider) -> bool:
    return tokens.access in server.access and tokens.refresh in server.refresh


async def test_a_code_typed_elsewhere(server: FakeProvider) -> None:
    server.answers = ["authorization_pending", "slow_down", "authorization_pending"]
    code = await oauth.device_code(provider(server), datetime.now(UTC))
    assert (code.user_code, code.verification_url) == ("WDJB-MJHT", f"{server.url}/activate")
    tokens = await oauth.device_tokens(provider(server), code, slower=0.01)
    assert good(tokens, server)
    assert tokens.access_until - datetime.now(UTC) > timedelta(minutes=55)
    assert len(server.posted("device_code")) == 4


@pytest.mark.parametrize("error", ["access_denied", "expired_token", "invalid_scope", "who_knows"])
async def test_a_code_that_is_refused_ends_the_wait(server: FakeProvider, error: str) -> None:
    server.answers = ["authorization_pending", error]
    code = await oauth.device_code(provider(server), datetime.now(UTC))
    with pytest.raises(oauth.Refused) as caught:
        await oauth.device_tokens(provider(server), code)
    assert (caught.value.error, caught.value.kind) == (error, FaultKind.AUTH)
    assert len(server.posted("device_code")) == 2


async def test_a_code_nobody_types_is_given_up(server: FakeProvider) -> None:
    code = await oauth.device_code(provider(server), datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(oauth.Refused, match="not typed in time"):
        await oauth.device_tokens(provider(server), code)
    assert server.posted("device_code") == []


def browse(url: str) -> str:
    """Open a link as a browser that gives its consent at once; where it is sent to."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("GET", f"{parts.path}?{parts.query}")
    where = connection.getresponse().getheader("Location") or ""
    connection.close()
    return where


async def test_a_link_and_the_way_back_by_itself(server: FakeProvider) -> None:
    async with oauth.Doorstep() as doorstep:
        link = oauth.link(provider(server), doorstep.redirect_uri, login_hint="support@desk.test")
        said = parse_qs(urlsplit(link.url).query)
        assert said["code_challenge_method"] == ["S256"]
        assert link.verifier not in link.url
        where = urlsplit(await asyncio.to_thread(browse, link.url))
        for target in ("/favicon.ico", f"{where.path}?{where.query}"):  # a browser asks for more than it should
            reader, writer = await asyncio.open_connection(where.hostname, where.port)
            writer.write(f"GET {target} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
        assert b"close this page" in answer
        code = oauth.code_in(await asyncio.wait_for(doorstep.answer, 5), link)
    assert good(await oauth.code_tokens(provider(server), link, code), server)


async def test_an_address_brought_from_another_machine(server: FakeProvider) -> None:
    link = oauth.link(provider(server), "http://127.0.0.1:1")
    pasted = f"  {await asyncio.to_thread(browse, link.url)}\n"
    code = oauth.code_in(pasted, link)
    assert oauth.code_in(code, link) == code, "the bare code will do"
    assert good(await oauth.code_tokens(provider(server), link, code), server)
    with pytest.raises(oauth.Refused, match="ended or was taken back"):
        await oauth.code_tokens(provider(server), link, code)  # good for once


async def test_an_answer_to_another_question_is_refused(server: FakeProvider) -> None:
    link, other = (oauth.link(provider(server), "http://127.0.0.1:1") for _ in range(2))
    with pytest.raises(TransportFault, match="another sign-in"):
        oauth.code_in(f"http://127.0.0.1:1/?code=abc&state={other.state}", link)
    with pytest.raises(oauth.Refused, match="refused at the provider"):
        oauth.code_in("http://127.0.0.1:1/?error=access_denied&state=x", link)
    code = oauth.code_in(await asyncio.to_thread(browse, link.url), link)
    with pytest.raises(oauth.Refused):  # a stolen code is of no use without the verifier
        await oauth.code_tokens(provider(server), other, code)


async def test_renewal_and_its_end(server: FakeProvider) -> None:
    server.refresh_lifetime = 30 * 86_400
    code = await oauth.device_code(provider(server), datetime.now(UTC))
    first = await oauth.device_tokens(provider(server), code)
    assert first.grant_until is not None
    assert 29 <= (first.grant_until - datetime.now(UTC)).days <= 30
    second = await oauth.refreshed(provider(server), first.refresh)
    assert (second.access in server.access, second.refresh) == (True, "")
    server.revoke_all()
    with pytest.raises(oauth.Refused) as caught:
        await oauth.refreshed(provider(server), first.refresh)
    assert caught.value.error == "invalid_grant"
    assert "expired or revoked" in caught.value.server_text
    with pytest.raises(oauth.Refused, match="ended"):
        await oauth.refreshed(provider(server), Secret(""))


async def test_a_client_the_provider_does_not_know(server: FakeProvider) -> None:
    with pytest.raises(oauth.Refused, match="does not know this client"):
        await oauth.refreshed(provider(server, "somebody else"), Secret("rt"))


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (500, b"oops", FaultKind.REFUSED), (429, b"{}", FaultKind.REFUSED), (200, b"<html>", FaultKind.PROTOCOL),
        (200, b"[]", FaultKind.PROTOCOL), (200, b'{"access_token": 7}', FaultKind.PROTOCOL),
        (302, b"", FaultKind.PROTOCOL), (200, b"{" + b" " * 10**6, FaultKind.PROTOCOL),
        (400, b'{"error": {"code": 1}}', FaultKind.PROTOCOL),
    ],
)  # fmt: skip
async def test_a_provider_that_makes_no_sense(
    server: FakeProvider, status: int, content: bytes, kind: FaultKind
) -> None:
    server.instead["/token"] = (status, content)
    with pytest.raises(TransportFault) as caught:
        await oauth.refreshed(provider(server), Secret("rt-secret"))
    assert (caught.value.kind, "rt-secret" in f"{caught.value} {caught.value.server_text}") == (kind, False)


async def test_a_provider_out_of_reach() -> None:
    gone = Provider("own", "Own", "", "http://127.0.0.1:1/token", "", (), CLIENT_ID)
    with pytest.raises(TransportFault) as caught:
        await oauth.refreshed(gone, Secret("rt"))
    assert caught.value.kind is FaultKind.REFUSED


@pytest.mark.parametrize(
    "url",
    ["http://accounts.google.com/token", "https://user@evil.test/", "ftp://127.0.0.1/", "https://", "https://a b/",
     "https://a\r\nHost: b/", "http://127.evil.test/", "https://[::1", "", "javascript:alert(1)"],
)  # fmt: skip
async def test_no_secret_goes_to_an_address_like_this(url: str) -> None:
    assert not safe_url(url)
    with pytest.raises(TransportFault, match="no safe address"):
        await web.post(url, {"refresh_token": "rt"})


def test_the_providers_that_are_known_can_be_used() -> None:
    for one in PROVIDERS.values():
        assert usable(one) == ""
        assert one.client_id == ""
        assert one.help
    assert PROVIDERS["google"].device_url == ""
