"""Ask a web server for a little JSON or XML, guarded: encrypted, bounded, not redirected, and not into our own net.

The standard library's client on a thread: a few requests a day do not pay for another dependency (httpx brings five).
"""

import asyncio
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from gateway.transports.faults import FaultKind, TransportFault, fault_of
from models.rules.new_account import is_loopback
from models.rules.oauth import safe_url
from models.types.account import Endpoint, Security

LARGEST = 64 * 1024  # bytes of an answer that are read
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Page:
    """An answer. Redirects are not followed; ``content`` is cut at ``LARGEST``."""

    status: int
    content: bytes


async def post(url: str, form: Mapping[str, str]) -> Page:
    """Send a form. Raises ``TransportFault``; nothing is sent to an address that is not safe (``rules.oauth``)."""
    return await asyncio.to_thread(_ask, "POST", url, urlencode(form).encode(), public_only=False)


async def get_public(url: str) -> Page:
    """Read a page of a public host. Raises ``TransportFault``, also for one whose name leads into a private net."""
    return await asyncio.to_thread(_ask, "GET", url, b"", public_only=True)


def _ask(method: str, url: str, body: bytes, *, public_only: bool) -> Page:
    if not safe_url(url):
        raise TransportFault(FaultKind.TLS, f"{url[:200]} is no safe address; nothing was sent there.")
    parts = urlsplit(url)
    host, plain = parts.hostname or "", parts.scheme == "http"
    port = parts.port or (80 if plain else 443)
    where = Endpoint(host, port, Security.PLAIN if plain else Security.TLS, "", "")
    if public_only and (plain or is_loopback(host)):
        raise TransportFault(FaultKind.REFUSED, f"{host} is no public host; it is not asked.")
    connection = _Connection(host, port, plain=plain, public_only=public_only)
    try:
        headers = {"Accept": "application/json, text/xml", "User-Agent": "nightdesk", "Connection": "close"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return Page(answer.status, answer.read(LARGEST))
    except http.client.HTTPException as error:
        raise TransportFault(FaultKind.PROTOCOL, f"{host} gave no proper answer.") from error
    except OSError as error:  # ssl.SSLError and TimeoutError are two
        raise fault_of(error, where) from error
    finally:
        connection.close()


class _Connection(http.client.HTTPConnection):
    """Connects to an address that was looked at, under the name that was asked for: a name server cannot swap it."""

    def __init__(self, host: str, port: int, *, plain: bool, public_only: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._plain = plain
        self._public_only = public_only

    def connect(self) -> None:
        address = self._address()
        raw = socket.create_connection((address, self.port), timeout=SECONDS)
        if self._plain:
            self.sock = raw
            return
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.sock = context.wrap_socket(raw, server_hostname=self.host)

    def _address(self) -> str:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)]
        if self._public_only and not all(is_public(address) for address in found):
            raise TransportFault(FaultKind.REFUSED, f"{self.host} leads into a private net; it is not asked.")
        return found[0]


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the internet at large."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_global) and not found.is_multicast
