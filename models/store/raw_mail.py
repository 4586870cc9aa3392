"""Raw mail as it came, and how far each folder was fetched (C2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session, col

from models.store.upsert import insert_into
from models.tables.all import metadata
from models.tables.mail import FolderCursor, RawMail
from models.types.account import Cursor
from models.types.routing import Target

STORED, ROUTED, QUARANTINED, DUPLICATE, IGNORED, SPAM = (
    "stored", "routed", "quarantined", "duplicate", "ignored", "spam",
)  # fmt: skip
STATES = {  # of a mail that became no message; any other such mail is ignored
    Target.DUPLICATE: DUPLICATE,
    Target.QUARANTINE: QUARANTINED,
    Target.SPAM: SPAM,
}


@dataclass(frozen=True, slots=True)
class RawRow:
    """One raw mail to keep. ``reason`` is a warning to show with it, "" for none."""

    folder: str
    uidvalidity: int
    uid: int
    content: bytes
    size_bytes: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Queued:
    """A stored mail nobody has placed yet, without its bytes. ``attempts``: tries begun and not finished."""

    id: int
    size_bytes: int
    attempts: int


@dataclass(frozen=True, slots=True)
class RawFacts:
    """What routing must know of the raw mail and its account. ``default_kind`` "" = none."""

    id: int
    account_id: int | None
    default_kind: str
    brand_id: int | None
    sha256: str
    state: str
    attempts: int
    reason: str
    envelope_from: str | None
    envelope_to: tuple[str, ...]
    received_at: datetime


def keep(session: Session, account_id: int, rows: Sequence[RawRow], now: datetime) -> int:
    """Store what is not stored yet; how many were new. The same bytes twice in one account are one row."""
    if not rows:
        return 0
    statement = insert_into(session, RawMail).on_conflict_do_nothing(index_elements=["account_id", "sha256"])
    new = 0
    for row in rows:
        values = _values(row.content, now) | {
            "account_id": account_id,
            "folder": row.folder,
            "uidvalidity": row.uidvalidity,
            "uid": row.uid,
            "size_bytes": row.size_bytes,
            "reason": row.reason,
        }
        new += session.scalar(statement.values(values).returning(col(RawMail.id))) is not None
    return new


def keep_one(
    session: Session, content: bytes, envelope_from: str | None, envelope_to: Sequence[str], now: datetime
) -> int:
    """Store one mail that no account fetched; its id. The same bytes for the same recipients keep their first row."""
    digest = sha256(content).hexdigest()
    lock_identity(session, digest)
    same = select(col(RawMail.id), col(RawMail.envelope_to)).where(
        col(RawMail.account_id).is_(None), col(RawMail.sha256) == digest
    )
    for raw_id, recipients in session.execute(same):
        if raw_id is not None and list(recipients) == list(envelope_to):
            return int(raw_id)
    values = _values(content, now) | {
        "size_bytes": len(content),
        "envelope_from": envelope_from,
        "envelope_to": list(envelope_to),
    }
    made = session.scalar(insert(RawMail).values(values).returning(col(RawMail.id)))
    assert made is not None
    return int(made)


def lock_identity(session: Session, name: str) -> None:
    """Let nobody else decide about the same mail until this transaction ends (SQLite has one writer anyway)."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def cursor(session: Session, account_id: int, folder: str) -> Cursor:
    """Say how far a folder was fetched."""
    found = session.execute(
        select(col(FolderCursor.uidvalidity), col(FolderCursor.last_uid)).where(
            col(FolderCursor.account_id) == account_id, col(FolderCursor.folder) == folder
        )
    ).first()
    return Cursor(found[0], found[1]) if found else Cursor(0, 0)


def move_cursor(session: Session, account_id: int, folder: str, to: Cursor, *, back: bool = False) -> None:
    """Move the cursor on: never back within one UIDVALIDITY, to the new place when that changed.

    ``back``: the server gives UIDs out anew under the old UIDVALIDITY, so back it is.
    """
    values = {"uidvalidity": to.uidvalidity, "last_uid": to.last_uid}
    statement = insert_into(session, FolderCursor).values(account_id=account_id, folder=folder, **values)
    moved = (col(FolderCursor.uidvalidity) != to.uidvalidity) | (col(FolderCursor.last_uid) < to.last_uid)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "folder"],
            set_=values,
            where=None if back else moved,
        )
    )


def queue(session: Session, *, tried: bool, limit: int) -> list[Queued]:
    """Give the oldest mails that wait to be placed, without their bytes: fifty large ones would not fit in memory.

    ``tried``: those somebody began and did not finish, else those nobody began.
    """
    statement = (
        select(col(RawMail.id), col(RawMail.size_bytes), col(RawMail.attempts))
        .where(col(RawMail.state) == STORED, (col(RawMail.attempts) > 0) == tried)
        .order_by(col(RawMail.id))
        .limit(limit)
    )
    return [Queued(row_id, size, attempts) for row_id, size, attempts in session.execute(statement) if row_id]


def begin_attempt(session: Session, raw_ids: Sequence[int]) -> None:
    """Count a try before it is made: a mail that kills its worker is known by it (poison, d.3)."""
    session.execute(update(RawMail).where(col(RawMail.id).in_(raw_ids)).values(attempts=col(RawMail.attempts) + 1))


def take_attempt_back(session: Session, raw_ids: Sequence[int]) -> None:
    """Uncount a try that ended for reasons that are not the mail's; one placed meanwhile keeps its count."""
    still_there = (col(RawMail.id).in_(raw_ids), col(RawMail.state) == STORED, col(RawMail.attempts) > 0)
    session.execute(update(RawMail).where(*still_there).values(attempts=col(RawMail.attempts) - 1))


def content(session: Session, raw_id: int) -> bytes | None:
    """Give the bytes as they came; None when there is no such mail."""
    return session.scalar(_CONTENT, {"raw": raw_id})


def facts(session: Session, raw_id: int) -> RawFacts | None:
    """Read what routing must know, and let no other process place it meanwhile."""
    row = session.execute(_RAW_FACTS, {"raw": raw_id}).first()
    if row is None:
        return None
    return RawFacts(
        id=raw_id,
        account_id=row.account_id,
        default_kind=row.default_kind or "",
        brand_id=row.brand_id,
        sha256=row.sha256,
        state=row.state,
        attempts=row.attempts,
        reason=row.reason,
        envelope_from=row.envelope_from,
        envelope_to=tuple(row.envelope_to),
        received_at=row.received_at,
    )


def close(
    session: Session,
    raw_id: int,
    state: str,
    *,
    reason: str = "",
    sender: str = "",
    subject: str = "",
    tried: Sequence[Sequence[str]] = (),
) -> None:
    """Write down where it went. ``sender`` and ``subject`` are for the quarantine list."""
    values = {
        "new_state": state,
        "new_reason": reason,
        "new_sender": sender,
        "new_subject": subject,
        "new_tried": [list(one) for one in tried],
    }
    session.execute(_CLOSE, {"raw": raw_id} | values)


# Statements are built once: building one costs more than running it.
_RAW, _ACCOUNT = metadata.tables["raw_mail"], metadata.tables["account"]
_CONTENT = select(_RAW.c.content).where(_RAW.c.id == bindparam("raw"))
_RAW_FACTS = (
    select(
        _RAW.c.account_id,
        _ACCOUNT.c.default_kind,
        _ACCOUNT.c.brand_id,
        _RAW.c.sha256,
        _RAW.c.state,
        _RAW.c.attempts,
        _RAW.c.reason,
        _RAW.c.envelope_from,
        _RAW.c.envelope_to,
        _RAW.c.received_at,
    )
    .select_from(_RAW.outerjoin(_ACCOUNT))
    .where(_RAW.c.id == bindparam("raw"))
    .with_for_update(of=_RAW)
)
_CLOSE = (
    update(_RAW)
    .where(_RAW.c.id == bindparam("raw"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "reason", "sender", "subject", "tried")})
)


def _values(content: bytes, now: datetime) -> dict[str, object]:
    return {
        "sha256": sha256(content).hexdigest(),
        "content": content,
        "received_at": now,
        "state": STORED,
        "envelope_to": [],
        "tried": [],
        "attempts": 0,
        "sender": "",
        "subject": "",
        "reason": "",
        "folder": "",
        "uidvalidity": 0,
        "uid": 0,
    }
