"""Sending addresses as admins see and change them; what refers to one."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlmodel import Session, SQLModel, col

from models.store import edits
from models.store.among import among, rows
from models.store.upsert import insert_into
from models.tables.all import metadata
from models.tables.desk import Agent
from models.tables.mail import Account, Delivery, SendingAddress
from models.tables.record import Draft, Message, Record
from models.tables.sender import AddressAgent, AddressBrand, AddressGroup
from models.types.delivery import DeliveryState
from models.types.identity import AddressView
from models.types.people import Channel, Why


@dataclass(frozen=True, slots=True)
class Uses:
    """What refers to a sending address: messages under it, copies of them that wait, drafts, records."""

    messages: int
    waiting: int
    drafts: int
    records: int


def views(session: Session, *, address: str = "", address_id: int | None = None) -> tuple[AddressView, ...]:
    """Read the addresses that were not removed, or the one meant, in the order they are tried."""
    brands = _names(session, "address_brand", "brand_id", "brand", "name")
    agents = _names(session, "address_agent", "agent_id", "agent", "login")
    groups = _names(session, "address_group", "group_id", "agent_group", "name")
    statement = (
        select(
            col(SendingAddress.id),
            col(SendingAddress.email),
            col(SendingAddress.display_name),
            col(Account.name).label("account"),
            col(Agent.login).label("owner"),
            col(SendingAddress.everybody),
            col(SendingAddress.signature),
            col(SendingAddress.sequence),
            col(SendingAddress.active),
            *edits.columns(SendingAddress),
        )
        .join(Account, col(Account.id) == col(SendingAddress.account_id))
        .outerjoin(Agent, col(Agent.id) == col(SendingAddress.agent_id))
        .where(~col(SendingAddress.removed))
        .order_by(col(SendingAddress.sequence), col(SendingAddress.id))
    )
    if address:
        statement = statement.where(col(SendingAddress.email) == address)
    if address_id is not None:
        statement = statement.where(col(SendingAddress.id) == address_id)
    return tuple(
        AddressView(
            id=row.id,
            address=row.email,
            display_name=row.display_name,
            account=row.account,
            owner=row.owner or "",
            brands=brands[row.id],
            everybody=row.everybody,
            agents=agents[row.id],
            groups=groups[row.id],
            signature=row.signature,
            sequence=row.sequence,
            active=row.active,
            edit=edits.of(row),
        )
        for row in session.execute(statement)
    )


def lock(session: Session, address_id: int) -> None:
    """Let nobody else change an address before this transaction ends."""
    session.execute(select(col(SendingAddress.id)).where(col(SendingAddress.id) == address_id).with_for_update())


def removed(session: Session, address: str) -> int | None:
    """Find an address that was removed and is still known, for the mail that names it."""
    statement = select(col(SendingAddress.id)).where(col(SendingAddress.email) == address, col(SendingAddress.removed))
    return session.scalar(statement.limit(1))


def add(session: Session, email: str, account_id: int) -> int:
    """Keep a new address; its id."""
    statement = insert(SendingAddress).values(email=email, display_name="", account_id=account_id)
    statement = statement.values(sequence=10, active=True, everybody=True)
    return int(session.execute(statement.returning(col(SendingAddress.id))).scalar_one())


def signatures(session: Session, address_ids: Collection[int]) -> dict[int, str]:
    """Give the signatures of addresses; "" for one that has none of its own."""
    return {row[0]: row[1] for row in rows(session, _SIGNATURES, address_ids)}


def bind(session: Session, address_id: int, brand_ids: Iterable[int]) -> None:
    """Let it serve these brands, besides those it serves."""
    _put(session, AddressBrand, [{"address_id": address_id, "brand_id": one} for one in brand_ids])


def unbind(session: Session, address_id: int, brand_ids: Iterable[int]) -> None:
    """Let it serve these brands no longer."""
    gone = col(AddressBrand.brand_id).in_(list(brand_ids))
    session.execute(delete(AddressBrand).where(col(AddressBrand.address_id) == address_id, gone))


def allow(session: Session, address_id: int, *, agents: Iterable[int] = (), groups: Iterable[int] = ()) -> None:
    """Let these use it."""
    _put(session, AddressAgent, [{"address_id": address_id, "agent_id": one} for one in agents])
    _put(session, AddressGroup, [{"address_id": address_id, "group_id": one} for one in groups])


def deny(session: Session, address_id: int, *, agents: Iterable[int] = (), groups: Iterable[int] = ()) -> None:
    """Let these no longer use it."""
    mine, theirs = col(AddressAgent.address_id) == address_id, col(AddressGroup.address_id) == address_id
    session.execute(delete(AddressAgent).where(mine, col(AddressAgent.agent_id).in_(list(agents))))
    session.execute(delete(AddressGroup).where(theirs, col(AddressGroup.group_id).in_(list(groups))))


def uses(session: Session, address_id: int, address: str) -> Uses:
    """Count what refers to it."""
    waiting = (
        select(func.count())
        .select_from(Delivery)
        .join(Message, col(Message.id) == col(Delivery.message_id))
        .where(
            col(Message.sending_address_id) == address_id,
            col(Delivery.channel) == Channel.EMAIL,
            col(Delivery.why) != Why.FOLLOWER,
            col(Delivery.state).in_((DeliveryState.HELD, DeliveryState.QUEUED)),
            col(Delivery.wire).is_(None),
        )
    )
    return Uses(
        messages=_count(session, Message, col(Message.sending_address_id) == address_id),
        waiting=session.scalar(waiting) or 0,
        drafts=_count(session, Draft, col(Draft.sender) == address),
        records=_count(session, Record, col(Record.sending_address_id) == address_id),
    )


def forget(session: Session, address_id: int) -> None:
    """Delete an address nothing refers to."""
    for pairs in (AddressBrand, AddressAgent, AddressGroup):
        session.execute(delete(pairs).where(col(pairs.address_id) == address_id))
    session.execute(delete(SendingAddress).where(col(SendingAddress.id) == address_id))


def release_records(session: Session, address_id: int) -> None:
    """Let the rules choose again for the records whose mail was to go out as it."""
    statement = update(Record).where(col(Record.sending_address_id) == address_id)
    session.execute(statement.values(sending_address_id=None))


def _names(session: Session, pairs: str, key: str, table: str, name: str) -> dict[int, tuple[str, ...]]:
    pair, named = metadata.tables[pairs], metadata.tables[table]
    statement = select(pair.c.address_id, named.c[name]).join(named, named.c.id == pair.c[key]).order_by(named.c[name])
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for address_id, word in session.execute(statement):
        found[address_id] += (word,)
    return found


def _put(session: Session, table: type[SQLModel], rows: list[dict[str, int]]) -> None:
    if rows:
        session.execute(insert_into(session, table).values(rows).on_conflict_do_nothing())


def _count(session: Session, table: type[SQLModel], condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(condition)) or 0


# Built once: building a statement costs more than running it.
_ADDRESS = metadata.tables["sending_address"]
_SIGNATURES = select(_ADDRESS.c.id, _ADDRESS.c.signature).where(among(_ADDRESS.c.id))
