"""What can go wrong on a connection, as one exception with a sentence for people."""

import socket
import ssl
from enum import StrEnum

from gateway.transports.certificate import trouble
from models.types.account import Endpoint

SERVER_TEXT_LENGTH = 500


class FaultKind(StrEnum):
    """What sort of fault ended a dialogue."""

    REFUSED = "refused"  # nobody listens, or the server says no
    AUTH = "auth"  # the login was refused
    TLS = "tls"  # no encryption, or a certificate that proves nothing
    LOST = "lost"  # the connection went away
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"  # what the server says makes no sense, or is more than was asked for


class TransportFault(Exception):
    """A connection could not do its job. ``sentence`` is ours; ``server_text`` is foreign and unwashed, at most 500.

    ``remedy``: what to do about it, where the fault itself knows better than its kind.
    """

    def __init__(self, kind: FaultKind, sentence: str, server_text: str = "", remedy: str = "") -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.server_text = server_text[:SERVER_TEXT_LENGTH]
        self.remedy = remedy


class FolderGone(TransportFault):
    """A folder cannot be opened; the connection goes on."""

    def __init__(self, folder: str, server_text: str) -> None:
        said = f"The folder {folder} cannot be opened: it was removed or renamed there, or this login may not read it."
        super().__init__(FaultKind.REFUSED, said, server_text, remedy="See: nightdesk account set --folder")


def fault_of(error: BaseException, endpoint: Endpoint) -> TransportFault:
    """Name what the network layer raised."""
    if isinstance(error, TransportFault):
        return error
    where = f"{endpoint.host}:{endpoint.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        sentence, remedy = trouble(error, where, endpoint.host)
        return TransportFault(FaultKind.TLS, sentence, remedy=remedy)
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "handshake failed").replace("_", " ").lower()
        return TransportFault(FaultKind.TLS, f"No encrypted connection to {where}: {reason}.")
    if isinstance(error, TimeoutError):
        return TransportFault(FaultKind.TIMEOUT, f"{where} did not answer in time.")
    if isinstance(error, socket.gaierror):
        return TransportFault(FaultKind.REFUSED, f"The name {endpoint.host} cannot be resolved.")
    if isinstance(error, ConnectionRefusedError):
        return TransportFault(FaultKind.REFUSED, f"{where} refuses the connection.")
    if isinstance(error, ConnectionError):
        return TransportFault(FaultKind.LOST, f"The connection to {where} was lost.")
    if isinstance(error, OSError):
        return TransportFault(FaultKind.REFUSED, f"{where} cannot be reached: {error.strerror or error}.")
    return TransportFault(FaultKind.PROTOCOL, f"{where} answered something that cannot be understood.", str(error))
