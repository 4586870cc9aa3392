"""A column's value among many: one parameter, however many values there are.

An IN list has a parameter a value, each of which SQLAlchemy names and SQLite counts (measured: 30 us of a mail's 240).
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, func, literal, select
from sqlmodel import Session


def among(session: Session, column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Say that a column holds one of these strings or numbers."""
    if session.get_bind().dialect.name != "sqlite":
        return column == any_(literal(list(values), ARRAY(column.type)))
    listed = func.json_each(json.dumps(list(values), ensure_ascii=False)).table_valued("value")
    return column.in_(select(listed.c.value))
