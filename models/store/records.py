"""Records: made, locked, moved in the stream; who follows them and who took part."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from models.store.upsert import insert_into
from models.tables.desk import Agent, Contact, Kind
from models.tables.mail import Delivery
from models.tables.record import Following, Message, Record
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


def first_stage(session: Session, kind: str) -> str | None:
    """Give the stage a new record of this kind starts in; None when there is no such kind."""
    stages = session.scalar(select(col(Kind.stages)).where(col(Kind.name) == kind))
    return None if stages is None else (stages[0] if stages else "")


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
) -> int:
    """Make a record that needs us; its id."""
    statement = insert(Record).values(
        kind=kind,
        number=number,
        title=title,
        stage=stage,
        need=Need.NEEDS_US,
        need_since=now,
        need_reason=reason,
        position=position,
        contact_id=contact_id,
        brand_id=brand_id,
        priority=0,
        currency="",
        tags=[],
        preview="",
        revision=0,
        created_at=now,
    )
    return int(session.execute(statement.returning(col(Record.id))).scalar_one())


def move(session: Session, record_id: int, need: Need, since: datetime, reason: str, position: int) -> None:
    """Give a record its place in the stream."""
    session.execute(
        update(Record)
        .where(col(Record.id) == record_id)
        .values(
            need=need,
            need_since=since,
            need_reason=reason[:60],
            position=position,
            revision=col(Record.revision) + 1,
        )
    )


def touch(session: Session, record_id: int, preview: str | None = None) -> None:
    """Count a change of the record; ``preview`` None leaves the newest words as they are."""
    values: dict[str, object] = {"revision": col(Record.revision) + 1}
    if preview is not None:
        values["preview"] = preview
    session.execute(update(Record).where(col(Record.id) == record_id).values(values))


def followers(session: Session, record_id: int) -> tuple[Follower, ...]:
    """Give who follows a record, in the order they began; an agent who left follows nothing."""
    statement = (
        select(
            col(Following.id),
            col(Following.agent_id),
            col(Following.contact_id),
            col(Agent.name),
            col(Agent.email),
            col(Agent.channel),
            col(Agent.active),
            col(Contact.name),
            col(Contact.email),
        )
        .join_from(Following, Agent, isouter=True)
        .join(Contact, col(Contact.id) == col(Following.contact_id), isouter=True)
        .where(col(Following.record_id) == record_id)
        .order_by(col(Following.id))
    )
    found = []
    for row_id, agent_id, contact_id, name, email, channel, active, customer, customer_email in session.execute(
        statement
    ):
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
    """Give the normal addresses that took part: authors, recipients, the customer, the followers."""
    newest = (
        select(col(Message.id), col(Message.author_address), col(Message.to), col(Message.cc))
        .where(col(Message.record_id) == record_id)
        .order_by(col(Message.id).desc())
        .limit(PARTICIPANT_MESSAGES)
    )
    found: set[str] = set()
    ids = []
    for message_id, author, to, cc in session.execute(newest):
        ids.append(message_id)
        found.add(author)
        found.update(bare(line) for line in (*to, *cc))
    copies = select(col(Delivery.recipient)).where(
        col(Delivery.message_id).in_(ids), col(Delivery.channel) == Channel.EMAIL
    )
    found.update(session.scalars(copies))
    customer = select(col(Contact.email)).join(Record, col(Record.contact_id) == col(Contact.id))
    found.update(session.scalars(customer.where(col(Record.id) == record_id)))
    found.update(follower.address for follower in followers(session, record_id))
    return frozenset(found - {""})


def bare(line: str) -> str:
    """Give the address of a stored "Name <address>"."""
    return line.rpartition("<")[2].rstrip("> ").lower() if line.endswith(">") else line.strip().lower()


def _one(session: Session, record_id: int, *, lock: bool) -> RecordFacts | None:
    statement = select(
        col(Record.id),
        col(Record.kind),
        col(Record.number),
        col(Record.title),
        col(Record.stage),
        col(Record.need),
        col(Record.need_since),
        col(Record.need_reason),
        col(Record.assignee_id),
        col(Record.contact_id),
        col(Record.brand_id),
    ).where(col(Record.id) == record_id)
    found = session.execute(statement.with_for_update() if lock else statement).first()
    return RecordFacts(*found) if found else None
