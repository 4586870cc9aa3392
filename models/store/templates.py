"""The texts rules answer with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlmodel import Session, col

from models.store import edits
from models.tables.automation import Template as Table
from models.types.automation import Template
from models.types.identity import Edit


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored template and its last change."""

    id: int
    template: Template
    edit: Edit


def every(session: Session) -> Sequence[Kept]:
    """Read all, by name."""
    columns = (col(Table.id), col(Table.name), col(Table.text), *edits.columns(Table))
    return [_kept(row) for row in session.execute(select(*columns).order_by(col(Table.name)))]


def named(session: Session, name: str) -> Kept | None:
    """Find one by its name, whatever the case of its letters."""
    return next((one for one in every(session) if one.template.name.casefold() == name.casefold()), None)


def text(session: Session, name: str) -> str:
    """Read the text of the template with exactly this name; "" when there is none."""
    return session.scalar(select(col(Table.text)).where(col(Table.name) == name)) or ""


def names(session: Session) -> tuple[str, ...]:
    """Name all."""
    return tuple(session.scalars(select(col(Table.name)).order_by(col(Table.name))))


def add(session: Session, name: str, text: str, *, by: str, now: datetime) -> None:
    """Keep a new one."""
    mark = {"revision": 1, "changed_by": by, "changed_at": now, "changed_what": "it was added"}
    session.execute(insert(Table).values(name=name, text=text, **mark))


def change(session: Session, template_id: int, text: str, *, by: str, now: datetime) -> None:
    """Replace the text of one."""
    edits.change(session, Table, template_id, {"text": text}, by=by, what="its text", now=now)


def remove(session: Session, template_id: int) -> None:
    """Take one out."""
    session.execute(delete(Table).where(col(Table.id) == template_id))


def _kept(row: Row[*tuple[Any, ...]]) -> Kept:
    edit = edits.of(row)
    return Kept(row.id, Template(row.name, row.text, edit.revision, edit.by, edit.at), edit)
