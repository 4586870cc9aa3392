"""What rules did to records, as it can be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlmodel import Session, col

from models.tables.automation import RuleApplication as Table
from models.tables.record import Record
from models.types.automation import Application, Trigger

Change = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Applied:
    """One application with what is needed to take it back."""

    id: int
    record_id: int
    rule_id: int
    rule_name: str
    changes: tuple[Change, ...]
    reply_id: int | None


def add(
    session: Session,
    *,
    record_id: int,
    rule_id: int,
    rule_name: str,
    trigger: Trigger,
    changes: Sequence[Change],
    log_id: int,
    reply_id: int | None,
    now: datetime,
) -> int:
    """Write down what a rule did; its id."""
    values = {
        "record_id": record_id,
        "rule_id": rule_id,
        "rule_name": rule_name,
        "trigger_word": trigger,
        "changes": [dict(one) for one in changes],
        "log_id": log_id,
        "reply_id": reply_id,
        "at": now,
        "undone_by": "",
    }
    statement = insert(Table.__table__).values(values).returning(col(Table.id))  # type: ignore[attr-defined]
    return int(session.execute(statement).scalar_one())


def replied(session: Session, record_id: int) -> frozenset[int]:
    """Name the rules that answered on a record."""
    statement = select(col(Table.rule_id)).where(col(Table.record_id) == record_id, col(Table.reply_id).is_not(None))
    return frozenset(session.scalars(statement))


def standing(session: Session, record_id: int) -> list[Applied]:
    """Read what was done to a record and not taken back, newest first; lock it."""
    return _applied(session, col(Table.record_id) == record_id)


def at(session: Session, record_id: int, triggers: Sequence[Trigger], moment: datetime) -> list[Applied]:
    """Read likewise what was done to a record at one moment."""
    return _applied(
        session, col(Table.record_id) == record_id, col(Table.trigger).in_(triggers), col(Table.at) == moment
    )


def one(session: Session, application_id: int) -> Applied | None:
    """Read likewise one of them; None: there is none, or it was taken back."""
    return next(iter(_applied(session, col(Table.id) == application_id)), None)


def take_back(session: Session, application_id: int, by: str, now: datetime) -> None:
    """Mark one as taken back."""
    session.execute(update(Table).where(col(Table.id) == application_id).values(undone_at=now, undone_by=by))


def newest(session: Session, *, rule_id: int | None = None, limit: int = 50) -> tuple[Application, ...]:
    """Read what was done last, newest first; ``rule_id`` None: by any rule."""
    columns = (
        col(Table.id),
        col(Table.record_id),
        col(Record.number),
        col(Table.rule_id),
        col(Table.rule_name),
        col(Table.trigger),
        col(Table.at),
        col(Table.changes),
        col(Table.undone_at),
        col(Table.undone_by),
    )
    statement = (
        select(*columns)
        .join(Record, col(Record.id) == col(Table.record_id))
        .order_by(col(Table.id).desc())
        .limit(limit)
    )
    if rule_id is not None:
        statement = statement.where(col(Table.rule_id) == rule_id)
    return tuple(_view(row) for row in session.execute(statement))


def counted(session: Session) -> dict[int, tuple[int, datetime]]:
    """Give how often each rule did something, and when last."""
    columns = (col(Table.rule_id), func.count(), func.max(col(Table.at)))
    found = session.execute(select(*columns).group_by(col(Table.rule_id)))
    return {rule_id: (count, last) for rule_id, count, last in found}


def _applied(session: Session, *conditions: Any) -> list[Applied]:
    columns = (
        col(Table.id),
        col(Table.record_id),
        col(Table.rule_id),
        col(Table.rule_name),
        col(Table.changes),
        col(Table.reply_id),
    )
    statement = select(*columns).where(*conditions, col(Table.undone_at).is_(None)).order_by(col(Table.id).desc())
    return [
        Applied(row.id, row.record_id, row.rule_id, row.rule_name, tuple(row.changes), row.reply_id)
        for row in session.execute(statement.with_for_update())
    ]


def _view(row: Row[*tuple[Any, ...]]) -> Application:
    return Application(
        id=row.id,
        record_id=row.record_id,
        number=row.number,
        rule_id=row.rule_id,
        rule_name=row.rule_name,
        trigger=row.trigger,
        at=row.at,
        sentences=tuple(one["words"] for one in row.changes),
        undone_at=row.undone_at,
        undone_by=row.undone_by,
    )
