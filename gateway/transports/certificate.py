"""What is wrong with a server's certificate, each way told apart, and what to do about it (RFC 9525)."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

# X509_V_ERR_* of OpenSSL; the ssl module hands them out without names
_NOT_YET, _EXPIRED = 9, 10
_SELF_SIGNED, _UNKNOWN_ROOT = 18, 19
_UNKNOWN_ISSUER = (2, 20, 21)
_WRONG_NAME = (62, 64)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server proved itself with. ``until`` None: it does not say."""

    issuer: str
    until: datetime | None


def certificate_of(connection: object) -> Certificate | None:
    """Read the verified certificate of a connection; None on one without encryption."""
    if not isinstance(connection, ssl.SSLObject | ssl.SSLSocket):
        return None
    said = connection.getpeercert() or {}
    issuer = cast(tuple[tuple[tuple[str, str], ...], ...], said.get("issuer", ()))
    names = {key: value for part in issuer for key, value in part}
    ends = said.get("notAfter")
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None
    return Certificate(names.get("organizationName") or names.get("commonName") or "", until)


def trouble(error: ssl.SSLCertVerificationError, where: str, host: str) -> tuple[str, str]:
    """Say what is wrong, and what to do."""
    code = error.verify_code
    if code == _EXPIRED:
        return f"The certificate of {where} has expired.", "Whoever runs the server must renew it; is our clock right?"
    if code == _NOT_YET:
        return f"The certificate of {where} is not valid yet.", "Check the clock of this machine and of the server."
    if code in _WRONG_NAME:
        return (
            f"The certificate of {where} is for another name than {host}.",
            "Use the name the provider gives for its server; if it is the right one, do not trust what answers there.",
        )
    if code == _SELF_SIGNED:
        return (
            f"The certificate of {where} is signed by nobody but itself.",
            "If the server is your own, name its certificate with --ca-file.",
        )
    if code == _UNKNOWN_ROOT or code in _UNKNOWN_ISSUER:
        return (
            f"The certificate of {where} is signed by an authority this machine does not know.",
            "If the authority is your own, name its certificate with --ca-file.",
        )
    return f"The certificate of {where} is not valid: {error.verify_message}.", "Ask whoever runs the server."
