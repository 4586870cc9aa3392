"""Signing in at a provider of mail instead of by password (OAuth 2.0, RFC 6749)."""

from dataclasses import dataclass
from datetime import datetime

from models.types.secret import Secret


@dataclass(frozen=True, slots=True)
class Provider:
    """Where consents are asked for. ``device_url`` "": this provider has no flow for devices, or not for mail."""

    name: str
    title: str
    authorize_url: str
    token_url: str
    device_url: str
    scopes: tuple[str, ...]
    client_id: str = ""
    client_secret: Secret = Secret("")  # noqa: RUF009 - a text
    help: str = ""  # how to get a client id
    loopback: str = "127.0.0.1"  # the host of our own address a browser comes back to, as this provider knows it
    extra: tuple[tuple[str, str], ...] = ()  # what it wants in a link besides the standard's words


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave. ``refresh`` "": the consent ends with the access token. ``grant_until`` None: not told."""

    access: Secret
    refresh: Secret
    access_until: datetime
    grant_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person types where: the device flow's first answer (RFC 8628 3.2)."""

    device_code: Secret
    user_code: str  # foreign, unwashed
    verification_url: str  # foreign, unwashed
    until: datetime
    interval_seconds: float
