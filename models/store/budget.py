"""What accounts with limits may send and have sent, read and written in the transaction that claims."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import Session, col

from models.rules.budget import Spent
from models.rules.budget_json import limits_of, plain, spent_of, to_json
from models.store.upsert import insert_into
from models.tables.budget import SendBudget
from models.tables.mail import Account
from models.types.limits import NO_LIMITS, Limits
from models.types.outbox import Lane


@dataclass(frozen=True, slots=True)
class Budget:
    """One account's limits and what it spent of them. ``times``: what is stored of when its lanes open."""

    name: str
    limits: Limits
    spent: Spent
    times: Mapping[Lane, datetime | None]


def read(session: Session, account_ids: Collection[int], *, lock: bool = False) -> dict[int, Budget]:
    """Read those of these accounts that have a limit or were slowed down, by id.

    ``lock``: nobody else spends before this transaction ends.
    """
    found = [
        row
        for row in session.execute(_LIMITED, {"ids": list(account_ids)})
        if row.account_id or limits_of(row.limits) != NO_LIMITS
    ]
    if found and lock:
        missing = [row.id for row in found if row.account_id is None]
        if missing:
            rows = [{"account_id": account_id, "spent": {}} for account_id in missing]
            session.execute(insert_into(session, SendBudget).values(rows).on_conflict_do_nothing())
        ids = [row.id for row in found]
        locked = select(SendBudget.__table__).where(col(SendBudget.account_id).in_(ids)).with_for_update()  # type: ignore[attr-defined]
        now = {row.account_id: row for row in session.execute(locked)}
        return {row.id: _budget(row.name, row.limits, now[row.id]) for row in found}
    return {row.id: _budget(row.name, row.limits, row) for row in found}


def put(session: Session, account_id: int, spent: Spent, times: Mapping[Lane, datetime | None]) -> None:
    """Write what was spent, and when the lanes open (None: now). The row was read with ``lock``."""
    values: dict[str, object] = {"spent": to_json(spent)} | _lanes(times)
    session.execute(update(SendBudget).where(col(SendBudget.account_id) == account_id).values(values))


def put_slowed(session: Session, account_id: int, spent: Spent, times: Mapping[Lane, datetime | None]) -> None:
    """Write it for an account that may have had no budget yet."""
    values: dict[str, object] = {"spent": to_json(spent)} | _lanes(times)
    statement = insert_into(session, SendBudget).values(account_id=account_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=values))


def of(session: Session, account_id: int, *, lock: bool = False) -> Budget:
    """Read one account's, limited or not."""
    found = read(session, [account_id], lock=lock).get(account_id)
    return found or Budget(_name(session, account_id), NO_LIMITS, Spent(), {})


def set_limits(session: Session, account_id: int, limits: Limits) -> None:
    """Change what an account may send, from now on; its lanes are looked at again."""
    session.execute(update(Account).where(col(Account.id) == account_id).values(limits=plain(limits)))
    session.execute(update(SendBudget).where(col(SendBudget.account_id) == account_id).values(_lanes({})))


def end_waits(session: Session, until: datetime) -> int:
    """Open the lanes that would open later than this; how many accounts had one."""
    columns = (col(SendBudget.human_at), col(SendBudget.relay_at), col(SendBudget.auto_at))
    statement = update(SendBudget).where(or_(*(column > until for column in columns))).values(_lanes({}))
    statement = statement.returning(col(SendBudget.account_id)).execution_options(synchronize_session=False)
    return len(session.scalars(statement).all())


def _budget(name: str, limits: object, row: Any) -> Budget:
    times = {Lane.HUMAN: row.human_at, Lane.RELAY: row.relay_at, Lane.AUTO: row.auto_at}
    return Budget(name, limits_of(limits), spent_of(row.spent), times)


def _name(session: Session, account_id: int) -> str:
    return session.scalar(select(col(Account.name)).where(col(Account.id) == account_id)) or ""


def _lanes(times: Mapping[Lane, datetime | None]) -> dict[str, object]:
    return {
        "human_at": times.get(Lane.HUMAN),
        "relay_at": times.get(Lane.RELAY),
        "auto_at": times.get(Lane.AUTO),
    }


# Built once: building a statement costs more than running it.
_LIMITED = (
    select(
        col(Account.id),
        col(Account.name),
        col(Account.limits),
        col(SendBudget.account_id),
        col(SendBudget.spent),
        col(SendBudget.human_at),
        col(SendBudget.relay_at),
        col(SendBudget.auto_at),
    )
    .outerjoin(SendBudget, col(SendBudget.account_id) == col(Account.id))
    .where(col(Account.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Account.id))
)
