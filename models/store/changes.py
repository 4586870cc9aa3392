"""The change log: "look again at", written in the transaction of what changed; the feed reads it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session

from models.store.bulk_insert import insert_values
from models.tables.all import metadata

_ANNOUNCE = insert(metadata.tables["change_log"])


def announce(session: Session, now: datetime, record_id: int | None = None, topic: str = "record") -> None:
    """Say that a record, the quarantine or the accounts (``topic``) changed; heard by all once committed."""
    session.execute(_ANNOUNCE, {"record_id": record_id, "topic": topic, "at": now})


def announce_records(session: Session, now: datetime, record_ids: Collection[int]) -> None:
    """Say it of several records."""
    rows = [(one, "record", now) for one in dict.fromkeys(record_ids)]
    insert_values(session, "change_log", ("record_id", "topic", "at"), rows)
