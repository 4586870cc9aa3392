"""Bring a mail account back: a new place for its password, and the next try at once."""

from datetime import datetime

from sqlmodel import Session

from models.services.accounts import sealed
from models.store import accounts
from models.store.changes import announce
from models.types.errors import NotFound
from models.types.secret import Secret


def id_of(session: Session, name: str) -> int:
    """Find an account by its name; ``NotFound`` when there is none."""
    found = accounts.by_name(session, name)
    if found is None:
        raise NotFound(f"There is no account called {name!r}.", "See: nightdesk account list")
    return found


def retry(session: Session, *, name: str, now: datetime, secret: str = "", password: Secret | None = None) -> None:
    """Try both halves again at once, with the password's new place, or the one that was typed: it is sealed here."""
    account_id = id_of(session, name)
    facts = accounts.read(session, account_id)
    if password is not None and facts is not None:
        secret = sealed(session, facts, password)
    if secret:
        accounts.set_secret(session, account_id, secret)
    accounts.restart(session, account_id)
    announce(session, now, topic="accounts")
