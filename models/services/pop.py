"""Take mail in from a POP3 mailbox, and say what may be deleted there (R1.4)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlmodel import Session

from models.store import pop_seen, raw_mail
from models.store.raw_mail import RawRow
from models.types.account import Popped
from models.types.failpoint import Point, reach

FORGET_AFTER = timedelta(days=30)  # a listing that lacks a message may be a server's bad day


def known(session: Session, *, account_id: int) -> frozenset[str]:
    """UIDLs that need not be fetched."""
    return pop_seen.known(session, account_id)


def keep(session: Session, *, account_id: int, mails: Sequence[Popped], now: datetime) -> int:
    """Store what was fetched together with its UIDLs; how many mails were new.

    A server that renames everything offers old bytes under new names: the names are learned, the rows stay.
    """
    rows = [_row(mail) for mail in mails]
    new = raw_mail.keep(session, account_id, rows, now)
    reach(Point.POP_KEEP)
    for mail, row in zip(mails, rows, strict=True):
        pop_seen.remember(
            session,
            account_id,
            mail.uidl,
            sha256=sha256(row.content).hexdigest(),
            whole=mail.content is not None,
            now=now,
        )
    return new


def deletable(
    session: Session, *, account_id: int, leave_days: int | None, listed: Collection[str], now: datetime
) -> frozenset[str]:
    """UIDLs to delete on the server: placed here, and there long enough. ``leave_days`` None: never any."""
    if leave_days is None:
        return frozenset()
    return pop_seen.placed(session, account_id, now - timedelta(days=leave_days)) & frozenset(listed)


def settle(
    session: Session, *, account_id: int, listed: Collection[str], deleted: Collection[str], now: datetime
) -> None:
    """Note what the server confirmed to have deleted, and forget what it has no more."""
    pop_seen.mark_deleted(session, account_id, deleted)
    pop_seen.forget(session, account_id, pop_seen.gone(session, account_id, listed, now - FORGET_AFTER))


def _row(mail: Popped) -> RawRow:
    if mail.content is not None:
        return RawRow(folder="", uidvalidity=0, uid=0, content=mail.content, size_bytes=mail.size_bytes)
    reason = f"Too large ({mail.size_bytes} bytes): only its header was fetched; the server has it."
    return RawRow(folder="", uidvalidity=0, uid=0, content=mail.header, size_bytes=mail.size_bytes, reason=reason)
