"""The change log: "look again at", written in the transaction of what changed; the feed reads it."""

from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session

from models.tables.all import metadata

_ANNOUNCE = insert(metadata.tables["change_log"])


def announce(session: Session, now: datetime, record_id: int | None = None, topic: str = "record") -> None:
    """Say that a record, the quarantine or the accounts (``topic``) changed; heard by all once committed."""
    session.execute(_ANNOUNCE, {"record_id": record_id, "topic": topic, "at": now})
