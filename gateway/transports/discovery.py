"""Ask a domain for its mail servers: SRV records (RFC 6186, 8314), then its autoconfig page. Only when told to.

What comes back is somebody's word: it must be under the domain asked about, encrypted, and lead to public addresses.
Anything else is told, not used; no login is said to anybody here.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from gateway.transports import web
from gateway.transports.faults import FaultKind, TransportFault
from models.rules.host_name import host_name
from models.types.account import Security
from models.types.preset import Protocol, Server

if TYPE_CHECKING:
    from dns.resolver import Resolver

SECONDS = 5.0
MOST_SERVERS = 12

# what a service's name means; those encrypted from the first byte come first (RFC 8314 3.3)
SERVICES = (
    ("_submissions", Protocol.SMTP, Security.TLS),
    ("_submission", Protocol.SMTP, Security.STARTTLS),
    ("_imaps", Protocol.IMAP, Security.TLS),
    ("_imap", Protocol.IMAP, Security.STARTTLS),
    ("_pop3s", Protocol.POP3, Security.TLS),
    ("_pop3", Protocol.POP3, Security.STARTTLS),
)
_SOCKETS = {"SSL": Security.TLS, "STARTTLS": Security.STARTTLS}
_USERS = {"%EMAILADDRESS%": "{address}", "%EMAILLOCALPART%": "{local}"}


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a domain says. ``elsewhere``: servers under other names, which a person must name to use them."""

    servers: tuple[Server, ...]
    elsewhere: tuple[Server, ...]


async def discover(domain: str, *, resolver: "Resolver | None" = None) -> Discovered:
    """Ask a domain (A-labels). Raises ``TransportFault`` when it says nothing, or something not to be believed."""
    if not host_name(domain) or domain != host_name(domain) or "." not in domain or domain[-1].isdigit():
        raise TransportFault(FaultKind.REFUSED, f"{domain!r} is no domain of the internet; it is not asked.")
    found = await asyncio.to_thread(_by_records, domain, resolver)
    if not found:
        found = await _by_page(domain)
    if not found:
        raise TransportFault(
            FaultKind.REFUSED,
            f"{domain} does not say which mail servers it has.",
            remedy="Name them: --smtp-host, --imap-host or --pop3-host.",
        )
    near = tuple(server for server in found if _under(server.host, domain))
    return Discovered(near, tuple(server for server in found if server not in near))


def read_page(content: bytes) -> tuple[Server, ...]:
    """Read an autoconfig page (Thunderbird's config-v1.1.xml). One with a document type is not read."""
    if b"<!" in content.replace(b"<!--", b"") or b"\0" in content:
        raise TransportFault(FaultKind.PROTOCOL, "The domain's page declares a document type; it is not read.")
    try:
        tree = ElementTree.fromstring(content)  # noqa: S314 - no document type, so no entities; at most 64 KB
    except ElementTree.ParseError as error:
        raise TransportFault(FaultKind.PROTOCOL, "The domain's page is no proper XML.") from error
    nodes = [node for name in ("outgoingServer", "incomingServer") for node in tree.iter(name)]
    return tuple(server for node in nodes[:MOST_SERVERS] if (server := _server(node)) is not None)


def _server(node: ElementTree.Element) -> Server | None:
    kind, port = node.get("type", ""), (node.findtext("port") or "").strip()
    host, security = (
        host_name(node.findtext("hostname") or ""),
        _SOCKETS.get((node.findtext("socketType") or "").strip()),
    )
    if kind not in {one.value for one in Protocol} or not host or security is None or not port.isdecimal():
        return None
    if not 0 < int(port) < 65536:
        return None
    user = _USERS.get((node.findtext("username") or "").strip(), "{address}")
    return Server(Protocol(kind), host, int(port), security, user)


def _by_records(domain: str, resolver: "Resolver | None") -> tuple[Server, ...]:
    import dns.exception
    import dns.resolver

    found: list[Server] = []
    try:
        asking = resolver or dns.resolver.Resolver()
        for service, protocol, security in SERVICES:
            if any(server.protocol is protocol for server in found):
                continue
            found += _records(asking, f"{service}._tcp.{domain}", protocol, security)
        return tuple(server for server in found if _public(asking, server.host))
    except dns.exception.DNSException as error:
        raise TransportFault(
            FaultKind.REFUSED, f"No name server answers for {domain}.", remedy="Name the servers by hand."
        ) from error


def _records(asking: "Resolver", name: str, protocol: Protocol, security: Security) -> list[Server]:
    """Read one service's records, best first; the target "." says that there is none (RFC 6186 3.4)."""
    import dns.resolver

    try:
        answer = asking.resolve(name, "SRV", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    rows = sorted((int(row.priority), -int(row.weight), row.target.to_text(), int(row.port)) for row in answer)
    targets = [(host_name(target), port) for _, _, target, port in rows[:MOST_SERVERS]]
    return [Server(protocol, host, port, security) for host, port in targets if host and 0 < port < 65536][:1]


def _public(asking: "Resolver", host: str) -> bool:
    """Tell whether every address of a host is public; a name without one is not."""
    import dns.resolver

    addresses: list[str] = []
    for kind in ("A", "AAAA"):
        try:
            addresses += [row.to_text() for row in asking.resolve(host, kind, lifetime=SECONDS)]
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            continue
    return bool(addresses) and all(web.is_public(address) for address in addresses)


async def _by_page(domain: str) -> tuple[Server, ...]:
    try:
        page = await web.get_public(f"https://autoconfig.{domain}/mail/config-v1.1.xml")
    except TransportFault:
        return ()  # most domains have none
    return read_page(page.content) if page.status == 200 and len(page.content) < web.LARGEST else ()


def _under(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
