"""Raw mail that came since a moment, for whoever waits for one mail."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.tables.mail import RawMail

MOST = 50
LARGEST_BYTES = 100_000


def newest(session: Session) -> int:
    """Return the newest mail's id; 0 when there is none."""
    return session.scalar(select(func.max(col(RawMail.id)))) or 0


def since(session: Session, account_id: int, raw_id: int) -> Sequence[bytes]:
    """Read the small mails an account fetched after this one."""
    statement = (
        select(col(RawMail.content))
        .where(col(RawMail.account_id) == account_id, col(RawMail.id) > raw_id, col(RawMail.size_bytes) < LARGEST_BYTES)
        .order_by(col(RawMail.id).desc())
        .limit(MOST)
    )
    return [bytes(content) for content in session.scalars(statement)]
