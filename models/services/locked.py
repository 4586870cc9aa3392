"""Accounts whose sealed password cannot be opened: by this process, or by nobody."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from models.services import key_file, sealing, vault
from models.store import accounts, leases, settings
from models.store.accounts import AccountFacts
from models.store.changes import announce
from models.types.errors import SettingsError

_NOBODY = "Its password is sealed and no worker that runs has the key."


def needs_key(reference: str) -> bool:
    """Tell whether a secret opens only with the desk's key."""
    return reference.startswith((sealing.PREFIX, "oauth:"))


def locked(session: Session, every: Sequence[AccountFacts]) -> frozenset[int]:
    """Name those of these accounts that cannot be opened here, by id."""
    here = vault.openable(session)
    public = settings.get(session, settings.WORKER_KEY)
    desk_key = sealing.key_id(public) if public else ""
    return frozenset(
        one.id for one in every if needs_key(one.secret) and (sealing.sealed_to(one.secret) or desk_key) not in here
    )


def tell(session: Session, account_ids: Collection[int], now: datetime) -> None:
    """Let the accounts among these that nobody serves say why; their queues are kept."""
    unserved = {
        one
        for one in account_ids
        if not any(leases.holder_of(session, f"{job}:{one}", now) for job in ("send", "fetch"))
    }
    if unserved and accounts.stop(session, unserved, f"{_NOBODY} {_where(session)}"):
        announce(session, now, topic="accounts")


def _where(session: Session) -> str:
    path = key_file.credential() or session.info.get("key_file")
    try:
        there = key_file.read(path) if path else ()
    except SettingsError as error:
        return f"{error} {error.remedy}"
    if there:
        return f"{path} holds another key: put the right one there, or type the password again."
    return f"Put its key file at {path}, or type the password again." if path else "Name it with key_file."
