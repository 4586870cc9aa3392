"""A server that repeats what we logged in with: its words are stored and shown, the secret in them is not."""

from base64 import b64encode
from collections.abc import Iterator

from gateway.transports import bearer
from gateway.transports.faults import TransportFault
from models.types.account import Auth, Endpoint

HIDDEN = "[password]"
SHORTEST = 4  # a shorter secret would be taken out of ordinary words


def silenced(text: str, endpoint: Endpoint | None) -> str:
    """Take the secret out of a server's words, in every form it was said in."""
    if endpoint is None or len(endpoint.password) < SHORTEST:
        return text
    for form in _forms(endpoint):
        text = text.replace(form, HIDDEN)
    return text


def silenced_fault(fault: TransportFault, endpoint: Endpoint) -> TransportFault:
    """The same for a fault that quotes the server."""
    fault.server_text = silenced(fault.server_text, endpoint)
    return fault


def _forms(endpoint: Endpoint) -> Iterator[str]:
    password, user = endpoint.password.encode(), endpoint.user.encode()
    said = [password, b"\0" + user + b"\0" + password]
    if endpoint.auth is Auth.OAUTH and not any(sign < " " for sign in endpoint.user + endpoint.password):
        said += [bearer.initial(name, endpoint) for name in bearer.MECHANISMS]
    for one in sorted(said, key=len, reverse=True):
        yield b64encode(one).decode()
        yield b64encode(one).decode().rstrip("=")
    yield endpoint.password.replace("\\", "\\\\").replace('"', '\\"')  # quoted, as IMAP says it
    yield str(endpoint.password)
