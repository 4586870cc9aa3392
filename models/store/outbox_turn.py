"""One turn of a sender in the outbox: many claimed copies read, promised and ended, each by one statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.sql.dml import Update
from sqlmodel import Session

from models.store.among import among, given
from models.tables.all import metadata
from models.types.delivery import DeliveryState


@dataclass(slots=True)
class Claimed:
    """What the end of a claimed copy is judged by."""

    id: int
    record_id: int
    recipient: str
    state: DeliveryState
    first_try_at: datetime | None
    attempts: int
    fence: int


def locked(session: Session, delivery_ids: Collection[int]) -> dict[int, Claimed]:
    """Read copies by id; nobody else changes them before this transaction ends."""
    connection = session.connection()
    found = connection.execute(_LOCKED, given(delivery_ids))
    return {row[0]: Claimed(*row) for row in found}


def promise(session: Session, wires: Mapping[int, bytes | None], until: datetime) -> None:
    """Say of locked copies that their final dot may go out, claimed ``until`` then; keep their bytes (None: kept)."""
    fresh: list[dict[str, Any]] = [
        {"of": delivery_id, "until": until, "bytes": wire} for delivery_id, wire in wires.items() if wire is not None
    ]
    kept: list[dict[str, Any]] = [{"of": one, "until": until} for one, wire in wires.items() if wire is None]
    connection = session.connection()
    if fresh:
        connection.execute(_PROMISE_BYTES, fresh)
    if kept:
        connection.execute(_PROMISE, kept)


def sent(session: Session, rows: Sequence[Claimed], now: datetime) -> None:
    """Say of locked copies that a server took them, and end the attempts that run."""
    connection = session.connection()
    said = given([row.id for row in rows]) | {"now": now}
    for statement in _SENT:
        connection.execute(statement, said)


# Built once: building a statement costs more than running it.
_DELIVERY, _ATTEMPT = metadata.tables["delivery"], metadata.tables["attempt"]
_OF = _DELIVERY.c.id == bindparam("of")
_PROMISE = update(_DELIVERY).where(_OF).values(state=DeliveryState.IN_DATA, lease_until=bindparam("until"))
_PROMISE_BYTES = _PROMISE.values(wire=bindparam("bytes"))

_LOCKED = (
    select(*(_DELIVERY.c[field.name] for field in fields(Claimed)))
    .where(among(_DELIVERY.c.id))
    .order_by(_DELIVERY.c.id)
    .with_for_update()
)


def _taken() -> tuple[Update, Update]:
    copies = update(_DELIVERY).where(among(_DELIVERY.c.id))
    attempts = update(_ATTEMPT).where(among(_ATTEMPT.c.delivery_id), _ATTEMPT.c.ended_at.is_(None))
    taken: dict[str, Any] = {"state": DeliveryState.SENT, "ready_at": bindparam("now"), "lease_until": None}
    told: dict[str, Any] = {"reason": None, "sentence": "", "server_text": ""}
    ended: dict[str, Any] = {"ended_at": bindparam("now"), "outcome": "accepted", "phase": "", "code": None, "text": ""}
    return copies.values(taken | told), attempts.values(ended)


_SENT = _taken()
