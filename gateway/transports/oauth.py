"""Ask a provider for consent and tokens: by a code typed elsewhere (RFC 8628), or by a link (RFC 6749, 7636, 8252)."""

import asyncio
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

from gateway.transports import web
from gateway.transports.faults import FaultKind, TransportFault
from models.types.oauth import DeviceCode, Provider, Tokens
from models.types.secret import Secret

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LONGEST_WAIT = timedelta(minutes=15)
DEFAULT_SECONDS = 3600  # RFC 6749 5.1: expires_in is only recommended

_REFUSALS = {
    "access_denied": "The consent was refused at the provider.",
    "expired_token": "The code was not typed in time.",
    "invalid_client": "The provider does not know this client id, or its secret is wrong.",
    "unauthorized_client": "The provider does not let this client sign in this way.",
    "invalid_scope": "The provider does not give this client access to mail.",
    "invalid_grant": "The consent has ended or was taken back.",
}


class Refused(TransportFault):
    """The provider says no, by an ``error`` of RFC 6749 5.2 or RFC 8628 3.5."""

    def __init__(self, error: str, text: str = "") -> None:
        super().__init__(FaultKind.AUTH, _REFUSALS.get(error, "The provider refuses."), f"{error} {text}".strip())
        self.error = error


@dataclass(frozen=True, slots=True)
class Link:
    """A link a person opens, and what is needed to believe the answer."""

    url: str
    redirect_uri: str
    state: str
    verifier: Secret


async def device_code(provider: Provider, now: datetime) -> DeviceCode:
    """Begin the device flow."""
    said = await _post(provider.device_url, _client(provider) | {"scope": " ".join(provider.scopes)})
    url = said.get("verification_uri") or said.get("verification_url")
    if not (
        isinstance(said.get("device_code"), str) and isinstance(said.get("user_code"), str) and isinstance(url, str)
    ):
        raise TransportFault(FaultKind.PROTOCOL, f"{provider.title} gave no code to type.")
    lasts = min(timedelta(seconds=_number(said, "expires_in", 900)), LONGEST_WAIT)
    return DeviceCode(
        Secret(said["device_code"]), str(said["user_code"]), url, now + lasts, min(_number(said, "interval", 5), 60)
    )


async def device_tokens(provider: Provider, code: DeviceCode, *, slower: float = 5.0) -> Tokens:
    """Wait until the code was typed. ``slower``: seconds added each time the provider finds us too fast (3.5)."""
    wait = code.interval_seconds
    while datetime.now(UTC) < code.until:
        await asyncio.sleep(wait)
        try:
            asked = {"grant_type": DEVICE_GRANT, "device_code": str(code.device_code)}
            return await _tokens(provider, _client(provider) | asked)
        except Refused as refused:
            if refused.error == "slow_down":
                wait += slower
            elif refused.error != "authorization_pending":
                raise
    raise Refused("expired_token")


def link(provider: Provider, redirect_uri: str, *, login_hint: str = "") -> Link:
    """Make the link for a person's browser; PKCE with S256 always."""
    state, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **dict(provider.extra),
    }
    if login_hint:
        asked["login_hint"] = login_hint
    glue = "&" if "?" in provider.authorize_url else "?"
    return Link(f"{provider.authorize_url}{glue}{urlencode(asked)}", redirect_uri, state, Secret(verifier))


def code_in(answer: str, link: Link) -> str:
    """Read the code out of what came back: the address the browser ended at, or the bare code.

    Raises ``TransportFault`` when the provider says no, or when the answer belongs to another question.
    """
    text = answer.strip()
    if "=" not in text:
        return text
    said = parse_qs(urlsplit(text).query or text.partition("?")[2] or text)
    if error := said.get("error", [""])[0]:
        raise Refused(error, said.get("error_description", [""])[0])
    if not secrets.compare_digest(said.get("state", [""])[0].encode(), link.state.encode()):
        raise TransportFault(
            FaultKind.AUTH, "This answer belongs to another sign-in.", remedy="Open the newest link, then paste again."
        )
    return said.get("code", [""])[0]


async def code_tokens(provider: Provider, link: Link, code: str) -> Tokens:
    """Trade the code for tokens."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": link.redirect_uri,
        "code_verifier": str(link.verifier),
    }
    return await _tokens(provider, _client(provider) | asked)


async def refreshed(provider: Provider, refresh: Secret) -> Tokens:
    """Renew the access token. ``Refused`` with ``invalid_grant``: a person must sign in again."""
    if not refresh:
        raise Refused("invalid_grant", "no refresh token was given")
    return await _tokens(provider, _client(provider) | {"grant_type": "refresh_token", "refresh_token": str(refresh)})


class Doorstep:
    """A listener on loopback for the browser's way back (RFC 8252 7.3), for as long as the block lasts.

    Over SSH the browser is elsewhere and never gets here: then the person pastes the address it ended at.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._host = host
        self._server: asyncio.Server | None = None
        self.redirect_uri = ""
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> "Doorstep":
        self._server = await asyncio.start_server(self._greet, "127.0.0.1", 0, limit=16 * 1024)
        port = self._server.sockets[0].getsockname()[1]
        self.redirect_uri = f"http://{self._host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self.answer.cancel()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(10):
                first = (await reader.readline()).decode("latin-1").split()
                while (await reader.readline()).strip():
                    pass
            target = first[1] if len(first) == 3 and first[0] == "GET" else ""
            ours = "code=" in target or "error=" in target
            text = b"Done. You can close this page and go back to nightdesk." if ours else b"Nothing here."
            status = b"200 OK" if ours else b"404 Not Found"
            writer.write(
                b"HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                % (status, len(text), text)
            )
            await writer.drain()
            if ours and not self.answer.done():
                self.answer.set_result(target)
        except (OSError, ValueError, TimeoutError):
            return  # whoever knocked is gone
        finally:
            writer.close()


def _client(provider: Provider) -> dict[str, str]:
    said = {"client_id": provider.client_id}
    return said | {"client_secret": str(provider.client_secret)} if provider.client_secret else said


async def _tokens(provider: Provider, form: Mapping[str, str]) -> Tokens:
    asked_at = datetime.now(UTC)
    said = await _post(provider.token_url, form)
    access, refresh = said.get("access_token"), said.get("refresh_token", "")
    if not isinstance(access, str) or not access or not isinstance(refresh, str):
        raise TransportFault(FaultKind.PROTOCOL, f"{provider.title} gave no token.")
    ends = _number(said, "refresh_token_expires_in", 0)
    return Tokens(
        Secret(access),
        Secret(refresh),
        asked_at + timedelta(seconds=_number(said, "expires_in", DEFAULT_SECONDS)),
        asked_at + timedelta(seconds=ends) if ends else None,
    )


async def _post(url: str, form: Mapping[str, str]) -> dict[str, object]:
    page = await web.post(url, form)
    try:
        said = json.loads(page.content)
    except ValueError:
        said = None
    if isinstance(said, dict) and page.status == 200:
        return said
    host = urlsplit(url).hostname
    if isinstance(said, dict) and isinstance(said.get("error"), str):
        raise Refused(said["error"], str(said.get("error_description", ""))[:300])
    if page.status >= 500 or page.status == 429:
        raise TransportFault(FaultKind.REFUSED, f"{host} has trouble just now ({page.status}).")
    raise TransportFault(FaultKind.PROTOCOL, f"{host} gave no proper answer ({page.status}).")


def _number(said: Mapping[str, object], name: str, default: float) -> float:
    found = said.get(name, default)
    try:
        number = float(str(found))
    except ValueError:
        return default
    return number if 0 <= number < 10**9 else default
