"""Files attached to drafts, and the bytes of outgoing files: kept once, whatever uses them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam, delete, exists, insert, select
from sqlmodel import Session, col

from models.store.upsert import insert_into
from models.tables.record import Attachment, DraftFile, FileContent


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes are kept. ``id``: its row with a draft; 0 when it is with none."""

    id: int
    name: str
    media_type: str
    size_bytes: int
    sha256: str


def keep(session: Session, content: bytes, now: datetime) -> str:
    """Keep bytes; their hash. The same bytes are kept once, as new as their newest use."""
    digest = sha256(content).hexdigest()
    statement = insert_into(session, FileContent).values(
        sha256=digest, size_bytes=len(content), added_at=now, content=content
    )
    session.execute(statement.on_conflict_do_update(index_elements=["sha256"], set_={"added_at": now}))
    return digest


def content(session: Session, digest: str) -> bytes | None:
    """Give the bytes; None when they are gone."""
    return session.scalar(_CONTENT, {"sha256": digest})


def of_draft(session: Session, draft_id: int) -> list[Kept]:
    """List a draft's files as they were attached."""
    columns = (DraftFile.id, DraftFile.name, DraftFile.media_type, DraftFile.size_bytes, DraftFile.sha256)
    statement = select(*map(col, columns)).where(col(DraftFile.draft_id) == draft_id).order_by(col(DraftFile.id))
    return [Kept(*row) for row in session.execute(statement)]


def add(session: Session, draft_id: int, files: Iterable[Kept]) -> None:
    """Attach files to a draft."""
    rows = [
        {
            "draft_id": draft_id,
            "name": file.name,
            "media_type": file.media_type,
            "size_bytes": file.size_bytes,
            "sha256": file.sha256,
        }
        for file in files
    ]
    if rows:
        session.execute(insert(DraftFile), rows)


def remove(session: Session, draft_id: int, file_id: int) -> bool:
    """Detach a file; whether it was attached."""
    statement = delete(DraftFile).where(col(DraftFile.draft_id) == draft_id, col(DraftFile.id) == file_id)
    return session.execute(statement.returning(col(DraftFile.id))).first() is not None


def send(session: Session, message_id: int, files: Sequence[Kept]) -> None:
    """Let a message carry these."""
    rows = [
        {
            "message_id": message_id,
            "name": file.name,
            "media_type": file.media_type,
            "size_bytes": file.size_bytes,
            "path": "",
            "sha256": file.sha256,
        }
        for file in files
    ]
    if rows:
        session.execute(insert(Attachment), rows)


def sweep(session: Session, before: datetime) -> int:
    """Take out bytes added before then that no draft and no message uses; how many files that were.

    Those an undo could bring back are younger.
    """
    used = exists().where(col(Attachment.sha256) == col(FileContent.sha256))
    attached = exists().where(col(DraftFile.sha256) == col(FileContent.sha256))
    statement = delete(FileContent).where(col(FileContent.added_at) < before, ~used, ~attached)
    return len(session.execute(statement.returning(col(FileContent.sha256))).all())


# Built once: building a statement costs more than running it.
_CONTENT = select(col(FileContent.content)).where(col(FileContent.sha256) == bindparam("sha256"))
