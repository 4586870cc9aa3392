"""When a connection counts as safe: verified TLS 1.2 or newer, or plain text that never leaves the machine."""

import ipaddress
import ssl

from gateway.transports.faults import FaultKind, TransportFault
from models.types.account import Endpoint, Security


def context(endpoint: Endpoint) -> ssl.SSLContext:
    """Build a context that verifies the server's name and certificate.

    Reads files (10-20 ms with the system's certificates): call it off the event loop.
    Raises ``TransportFault`` (tls) when ``ca_file`` cannot be used.
    """
    try:
        made = ssl.create_default_context(cafile=endpoint.ca_file or None)
    except OSError as error:  # ssl.SSLError is one
        raise TransportFault(
            FaultKind.TLS, f"The certificate file {endpoint.ca_file} cannot be used.", str(error)
        ) from error
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def check_plain_allowed(endpoint: Endpoint) -> None:
    """Raise ``TransportFault`` (tls) for a plain-text endpoint outside loopback."""
    if endpoint.security is Security.PLAIN and not _loopback(endpoint.host):
        raise TransportFault(
            FaultKind.TLS, f"{endpoint.host} is not this machine: a connection without encryption is not made."
        )


def _loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
