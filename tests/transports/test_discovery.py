"""Asking a domain for its mail servers: what is believed, what is only told, and what is not even asked."""

from collections.abc import Iterator
from contextlib import contextmanager

import dns.resolver
import pytest

from gateway.transports import discovery, web
from gateway.transports.discovery import discover, read_page
from gateway.transports.faults import TransportFault
from models.types.account import Security
from models.types.preset import Protocol
from tests.servers.names import NameServer

PUBLIC = "9.9.9.9"
Zone = dict[tuple[str, str], list[str]]


@contextmanager
def answering(zone: Zone) -> Iterator[dns.resolver.Resolver]:
    """A resolver whose name server knows only this."""
    server = NameServer()
    server.zone |= zone
    with server.serving():
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [server.host], server.port
        yield resolver


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No page of the domain's; the addresses that were asked for."""
    asked: list[str] = []

    async def none(url: str) -> web.Page:
        asked.append(url)
        return web.Page(404, b"")

    monkeypatch.setattr(web, "get_public", none)
    return asked


def srv(service: str, host: str, port: int, *, domain: str = "acme.test") -> Zone:
    return {(f"{service}._tcp.{domain}", "SRV"): [f"0 1 {port} {host}."], (host, "A"): [PUBLIC]}


async def found(zone: Zone, domain: str = "acme.test") -> list[tuple[str, str, int, str]]:
    with answering(zone) as resolver:
        said = await discover(domain, resolver=resolver)
    assert said.elsewhere == ()
    return [(one.protocol.value, one.host, one.port, one.security.value) for one in said.servers]


async def test_what_a_domain_says_of_its_servers() -> None:
    zone = srv("_submissions", "mail.acme.test", 465) | srv("_imap", "imap.acme.test", 143)
    assert await found(zone) == [("smtp", "mail.acme.test", 465, "tls"), ("imap", "imap.acme.test", 143, "starttls")]


async def test_encryption_from_the_first_byte_is_preferred_and_the_best_record_wins() -> None:
    zone = srv("_submission", "old.acme.test", 587)
    zone |= {
        ("_submissions._tcp.acme.test", "SRV"): ["20 9 465 second.acme.test.", "10 1 465 first.acme.test."],
        ("first.acme.test", "A"): [PUBLIC],
        ("second.acme.test", "A"): [PUBLIC],
    }
    assert await found(zone) == [("smtp", "first.acme.test", 465, "tls")]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"]
)
async def test_a_name_that_leads_into_a_private_net_is_not_used(address: str) -> None:
    zone = srv("_imaps", "mail.acme.test", 993) | {("mail.acme.test", "A"): [PUBLIC, address]}
    with answering(zone) as resolver, pytest.raises(TransportFault, match="does not say"):
        await discover("acme.test", resolver=resolver)


@pytest.mark.parametrize("address", ["::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1"])
async def test_nor_by_its_longer_addresses(address: str) -> None:
    zone = srv("_imaps", "mail.acme.test", 993) | {("mail.acme.test", "AAAA"): [address]}
    with answering(zone) as resolver, pytest.raises(TransportFault, match="does not say"):
        await discover("acme.test", resolver=resolver)


async def test_servers_under_another_name_are_told_and_not_used() -> None:
    zone = srv("_submissions", "mail.acme.test", 465) | srv("_imaps", "imap.notacme.test", 993)
    with answering(zone) as resolver:
        said = await discover("acme.test", resolver=resolver)
    assert [one.host for one in said.servers] == ["mail.acme.test"]
    assert [one.host for one in said.elsewhere] == ["imap.notacme.test"]


async def test_a_service_that_is_not_offered() -> None:
    zone: Zone = {("_imaps._tcp.acme.test", "SRV"): ["0 0 0 ."]}
    with answering(zone) as resolver, pytest.raises(TransportFault, match="does not say"):
        await discover("acme.test", resolver=resolver)


@pytest.mark.parametrize(
    "domain", ["localhost", "127.0.0.1", "[127.0.0.1]", "::1", "a b.test", "x/../y.test", "", "a@b.test"]
)
async def test_what_is_no_domain_is_not_asked(domain: str, pages: list[str]) -> None:
    with pytest.raises(TransportFault, match="no domain"):
        await discover(domain)
    assert pages == []


async def test_the_page_is_asked_for_when_the_records_say_nothing(pages: list[str]) -> None:
    with answering({}) as resolver, pytest.raises(TransportFault):
        await discover("acme.test", resolver=resolver)
    assert pages == ["https://autoconfig.acme.test/mail/config-v1.1.xml"]


PAGE = b"""<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="acme.test">
<incomingServer type="imap"><hostname>imap.acme.test</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILLOCALPART%</username></incomingServer>
<incomingServer type="imap"><hostname>imap.acme.test</hostname><port>143</port>
<socketType>plain</socketType></incomingServer>
<incomingServer type="exchange"><hostname>x.acme.test</hostname><port>443</port>
<socketType>SSL</socketType></incomingServer>
<incomingServer type="pop3"><hostname>evil host</hostname><port>995</port><socketType>SSL</socketType></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.acme.test</hostname><port>587</port>
<socketType>STARTTLS</socketType></outgoingServer>
<outgoingServer type="smtp"><hostname>smtp.acme.test</hostname><port>99999</port>
<socketType>SSL</socketType></outgoingServer>
</emailProvider></clientConfig>"""


def test_a_page_and_what_is_left_out_of_it() -> None:
    smtp, imap = read_page(PAGE)
    assert (smtp.protocol, smtp.port, smtp.security) == (Protocol.SMTP, 587, Security.STARTTLS)
    assert (imap.host, imap.user, imap.security) == ("imap.acme.test", "{local}", Security.TLS)


@pytest.mark.parametrize(
    "content",
    [b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>', b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>",
     b"<x", b"", b"\xff\xfe<\x00!\x00D\x00", b"<x>" * 9000],
)  # fmt: skip
def test_a_page_that_is_not_read(content: bytes) -> None:
    with pytest.raises(TransportFault):
        read_page(content)


async def test_a_web_server_in_our_own_net_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the real thing
    for url in ("https://localhost/", "https://127.0.0.1:1/", "http://example.org/", "https://169.254.169.254/x"):
        with pytest.raises(TransportFault):
            await web.get_public(url)
    monkeypatch.setattr(
        "gateway.transports.web.socket.getaddrinfo",
        lambda *_, **__: [(2, 1, 6, "", (PUBLIC, 443)), (2, 1, 6, "", ("10.1.1.1", 443))],
    )
    with pytest.raises(TransportFault, match="private net"):
        await web.get_public("https://autoconfig.rebound.test/")
    assert discovery.SERVICES[0][2] is Security.TLS
