"""What automation rules judge a record and its mail by, and what they may name; and the fields only they write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlmodel import Session, col

from models.rules.address import normal
from models.store import templates
from models.store.records import bare
from models.tables.all import metadata
from models.tables.desk import Agent, Alias, Brand, Domain, Kind
from models.tables.mail import RawMail, SendingAddress
from models.tables.record import Attachment, Following, Message, Record
from models.types.automation import Terms
from models.types.message import Direction, MessageKind
from models.types.record import Need

RECENT_TAGGED = 2000  # the newest records whose tags are offered for completion


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stands now."""

    id: int
    kind: str
    number: int
    title: str
    stage: str
    need: Need
    assignee_id: int | None
    brand_id: int | None
    tags: tuple[str, ...]
    sending_address_id: int | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What rules judge of a mail. Addresses are normal."""

    author: str
    written_to: frozenset[str]
    subject: str
    text: str
    files: int


def standing(session: Session, record_id: int) -> Standing | None:
    """Read a record as it stands."""
    row = session.execute(_STANDING, {"record": record_id}).first()
    return _standing(row) if row else None


def newest(session: Session, limit: int) -> list[Standing]:
    """Read the records that were opened last, newest first."""
    return [_standing(row) for row in session.execute(_NEWEST, {"most": limit})]


def followers(session: Session, record_id: int) -> frozenset[str]:
    """Name the agents who follow a record, by login."""
    return frozenset(session.scalars(_FOLLOWERS, {"record": record_id}))


def letters(session: Session, record_id: int) -> tuple[Letter | None, Letter | None]:
    """Read the first and the newest mail that came in on a record; None: there is none, or only one."""
    first = session.execute(_FIRST_IN, {"record": record_id}).first()
    if first is None:
        return None, None
    last = session.execute(_LAST_IN, {"record": record_id}).one()
    return _letter(session, first), None if last.id == first.id else _letter(session, last)


def answered(session: Session, record_id: int) -> bool:
    """Tell whether an agent ever answered on a record."""
    return session.scalar(_ANSWERED, {"record": record_id}) is not None


def mailed_since(session: Session, record_id: int, since: datetime) -> bool:
    """Tell whether mail left a record since then, written by whomever."""
    return session.scalar(_MAILED, {"record": record_id, "since": since}) is not None


def set_tags(session: Session, record_id: int, tags: Sequence[str]) -> None:
    """Set a record's tags."""
    session.execute(update(Record).where(col(Record.id) == record_id).values(tags=list(tags)))


def add_tried(session: Session, message_id: int, tried: Iterable[tuple[str, str, str]]) -> None:
    """Add to what ``w`` shows of a message."""
    mine = col(Message.id) == message_id
    before = session.scalar(select(col(Message.tried)).where(mine)) or []
    session.execute(update(Message).where(mine).values(tried=[*before, *(list(one) for one in tried)]))


def terms(session: Session) -> Terms:
    """Read what a rule may name."""
    kinds = session.execute(select(col(Kind.name), col(Kind.stages)).order_by(col(Kind.name)))
    aliases = session.execute(select(col(Alias.local_part), col(Domain.name)).join(Domain).order_by(col(Alias.id)))
    senders = select(col(SendingAddress.email)).where(~col(SendingAddress.removed)).order_by(col(SendingAddress.id))
    tagged = select(col(Record.tags)).order_by(col(Record.id).desc()).limit(RECENT_TAGGED)
    return Terms(
        stages={name: tuple(stages) for name, stages in kinds},
        brands=tuple(session.scalars(select(col(Brand.name)).order_by(col(Brand.name)))),
        agents=tuple(session.scalars(select(col(Agent.login)).where(col(Agent.active)).order_by(col(Agent.login)))),
        senders=tuple(dict.fromkeys(session.scalars(senders))),
        templates=templates.names(session),
        tags=tuple(sorted({tag for tags in session.scalars(tagged) for tag in tags})),
        aliases=tuple(f"{local}@{name}" for local, name in aliases),
    )


def _standing(row: Row[*tuple[Any, ...]]) -> Standing:
    values: dict[str, Any] = {name: getattr(row, name) for name in _NAMES}
    return Standing(**{**values, "tags": tuple(row.tags)})


def _letter(session: Session, row: Row[*tuple[Any, ...]]) -> Letter:
    envelope = session.scalar(_ENVELOPE, {"raw": row.raw_id}) if row.raw_id is not None else None
    return Letter(
        author=row.author_address,
        written_to=frozenset(normal(bare(line)) for line in (*row.to_line, *row.cc_line, *(envelope or ()))) - {""},
        subject=row.subject,
        text=row.new_text or row.text,
        files=session.scalar(_FILES, {"message": row.id}) or 0,
    )


# Built once: building a statement costs more than running it.
_RECORD, _MESSAGE = (metadata.tables[name] for name in ("record", "message"))
_NAMES = ("id", "kind", "number", "title", "stage", "need", "assignee_id", "brand_id", "tags", "sending_address_id")
_COLUMNS = select(*(_RECORD.c[name] for name in _NAMES))
_STANDING = _COLUMNS.where(_RECORD.c.id == bindparam("record"))
_NEWEST = _COLUMNS.order_by(_RECORD.c.id.desc()).limit(bindparam("most"))
_FOLLOWERS = (
    select(col(Agent.login))
    .join(Following, col(Following.agent_id) == col(Agent.id))
    .where(col(Following.record_id) == bindparam("record"))
)
_IN = (
    select(
        _MESSAGE.c.id,
        _MESSAGE.c.raw_id,
        _MESSAGE.c.author_address,
        _MESSAGE.c.to_line,
        _MESSAGE.c.cc_line,
        _MESSAGE.c.subject,
        _MESSAGE.c.text,
        _MESSAGE.c.new_text,
    )
    .where(
        _MESSAGE.c.record_id == bindparam("record"),
        _MESSAGE.c.direction == Direction.IN,
        _MESSAGE.c.kind == MessageKind.EMAIL,
        _MESSAGE.c.author_agent_id.is_(None),
    )
    .limit(1)
)
_FIRST_IN = _IN.order_by(_MESSAGE.c.id)
_LAST_IN = _IN.order_by(_MESSAGE.c.id.desc())
_ANSWERED = (
    select(_MESSAGE.c.id)
    .where(
        _MESSAGE.c.record_id == bindparam("record"),
        _MESSAGE.c.kind == MessageKind.EMAIL,
        _MESSAGE.c.author_agent_id.is_not(None),
    )
    .limit(1)
)
_MAILED = (
    select(_MESSAGE.c.id)
    .where(
        _MESSAGE.c.record_id == bindparam("record"),
        _MESSAGE.c.direction == Direction.OUT,
        _MESSAGE.c.created_at > bindparam("since"),
    )
    .limit(1)
)
_ENVELOPE = select(col(RawMail.envelope_to)).where(col(RawMail.id) == bindparam("raw"))
_FILES = select(func.count()).select_from(Attachment).where(col(Attachment.message_id) == bindparam("message"))
