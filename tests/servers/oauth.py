"""A provider of access tokens on loopback: device flow, code flow with PKCE, refresh, revocation, introspection."""

import hashlib
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID, CLIENT_SECRET = "desk-client", "desk-secret"


@dataclass
class Issued:
    user: str
    until: float
    revoked: bool = False


@dataclass
class FakeProvider:
    """``answers``: what /token says of a device code before it grants, one a time. ``lifetime`` in seconds."""

    port: int = 0
    user: str = "support@desk.test"
    lifetime: float = 3600
    refresh_lifetime: int = 0  # told as refresh_token_expires_in; 0: not told
    rotating: bool = False  # a refresh token is good for once
    needs_secret: bool = True
    answers: list[str] = field(default_factory=list)
    access: dict[str, Issued] = field(default_factory=dict)
    refresh: dict[str, Issued] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    instead: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # path -> what to answer, whatever is asked
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def issue(self, user: str, seconds: float = 3600) -> str:
        """Make an access token."""
        token = f"at-{secrets.token_hex(12)}"
        self.access[token] = Issued(user, time.time() + seconds)
        return token

    def revoke_all(self) -> None:
        """Take every consent back."""
        for issued in (*self.access.values(), *self.refresh.values()):
            issued.revoked = True

    def posted(self, grant_type: str) -> list[dict[str, str]]:
        return [
            form for path, form in self.asked if path == "/token" and form.get("grant_type", "").endswith(grant_type)
        ]

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, object], str]:
        """Status, JSON, and where to redirect to."""
        with self._lock:
            self.asked.append((path, form))
            if path == "/device":
                return 200, self._device(), ""
            if path == "/authorize":
                return 302, {}, self._authorize(form)
            if path == "/introspect":
                return 200, self._introspect(form.get("token", "")), ""
            if path == "/token":
                status, said = self._token(form)
                return status, said, ""
            return 404, {}, ""

    def _device(self) -> dict[str, object]:
        code = secrets.token_hex(8)
        self._codes[code] = {}
        uri = f"{self.url}/activate"
        return {
            "device_code": code, "user_code": "WDJB-MJHT", "verification_uri": uri, "interval": 0, "expires_in": 60,
        }  # fmt: skip

    def _authorize(self, form: dict[str, str]) -> str:
        code = secrets.token_hex(8)
        self._codes[code] = form
        return f"{form['redirect_uri']}?{urlencode({'code': code, 'state': form.get('state', '')})}"

    def _introspect(self, token: str) -> dict[str, object]:
        issued = self.access.get(token)
        if issued is None or issued.revoked or issued.until < time.time():
            return {"active": False}
        return {"active": True, "email": issued.user, "username": issued.user, "exp": int(issued.until)}

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        if form.get("client_id") != CLIENT_ID or (self.needs_secret and form.get("client_secret") != CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        grant = form.get("grant_type", "")
        if grant.endswith("device_code"):
            if self.answers:
                return 400, {"error": self.answers.pop(0)}
            return self._grant() if form.get("device_code") in self._codes else (400, {"error": "invalid_grant"})
        if grant == "authorization_code":
            asked = self._codes.pop(form.get("code", ""), None)
            if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
                return 400, {"error": "invalid_grant"}
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            proved = urlsafe_b64encode(digest).rstrip(b"=").decode() == asked.get("code_challenge")
            return self._grant() if proved else (400, {"error": "invalid_grant"})
        if grant == "refresh_token":
            known = self.refresh.get(form.get("refresh_token", ""))
            if known is None or known.revoked:
                return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            known.revoked = self.rotating
            return self._grant(again=not self.rotating)
        return 400, {"error": "unsupported_grant_type"}

    def _grant(self, *, again: bool = False) -> tuple[int, dict[str, object]]:
        said: dict[str, object] = {
            "access_token": self.issue(self.user, self.lifetime), "token_type": "Bearer",
            "expires_in": int(self.lifetime),
        }  # fmt: skip
        if not again:
            token = f"rt-{secrets.token_hex(12)}"
            self.refresh[token] = Issued(self.user, 0)
            said["refresh_token"] = token
        if self.refresh_lifetime:
            said["refresh_token_expires_in"] = self.refresh_lifetime
        return 200, said


@contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    """Serve one until the end of the block."""
    provider = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            form = {key: values[0] for key, values in parse_qs(parts.query).items()}
            bearer = self.headers.get("Authorization", "")
            if bearer.startswith("Bearer "):
                form.setdefault("token", bearer.removeprefix("Bearer "))
            self._say(parts.path, form)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._say(urlsplit(self.path).path, {key: values[0] for key, values in parse_qs(body).items()})

        def _say(self, path: str, form: dict[str, str]) -> None:
            status, said, where = provider.answer(path, form)
            content = json.dumps(said).encode()
            if path in provider.instead:
                status, content = provider.instead[path]
            self.send_response(status)
            if where:
                self.send_header("Location", where)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
