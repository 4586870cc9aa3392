"""Say which addresses and domains an account's server sends as (R10)."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from models.rules.address import domain, normal
from models.services import admin
from models.store import accounts, edits
from models.store.changes import announce
from models.tables.mail import Account
from models.types.actor import Actor
from models.types.errors import NotAllowed, NotFound


def set_sends_as(session: Session, actor: Actor, name: str, entries: Sequence[str], *, now: datetime) -> str:
    """Set the list, addresses and domains; none: it sends as any address. The list as it is kept."""
    admin.require(session, actor)
    account_id = accounts.by_name(session, name)
    if account_id is None:
        raise NotFound(f"There is no account called {name!r}.", "See: nightdesk account list")
    kept = ", ".join(dict.fromkeys(_entry(one) for one in entries))
    edits.change(session, Account, account_id, {"sends_as": kept}, by=actor.login, what="what it sends as", now=now)
    announce(session, now, topic="accounts")
    return kept


def _entry(said: str) -> str:
    host = said.strip().removeprefix("@")
    found = normal(host) if "@" in host else domain(f"x@{host}")
    if not found:
        raise NotAllowed(f"{said!r} is neither a mail address nor a domain.")
    return found
