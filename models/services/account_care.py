"""Bring a mail account back: the next try at once."""

from datetime import datetime

from sqlmodel import Session

from models.store import accounts
from models.store.changes import announce
from models.types.errors import NotFound


def id_of(session: Session, name: str) -> int:
    """Find an account by its name; ``NotFound`` when there is none."""
    found = accounts.by_name(session, name)
    if found is None:
        raise NotFound(f"There is no account called {name!r}.", "See: nightdesk account list")
    return found


def retry(session: Session, *, name: str, now: datetime) -> None:
    """Try both halves again at once."""
    accounts.restart(session, id_of(session, name))
    announce(session, now, topic="accounts")
