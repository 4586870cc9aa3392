"""The addresses records may be answered from, with every fact ``rules.sender`` weighs."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Row, bindparam, select, union, update
from sqlmodel import Session, col

from models.rules.address import normal
from models.tables.all import metadata
from models.tables.record import Record
from models.types.sender import Candidate


def candidates(session: Session, agent_id: int | None = None) -> tuple[Candidate, ...]:
    """Read every sending address whose account can send at all, removed ones too.

    ``agent_id``: the author, whose permissions count; None: the desk itself, which may use all the company's.
    """
    brands: dict[int, set[int]] = defaultdict(set)
    for address_id, brand_id in session.execute(_BRANDS):
        brands[address_id].add(brand_id)
    permitted = set(session.scalars(_PERMITTED, {"agent": agent_id})) if agent_id is not None else set()
    return tuple(
        _candidate(row, frozenset(brands[row.id]), allowed=agent_id is None or row.everybody or row.id in permitted)
        for row in session.execute(_ADDRESSES)
    )


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
_BY_GROUP = (
    select(_T["address_group"].c.address_id)
    .join(_T["group_member"], _T["group_member"].c.group_id == _T["address_group"].c.group_id)
    .where(_T["group_member"].c.agent_id == bindparam("agent"))
)
_PERMITTED = union(
    select(_T["address_agent"].c.address_id).where(_T["address_agent"].c.agent_id == bindparam("agent")), _BY_GROUP
)
_OF_RECORD = (
    select(_ADDRESS.c.email)
    .join(_T["record"], _T["record"].c.sending_address_id == _ADDRESS.c.id)
    .where(_T["record"].c.id == bindparam("record"))
)
