"""Note how fetching an account's mail goes; people hear of a change."""

from datetime import datetime

from sqlmodel import Session

from models.store import accounts
from models.store.accounts import Half
from models.store.changes import announce


def worked(session: Session, *, account_id: int, now: datetime) -> None:
    """Note that the mailbox was read to its end."""
    if accounts.works(session, account_id, Half.FETCH, now):
        announce(session, now, topic="accounts")


def failed(session: Session, *, account_id: int, sentence: str, stop: bool, now: datetime) -> datetime:
    """Note why it was not; when to come back. ``stop``: a person must act, as after a refused login."""
    retry_at = accounts.fails(session, account_id, Half.FETCH, sentence, now, stop=stop)
    announce(session, now, topic="accounts")
    return retry_at
