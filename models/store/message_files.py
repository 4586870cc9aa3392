"""The files of a message as they go out again."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from models.store.among import among, rows
from models.tables.all import metadata


@dataclass(frozen=True, slots=True)
class MessageFile:
    """``path``: the part of the raw mail ``raw_id`` it came as; ``sha256``: an outgoing file's content."""

    name: str
    media_type: str
    size_bytes: int
    path: str
    sha256: str
    raw_id: int | None


def of_messages(session: Session, message_ids: Collection[int]) -> dict[int, list[MessageFile]]:
    """List those of each message in their order."""
    found: dict[int, list[MessageFile]] = defaultdict(list)
    for row in rows(session, _FILES, message_ids):
        found[row[0]].append(MessageFile(*row[1:]))
    return found


# Built once: building a statement costs more than running it.
_FILE, _MESSAGE = metadata.tables["attachment"], metadata.tables["message"]
_FILES = (
    select(
        _FILE.c.message_id,
        _FILE.c.name,
        _FILE.c.media_type,
        _FILE.c.size_bytes,
        _FILE.c.path,
        _FILE.c.sha256,
        _MESSAGE.c.raw_id,
    )
    .join(_MESSAGE, _MESSAGE.c.id == _FILE.c.message_id)
    .where(among(_FILE.c.message_id))
    .order_by(_FILE.c.id)
)
