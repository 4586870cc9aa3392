"""How much mail one correspondent may cause before a loop is suspected (R6)."""

from datetime import datetime, timedelta

WINDOW = timedelta(minutes=120)
CREATIONS = 20  # records one address may open in the window
UPDATES = 20  # mails of one address on one record in the window
BACKLOG_AGE = timedelta(days=1)
BACKLOG = 500  # likewise for mail that is a day old and more: a mailbox fetched for the first time is no loop
RELAY_WINDOW = timedelta(hours=1)
RELAYS = 60  # messages of one record whose copies are mailed to its followers in the relay window


def most(limit: int, sent_at: datetime | None, now: datetime) -> int:
    """Give the limit for a mail of this date (None: it has none)."""
    return BACKLOG if sent_at is not None and sent_at < now - BACKLOG_AGE else limit
