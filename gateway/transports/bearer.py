"""Access tokens as SASL wants them: XOAUTH2 (Google's and Microsoft's) and OAUTHBEARER (RFC 7628)."""

import json
from base64 import b64decode
from binascii import Error
from collections.abc import Collection

from gateway.transports.faults import FaultKind, TransportFault
from models.types.account import Endpoint

MECHANISMS = ("XOAUTH2", "OAUTHBEARER")
_CONTROL = frozenset(map(chr, range(32))) | {"\x7f"}


def mechanism(offered: Collection[str], host: str) -> str:
    """Choose one of what a server offers (upper case). ``TransportFault`` (auth) when it takes no tokens."""
    for name in MECHANISMS:
        if name in offered:
            return name
    raise TransportFault(
        FaultKind.AUTH,
        f"{host} takes no sign-in by token (OAuth).",
        remedy="Use a password or an app password for this account, or the provider's other server.",
    )


def initial(name: str, endpoint: Endpoint) -> bytes:
    """Make the first and only message of the exchange. ``TransportFault`` (auth) for what would break out of it."""
    user, token = endpoint.user, endpoint.password
    if _CONTROL & set(user + token):
        raise TransportFault(FaultKind.AUTH, "The user name or the token holds a control character.")
    if name == "XOAUTH2":
        return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
    name_only = user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 4
    return (f"n,a={name_only},\x01host={endpoint.host}\x01port={endpoint.port}\x01auth=Bearer {token}\x01\x01").encode()


def refusal(challenge: str) -> str:
    """Read the reason out of a refusing challenge (RFC 7628 3.2.2); "" when it holds none."""
    try:
        said = json.loads(b64decode(challenge, validate=True))
    except (ValueError, Error):
        return ""
    if not isinstance(said, dict):
        return ""
    return " ".join(str(said[key]) for key in ("status", "error", "error_description") if key in said)[:200]
