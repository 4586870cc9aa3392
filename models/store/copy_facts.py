"""What copies say of themselves, read for many at once when their bytes are made."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session

from models.store.among import among, rows
from models.tables.all import metadata
from models.types.people import Why


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """One copy of a message, and what its record adds to it."""

    id: int
    message_id: int
    record_id: int
    recipient: str
    name: str
    why: Why
    account_id: int | None
    reply_to: str
    number: int | None  # the record's; None: the record is gone
    brand_id: int | None
    by_rule: str  # the address a rule chose for the record's mail; "" = none


def read(session: Session, delivery_ids: Collection[int]) -> dict[int, CopyFacts]:
    """Read these copies; those that are gone are left out."""
    return {row[0]: CopyFacts(*row) for row in rows(session, _READ, delivery_ids)}


# Built once: building a statement costs more than running it.
_COPY, _RECORD, _ADDRESS = (metadata.tables[name] for name in ("delivery", "record", "sending_address"))
_READ = (
    select(
        *(_COPY.c[name] for name in CopyFacts.__slots__[:8]),
        _RECORD.c.number,
        _RECORD.c.brand_id,
        func.coalesce(_ADDRESS.c.email, ""),
    )
    .select_from(
        _COPY.outerjoin(_RECORD, _RECORD.c.id == _COPY.c.record_id).outerjoin(
            _ADDRESS, _ADDRESS.c.id == _RECORD.c.sending_address_id
        )
    )
    .where(among(_COPY.c.id))
)
