"""The addresses records may be answered from, with every fact ``rules.sender`` weighs."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, bindparam, select, union, update
from sqlmodel import Session, col

from models.rules.address import normal
from models.store.among import among, rows
from models.tables.all import metadata
from models.tables.record import Record
from models.types.sender import Candidate


def candidates(session: Session, agent_id: int | None = None) -> tuple[Candidate, ...]:
    """Read every sending address whose account can send at all, removed ones too.

    ``agent_id``: the author, whose permissions count; None: the desk itself, which may use all the company's.
    """
    return candidates_for(session, [agent_id])[agent_id]


def candidates_for(session: Session, agent_ids: Collection[int | None]) -> dict[int | None, tuple[Candidate, ...]]:
    """Read the same for several authors by one reading."""
    connection = session.connection()
    brands: dict[int, set[int]] = defaultdict(set)
    for address_id, brand_id in connection.execute(_BRANDS):
        brands[address_id].add(brand_id)
    addresses = [(row, frozenset(brands[row.id])) for row in connection.execute(_ADDRESSES)]
    some = any(not row.everybody for row, _ in addresses)
    authors = [agent_id for agent_id in agent_ids if agent_id is not None] if some else []
    permitted = {(row.agent_id, row.address_id) for row in rows(session, _PERMITTED, authors)}
    return {
        agent_id: tuple(
            _candidate(row, bound, allowed=agent_id is None or row.everybody or (agent_id, row.id) in permitted)
            for row, bound in addresses
        )
        for agent_id in agent_ids
    }


def chosen_for_record(session: Session, record_id: int) -> str:
    """Give the address an automation rule chose for a record's mail; "" when none did."""
    return session.scalar(_OF_RECORD, {"record": record_id}) or ""


def choose_for_record(session: Session, record_id: int, address_id: int | None) -> None:
    """Keep the address a rule chose for a record's mail; None: none. The database refuses one of another brand."""
    session.execute(update(Record).where(col(Record.id) == record_id).values(sending_address_id=address_id))


def _candidate(row: Row[*tuple[Any, ...]], brands: frozenset[int], *, allowed: bool) -> Candidate:
    return Candidate(
        id=row.id,
        address=row.email,
        display_name=row.display_name,
        account_id=row.account_id,
        agent_id=row.agent_id,
        brands=brands,
        sequence=row.sequence,
        active=row.active and row.account_active,
        allowed=allowed or row.agent_id is not None,  # an own address is its owner's, whoever is listed
        server_filter=named(row.sends_as),
        removed=row.removed,
        proof=row.proof,
    )


def named(sends_as: str) -> tuple[str, ...]:
    """Read an account's list of addresses and domains; () = any."""
    parts = (part.strip() for part in sends_as.split(","))
    return tuple((normal(part) or part.lower()) if "@" in part.lstrip("@") else part.lower() for part in parts if part)


# Built once: building a statement costs more than running it, and the composer asks with every save.
_T = metadata.tables
_ADDRESS, _ACCOUNT = _T["sending_address"], _T["account"]
_ADDRESSES = (
    select(
        _ADDRESS.c.id,
        _ADDRESS.c.email,
        _ADDRESS.c.display_name,
        _ADDRESS.c.account_id,
        _ADDRESS.c.agent_id,
        _ADDRESS.c.sequence,
        _ADDRESS.c.active,
        _ADDRESS.c.everybody,
        _ADDRESS.c.removed,
        _ACCOUNT.c.active.label("account_active"),
        _ACCOUNT.c.sends_as,
        _ACCOUNT.c.proof,
    )
    .join(_ACCOUNT, _ACCOUNT.c.id == _ADDRESS.c.account_id)
    .where(_ACCOUNT.c.smtp_host != "")
    .order_by(_ADDRESS.c.sequence, _ADDRESS.c.id)
)
_BRANDS = select(_T["address_brand"].c.address_id, _T["address_brand"].c.brand_id)
_MINE, _GROUPS, _MEMBER = _T["address_agent"], _T["address_group"], _T["group_member"]
_PERMITTED = union(
    select(_MINE.c.agent_id, _MINE.c.address_id).where(among(_MINE.c.agent_id)),
    select(_MEMBER.c.agent_id, _GROUPS.c.address_id)
    .join(_GROUPS, _GROUPS.c.group_id == _MEMBER.c.group_id)
    .where(among(_MEMBER.c.agent_id)),
)
_OF_RECORD = (
    select(_ADDRESS.c.email)
    .join(_T["record"], _T["record"].c.sending_address_id == _ADDRESS.c.id)
    .where(_T["record"].c.id == bindparam("record"))
)
