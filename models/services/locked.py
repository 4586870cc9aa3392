"""Accounts this process cannot serve, because it lacks what another may have: a key, a variable, a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from models.services import key_file, sealing, secret, vault
from models.store import accounts, dkim, leases, settings
from models.store.accounts import AccountFacts, Half
from models.store.changes import announce
from models.types.errors import SettingsError

_NOBODY = "Its password is sealed and no worker that runs has the key."
_HERE = ("env:", "file:")  # cheap to look at, and what one process has another may not


@dataclass(frozen=True, slots=True)
class Locked:
    """Why accounts cannot be served here, by id; why none can send here ("" when they can)."""

    accounts: Mapping[int, str] = field(default_factory=dict)
    sending: str = ""


def locked(session: Session, every: Sequence[AccountFacts]) -> Locked:
    """Look for what this process lacks."""
    here = vault.openable(session)
    public = settings.get(session, settings.WORKER_KEY)
    desk_key = sealing.key_id(public) if public else ""
    found: dict[int, str] = {}
    for one in every:
        if one.secret.startswith((sealing.PREFIX, "oauth:")):
            if (sealing.sealed_to(one.secret) or desk_key) not in here:
                found[one.id] = f"{_NOBODY} {_where(session)}"
        elif one.secret.startswith(_HERE):
            try:
                secret.resolve(one.secret)
            except SettingsError as error:
                found[one.id] = f"{error} {error.remedy}"
    return Locked(found, _unsigned(session, here))


def tell(session: Session, lacking: Locked, every: Sequence[AccountFacts], now: datetime) -> None:
    """Let the accounts that nobody serves say why; their queues are kept."""
    told = False
    for one in every:
        sentence = lacking.accounts.get(one.id, "")
        if sentence and not _served(session, one.id, ("send", "fetch"), now):
            told |= accounts.stop(session, [one.id], sentence)
        elif lacking.sending and one.smtp_host and not sentence and not _served(session, one.id, ("send",), now):
            told |= accounts.stop(session, [one.id], lacking.sending, half=Half.SEND)
    if told:
        announce(session, now, topic="accounts")


def _served(session: Session, account_id: int, jobs: Sequence[str], now: datetime) -> bool:
    return any(leases.holder_of(session, f"{job}:{account_id}", now) for job in jobs)


def _unsigned(session: Session, here: frozenset[str]) -> str:
    for domain, selector, _, text in dkim.active(session):
        if sealing.sealed_to(text) not in here:
            return f"The key {selector} that signs mail of {domain} cannot be opened here. {_where(session)}"
    return ""


def _where(session: Session) -> str:
    path = vault.place(session)
    try:
        there = key_file.read(path) if path else ()
    except SettingsError as error:
        return f"{error} {error.remedy}"
    if there:
        return f"{path} holds another key: put the right one there, or enter the secret again."
    return f"Put its key file at {path}, or enter the secret again." if path else "Name it with key_file."
