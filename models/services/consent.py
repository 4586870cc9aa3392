"""Consents at providers: the desk's own client there, the tokens, their renewal and their end."""

import json
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from models.rules.oauth import PROVIDERS, usable
from models.services import secret, vault
from models.store import accounts, grants, settings
from models.store.changes import announce
from models.types.account_view import GrantView
from models.types.errors import NotFound, SettingsError
from models.types.oauth import Provider, Tokens
from models.types.secret import Secret

EARLY = timedelta(minutes=5)  # renewed this long before the access token ends
UNUSED = timedelta(days=2)  # a consent no account uses is forgotten after this


def provider(session: Session, name: str) -> Provider:
    """Read a provider with the desk's client at it. ``SettingsError`` says how to get one when there is none."""
    found = _said(session, name)
    if not found.client_id:
        raise SettingsError(
            f"This desk has no client id at {found.title} yet.",
            f"{found.help} Then say it: nightdesk oauth set {name} --client-id ID".strip(),
        )
    reference = settings.get(session, _SECRET + name)
    opened = secret.resolve(reference, session, used=(f"oauth {name}",))
    return replace(found, client_secret=opened)


def providers(session: Session) -> tuple[Provider, ...]:
    """List the known providers, with and without a client; without their secrets."""
    names = dict.fromkeys((*PROVIDERS, *settings.names(session, _KEY)))
    return tuple(_said(session, name) for name in names)


def set_provider(
    session: Session, name: str, said: Mapping[str, str], *, reference: str = "", typed: Secret | None = None
) -> Provider:
    """Say the desk's client at a provider, or where a provider of one's own is; what is not said stays.

    The client's secret stands at ``reference``, or is ``typed`` and sealed. Not every provider gives one.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{name!r} cannot name a provider.", "Use small letters, digits and -; at most 32.")
    known = _stored(session, name) | {key: value for key, value in said.items() if value}
    made = _made(name, known)
    if wrong := usable(made):
        raise SettingsError(wrong, "See: nightdesk oauth set --help")
    settings.put(session, _KEY + name, json.dumps(known))
    if typed is not None:
        reference = vault.seal(session, typed, (f"oauth {name}",))
    if reference:
        settings.put(session, _SECRET + name, reference)
    return made


def keep(session: Session, name: str, user: str, tokens: Tokens, servers: Collection[str], now: datetime) -> str:
    """Keep a consent; the reference accounts name it by.

    ``servers``: ``rules.bound`` of the account it is for; its tokens are given to no others.
    """
    grants.sweep(session, now - UNUSED)
    grant_id = secrets.token_hex(8)
    view = GrantView(grant_id, name, user, now, tokens.access_until, tokens.grant_until, "")
    grants.add(session, view, _sealed(session, grant_id, tokens, servers))
    return f"oauth:{grant_id}"


def view(session: Session, reference: str) -> GrantView:
    """Read a consent by its reference; ``NotFound`` when it is not there."""
    found = grants.view(session, reference.removeprefix("oauth:"))
    if found is None:
        raise NotFound("This account's consent is not there any more.", "Sign in again: nightdesk account sign-in NAME")
    return found


def tokens(session: Session, reference: str, servers: Collection[str]) -> Tokens:
    """Open a consent's tokens for use at these servers; only where the desk's key is."""
    found = view(session, reference)
    used = (_use(found.id), *servers)
    said = json.loads(secret.resolve(grants.tokens(session, found.id) or "", session, used=used))
    return Tokens(Secret(said["access"]), Secret(said["refresh"]), found.access_until, found.grant_until)


def due(session: Session, reference: str, now: datetime) -> bool:
    """Tell whether the access token ends soon, or was given by a clock that was far ahead."""
    found = view(session, reference)
    if found.refusal:
        raise SettingsError(found.refusal, "Sign in again: nightdesk account sign-in NAME")
    return found.access_until <= now + EARLY


def renewed(session: Session, reference: str, fresh: Tokens, servers: Collection[str]) -> None:
    """Keep renewed tokens. A provider that gives no new refresh token means the old one."""
    before = tokens(session, reference, servers)
    grant_id = reference.removeprefix("oauth:")
    kept = replace(fresh, refresh=fresh.refresh or before.refresh, grant_until=fresh.grant_until or before.grant_until)
    sealed = _sealed(session, grant_id, kept, servers)
    grants.change(
        session, grant_id, tokens=sealed, access_until=kept.access_until, grant_until=kept.grant_until, refusal=""
    )


def refused(session: Session, reference: str, sentence: str, now: datetime) -> None:
    """Note that the provider renews the consent no more: its accounts stop, their queues are kept."""
    grant_id = reference.removeprefix("oauth:")
    grants.change(session, grant_id, refusal=sentence)
    accounts.stop(session, grants.accounts_of(session, grant_id), f"{sentence} Sign in again.")
    announce(session, now, topic="accounts")


_KEY, _SECRET = "oauth:", "oauth-secret:"
_FIELDS = ("title", "authorize_url", "token_url", "device_url", "client_id", "help")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


def _stored(session: Session, name: str) -> dict[str, str]:
    found = settings.get(session, _KEY + name)
    return dict(json.loads(found)) if found else {}


def _said(session: Session, name: str) -> Provider:
    said = _stored(session, name)
    if not said and name not in PROVIDERS:
        raise NotFound(f"There is no provider called {name!r}.", "See: nightdesk oauth list")
    return _made(name, said)


def _made(name: str, said: Mapping[str, str]) -> Provider:
    known = PROVIDERS.get(name, Provider(name, name, "", "", "", ()))
    values = {key: said[key] for key in _FIELDS if key in said}
    scopes = tuple(said["scopes"].split()) if "scopes" in said else known.scopes
    return replace(known, **values, scopes=scopes)  # type: ignore[arg-type]


def _sealed(session: Session, grant_id: str, given: Tokens, servers: Collection[str]) -> str:
    text = json.dumps({"access": str(given.access), "refresh": str(given.refresh)})
    return vault.seal(session, Secret(text), (_use(grant_id), *servers))


def _use(grant_id: str) -> str:
    return f"consent {grant_id}"
