"""Throw away what nobody reads any more."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col

from models.tables.mail import ChangeLog, Lease


def old_changes(session: Session, before: datetime) -> int:
    """Drop announcements from before this moment, and leases nobody has held since; how many announcements."""
    dropped = session.execute(delete(ChangeLog).where(col(ChangeLog.at) < before).returning(col(ChangeLog.id)))
    session.execute(delete(Lease).where(col(Lease.until) < before))
    return len(dropped.all())
