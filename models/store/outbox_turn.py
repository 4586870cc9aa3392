"""One turn of a sender in the outbox: many claimed copies read, promised and ended, each by one statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from models.store.outbox import DeliveryFacts, end_attempts
from models.tables.all import metadata
from models.types.delivery import DeliveryState


def locked(session: Session, delivery_ids: Collection[int]) -> dict[int, DeliveryFacts]:
    """Read copies by id; nobody else changes them before this transaction ends."""
    found = session.connection().execute(_LOCKED, {"ids": list(delivery_ids)})
    return {row.id: DeliveryFacts(*row) for row in found}


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


def sent(session: Session, rows: Sequence[DeliveryFacts], now: datetime) -> None:
    """Say of locked copies that a server took them, and end their attempts."""
    session.connection().execute(_SENT, [{"of": row.id, "now": now} for row in rows])
    end_attempts(session, [(row.id, row.attempts) for row in rows], now=now, outcome="accepted")


# Built once: building a statement costs more than running it.
_DELIVERY = metadata.tables["delivery"]
_OF = _DELIVERY.c.id == bindparam("of")
_LOCKED = (
    select(*(_DELIVERY.c[field.name] for field in fields(DeliveryFacts)))
    .where(_DELIVERY.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_DELIVERY.c.id)
    .with_for_update()
)
_PROMISE = update(_DELIVERY).where(_OF).values(state=DeliveryState.IN_DATA, lease_until=bindparam("until"))
_PROMISE_BYTES = _PROMISE.values(wire=bindparam("bytes"))
_SENT = (
    update(_DELIVERY)
    .where(_OF)
    .values(
        state=DeliveryState.SENT,
        ready_at=bindparam("now"),
        lease_until=None,
        reason=None,
        sentence="",
        server_text="",
    )
)
