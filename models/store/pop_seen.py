"""Which messages of a POP3 mailbox are stored here, by their unique ids: POP3's only cursor."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from models.store.raw_mail import STORED
from models.store.upsert import insert_into
from models.tables.mail import PopSeen, RawMail

CHUNK = 500  # ids in one statement; SQLite takes 32,766 parameters


def known(session: Session, account_id: int) -> frozenset[str]:
    """Every UIDL of the account whose mail is stored."""
    return frozenset(session.scalars(select(col(PopSeen.uidl)).where(col(PopSeen.account_id) == account_id)))


def remember(session: Session, account_id: int, uidl: str, *, sha256: str, whole: bool, now: datetime) -> None:
    """Note that the mail with this content, stored in this transaction or before, is what the UIDL names."""
    raw_id = session.scalars(
        select(col(RawMail.id)).where(col(RawMail.account_id) == account_id, col(RawMail.sha256) == sha256)
    ).one()
    statement = insert_into(session, PopSeen).values(
        account_id=account_id, uidl=uidl, raw_id=raw_id, seen_at=now, whole=whole, deleted=False
    )
    session.execute(statement.on_conflict_do_nothing(index_elements=["account_id", "uidl"]))


def placed(session: Session, account_id: int, before: datetime) -> frozenset[str]:
    """UIDLs stored whole, no later than ``before``, and placed since: what may be deleted there."""
    statement = (
        select(col(PopSeen.uidl))
        .join(RawMail, col(RawMail.id) == col(PopSeen.raw_id))
        .where(
            col(PopSeen.account_id) == account_id,
            col(PopSeen.seen_at) <= before,
            col(PopSeen.whole),
            col(RawMail.state) != STORED,
        )
    )
    return frozenset(session.scalars(statement))


def mark_deleted(session: Session, account_id: int, uidls: Collection[str]) -> None:
    """Note what the server confirmed to have deleted."""
    for chunk in _chunks(uidls):
        session.execute(
            update(PopSeen)
            .where(col(PopSeen.account_id) == account_id, col(PopSeen.uidl).in_(chunk))
            .values(deleted=True)
        )


def forget(session: Session, account_id: int, uidls: Collection[str]) -> None:
    """Drop the rows of messages the server has no more."""
    for chunk in _chunks(uidls):
        session.execute(delete(PopSeen).where(col(PopSeen.account_id) == account_id, col(PopSeen.uidl).in_(chunk)))


def gone(session: Session, account_id: int, listed: Collection[str], before: datetime) -> frozenset[str]:
    """UIDLs the server lists no more: deleted by us, or first seen before ``before``."""
    statement = select(col(PopSeen.uidl)).where(
        col(PopSeen.account_id) == account_id, col(PopSeen.deleted) | (col(PopSeen.seen_at) < before)
    )
    return frozenset(session.scalars(statement)) - frozenset(listed)


def _chunks(uidls: Collection[str]) -> list[list[str]]:
    ordered = sorted(uidls)
    return [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]
