"""Records: made, locked, moved in the stream; who follows them and who took part."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, union, update
from sqlmodel import Session, col

from models.store.upsert import insert_into
from models.tables.all import metadata
from models.tables.record import Following, Record
from models.types.people import Channel, Follower
from models.types.record import Need

PARTICIPANT_MESSAGES = 200  # the newest messages of a record that say who took part


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What services judge a record by."""

    id: int
    kind: str
    number: int
    title: str
    stage: str
    need: Need
    need_since: datetime
    need_reason: str
    assignee_id: int | None
    contact_id: int | None
    brand_id: int | None
    customer_relay: bool | None = None  # None: as its brand does


def lock(session: Session, record_id: int) -> RecordFacts | None:
    """Read a record and let nobody else append to it before this transaction ends."""
    return _one(session, record_id, lock=True)


def read(session: Session, record_id: int) -> RecordFacts | None:
    """Read a record."""
    return _one(session, record_id, lock=False)


def by_number(session: Session, numbers: Iterable[int]) -> dict[int, int]:
    """Find the ids of the records with these numbers."""
    statement = select(col(Record.number), col(Record.id)).where(col(Record.number).in_(list(numbers)))
    return {row.number: row.id for row in session.execute(statement)}


def create(
    session: Session,
    *,
    kind: str,
    number: int,
    title: str,
    stage: str,
    position: int,
    reason: str,
    contact_id: int | None,
    brand_id: int | None,
    now: datetime,
) -> RecordFacts:
    """Make a record that needs us."""
    values = {
        "kind": kind,
        "number": number,
        "title": title,
        "stage": stage,
        "need": Need.NEEDS_US,
        "need_since": now,
        "need_reason": reason,
        "position": position,
        "contact_id": contact_id,
        "brand_id": brand_id,
        "priority": 0,
        "currency": "",
        "tags": [],
        "preview": "",
        "revision": 0,
        "created_at": now,
    }
    record_id = int(session.execute(_CREATE, values).scalar_one())
    return RecordFacts(record_id, kind, number, title, stage, Need.NEEDS_US, now, reason, None, contact_id, brand_id)


def move(session: Session, record_id: int, need: Need, since: datetime, reason: str, position: int) -> None:
    """Give a record its place in the stream."""
    place = {"need": need, "need_since": since, "need_reason": reason[:60], "position": position}
    session.execute(_MOVE, {"record": record_id} | {f"new_{name}": value for name, value in place.items()})


def set_continues(session: Session, record_id: int, old_id: int) -> None:
    """Remember which closed record this one continues."""
    session.execute(update(Record).where(col(Record.id) == record_id).values(continues_id=old_id))


def set_customer_relay(session: Session, record_id: int, on: bool | None) -> None:
    """Set whether customers who follow a record get what other customers write; None: as its brand does."""
    session.execute(update(Record).where(col(Record.id) == record_id).values(customer_relay=on))


def touch(session: Session, record_id: int, preview: str | None = None) -> None:
    """Count a change of the record; ``preview`` None leaves the newest words as they are."""
    if preview is None:
        session.execute(_TOUCH, {"record": record_id})
    else:
        session.execute(_PREVIEW, {"record": record_id, "new_preview": preview})


def followers(session: Session, record_id: int) -> tuple[Follower, ...]:
    """Give who follows a record, in the order they began; an agent who left follows nothing."""
    found = []
    rows = session.execute(_FOLLOWERS, {"record": record_id})
    for row_id, agent_id, contact_id, name, email, channel, active, customer, customer_email in rows:
        if agent_id is None:
            found.append(Follower(row_id, customer, customer_email, Channel.EMAIL, contact_id=contact_id))
        elif active:
            found.append(Follower(row_id, name, email, channel, agent_id=agent_id))
    return tuple(found)


def follow(session: Session, record_id: int, *, agent_id: int | None = None, contact_id: int | None = None) -> bool:
    """Make an agent or a contact a follower. False: they were one already."""
    mine = col(Following.agent_id) == agent_id if contact_id is None else col(Following.contact_id) == contact_id
    there = select(col(Following.id)).where(col(Following.record_id) == record_id, mine)
    if session.scalar(there) is not None:
        return False
    statement = insert_into(session, Following).values(record_id=record_id, agent_id=agent_id, contact_id=contact_id)
    session.execute(statement.on_conflict_do_nothing())
    return True


def unfollow(session: Session, record_id: int, *, agent_id: int | None = None, contact_id: int | None = None) -> bool:
    """End a following. False: there was none."""
    mine = col(Following.agent_id) == agent_id if contact_id is None else col(Following.contact_id) == contact_id
    statement = delete(Following).where(col(Following.record_id) == record_id, mine).returning(col(Following.id))
    return session.scalar(statement) is not None


def participants(session: Session, record_id: int) -> frozenset[str]:
    """Give the normal addresses that took part: authors, recipients, the customer, the followers.

    Whoever only got in by a leaked id or reply address does not, however often they write.
    """
    found = set(session.scalars(_PEOPLE, {"record": record_id}))
    for author, to, cc in session.execute(_WRITERS, {"record": record_id}):
        found.add(author)
        found.update(bare(line) for line in (*to, *cc))
    return frozenset(found - {""})


def bare(line: str) -> str:
    """Give the address of a stored "Name <address>"."""
    return line.rpartition("<")[2].rstrip("> ").lower() if line.endswith(">") else line.strip().lower()


def _one(session: Session, record_id: int, *, lock: bool) -> RecordFacts | None:
    found = session.execute(_LOCK if lock else _READ, {"record": record_id}).first()
    return RecordFacts(*found) if found else None


# Statements are built once: building one costs more than running it.
_RECORD, _FOLLOWING, _AGENT = (metadata.tables[name] for name in ("record", "following", "agent"))
_CONTACT, _DELIVERY, _MESSAGE = (metadata.tables[name] for name in ("contact", "delivery", "message"))
_THIS = _RECORD.c.id == bindparam("record")
_READ = select(*(_RECORD.c[field.name] for field in fields(RecordFacts))).where(_THIS)
_LOCK = _READ.with_for_update()
_CREATE = insert(_RECORD).returning(_RECORD.c.id)
_CHANGE = update(_RECORD).where(_THIS)
_TOUCH = _CHANGE.values(revision=_RECORD.c.revision + 1)
_PREVIEW = _TOUCH.values(preview=bindparam("new_preview"))
_MOVE = _TOUCH.values({name: bindparam(f"new_{name}") for name in ("need", "need_since", "need_reason", "position")})
_FOLLOWERS = (
    select(
        _FOLLOWING.c.id,
        _FOLLOWING.c.agent_id,
        _FOLLOWING.c.contact_id,
        _AGENT.c.name,
        _AGENT.c.email,
        _AGENT.c.channel,
        _AGENT.c.active,
        _CONTACT.c.name,
        _CONTACT.c.email,
    )
    .select_from(_FOLLOWING.outerjoin(_AGENT).outerjoin(_CONTACT))
    .where(_FOLLOWING.c.record_id == bindparam("record"))
    .order_by(_FOLLOWING.c.id)
)
_WRITERS = (
    select(_MESSAGE.c.author_address, _MESSAGE.c.to_line, _MESSAGE.c.cc_line)
    .where(_MESSAGE.c.record_id == bindparam("record"), ~_MESSAGE.c.outsider)
    .order_by(_MESSAGE.c.id.desc())
    .limit(PARTICIPANT_MESSAGES)
)
_PEOPLE = union(
    select(_DELIVERY.c.recipient).where(
        _DELIVERY.c.record_id == bindparam("record"), _DELIVERY.c.channel == Channel.EMAIL
    ),
    select(_CONTACT.c.email).join(_RECORD, _RECORD.c.contact_id == _CONTACT.c.id).where(_THIS),
    select(_AGENT.c.email).join(_FOLLOWING).where(_FOLLOWING.c.record_id == bindparam("record")),
    select(_CONTACT.c.email).join(_FOLLOWING).where(_FOLLOWING.c.record_id == bindparam("record")),
)
