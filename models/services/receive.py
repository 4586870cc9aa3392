"""Take mail in: raw bytes first, in the transaction that moves the cursor; everything else comes later (R1)."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from models.store import raw_mail, server_chores
from models.store.changes import announce
from models.store.raw_mail import RawRow
from models.types.account import Batch, Fetched
from models.types.failpoint import Point, reach

STORED = "stored"  # heard by whoever places mail; there is nothing to see yet


def keep(session: Session, *, account_id: int, batch: Batch, now: datetime, chores: bool = False) -> int:
    """Store what a fetch brought and move the cursor with it; how many mails were new.

    Offered twice (another UID, a rescan) the same bytes are one row. A mail over the size limit becomes a row
    holding its header, with a warning. ``chores``: the server is to be told of each that is stored whole.
    """
    rows = [_row(batch, mail) for mail in batch.mails]
    new = raw_mail.keep(session, account_id, rows, now)
    reach(Point.KEEP)
    raw_mail.move_cursor(session, account_id, batch.folder, batch.cursor, back=batch.rescanned)
    if chores:
        whole = [mail.uid for mail in batch.mails if mail.content is not None]
        server_chores.add(session, account_id, batch.folder, batch.cursor.uidvalidity, whole)
    if new:
        announce(session, now, topic=STORED)
    return new


def keep_one(
    session: Session, *, content: bytes, envelope_from: str | None, envelope_to: Sequence[str], now: datetime
) -> int:
    """Store one mail that came by pipe, LMTP or file; its raw id, an old one when it came before.

    ``envelope_from``: None not known, "" the null sender. ``envelope_to``: bare addresses, may be empty.
    """
    announce(session, now, topic=STORED)
    raw_id = raw_mail.keep_one(session, content, envelope_from, envelope_to, now)
    reach(Point.TAKE)
    return raw_id


def _row(batch: Batch, mail: Fetched) -> RawRow:
    whole = mail.content is not None
    return RawRow(
        folder=batch.folder,
        uidvalidity=batch.cursor.uidvalidity,
        uid=mail.uid,
        content=mail.content if mail.content is not None else mail.header,
        size_bytes=mail.size_bytes,
        reason="" if whole else f"Too large ({mail.size_bytes} bytes): only its header was fetched; the server has it.",
    )
