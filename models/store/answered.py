"""What answers and notifications of many messages are made from besides themselves: the public thread, and a quote."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from models.store.among import among, rows
from models.store.messages import THREAD
from models.tables.all import metadata
from models.types.message import Direction, MailClass, MessageKind


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A public message as the thread's headers name it."""

    id: int
    record_id: int
    direction: Direction
    mail_class: MailClass
    author_agent_id: int | None
    message_id: str
    relay_id: str
    public: bool = True


@dataclass(frozen=True, slots=True)
class Quoted:
    """A message as an answer quotes it."""

    id: int
    author_name: str
    author_address: str
    text: str
    new_text: str
    sent_at: datetime | None
    created_at: datetime


def public_threads(session: Session, record_ids: Collection[int]) -> dict[int, list[ThreadLine]]:
    """Read what outsiders may know of among the newest messages of these records, newest first."""
    found: dict[int, list[ThreadLine]] = defaultdict(list)
    for row in rows(session, _THREADS, record_ids):
        found[row[1]].append(ThreadLine(*row))
    return found


def quoted(session: Session, message_ids: Collection[int]) -> dict[int, Quoted]:
    """Read the texts of these messages."""
    return {row[0]: Quoted(*row) for row in rows(session, _QUOTED, message_ids)}


# Built once: building a statement costs more than running it.
_MESSAGE, _RECORD = metadata.tables["message"], metadata.tables["record"]
_OTHER = _MESSAGE.alias("other")
_OLDEST = (  # of the newest
    select(_OTHER.c.id)
    .where(_OTHER.c.record_id == _RECORD.c.id)
    .order_by(_OTHER.c.id.desc())
    .limit(1)
    .offset(THREAD - 1)
    .correlate(_RECORD)
    .scalar_subquery()
)
_THREADS = (
    select(*(_MESSAGE.c[field.name] for field in fields(ThreadLine) if field.name != "public"))
    .join(_RECORD, _RECORD.c.id == _MESSAGE.c.record_id)
    .where(
        among(_RECORD.c.id),
        _MESSAGE.c.id >= func.coalesce(_OLDEST, 0),
        _MESSAGE.c.kind == MessageKind.EMAIL,
    )
    .order_by(_MESSAGE.c.record_id, _MESSAGE.c.id.desc())
)
_QUOTED = select(*(_MESSAGE.c[field.name] for field in fields(Quoted))).where(among(_MESSAGE.c.id))
