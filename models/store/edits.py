"""Change what admins edit, and remember who did and what, for the second of two editors."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, update
from sqlmodel import Session, col

from models.tables.edited import Edited
from models.types.identity import Edit


def change(
    session: Session, table: type[Edited], row_id: int, values: Mapping[str, Any], *, by: str, what: str, now: datetime
) -> None:
    """Write the new values of a row; ``what`` names in words what that changes."""
    mark = {"changed_by": by, "changed_at": now, "changed_what": what, "revision": col(table.revision) + 1}
    key = table.__table__.c.id  # type: ignore[attr-defined]
    session.execute(update(table).where(key == row_id).values({**values, **mark}))


def of(row: Row[*tuple[Any, ...]]) -> Edit:
    """Read the last change of a row that was selected with ``columns``."""
    return Edit(row.revision, row.changed_by, row.changed_at, row.changed_what)


def columns(table: type[Edited]) -> tuple[Any, ...]:
    """Name the columns ``of`` wants."""
    return col(table.revision), col(table.changed_by), col(table.changed_at), col(table.changed_what)
