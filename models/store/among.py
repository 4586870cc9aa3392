"""A column's value among many: one parameter, however many values there are.

An IN list has a parameter a value, each of which SQLAlchemy names and SQLite counts (measured: 30 us of a mail's 240).
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam, func, select
from sqlmodel import Session

PARAMETER = "among"


def among(dialect: str, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Say that a column holds one of the strings or numbers that ``given`` makes the parameter of."""
    if dialect != "sqlite":
        return column == any_(bindparam(PARAMETER, type_=ARRAY(column.type)))
    listed = func.json_each(bindparam(PARAMETER, type_=Text)).table_valued("value")
    return column.in_(select(listed.c.value))


def given(session: Session, values: Collection[Any]) -> dict[str, Any]:
    """Make the parameter."""
    listed = list(values)
    sqlite = session.get_bind().dialect.name == "sqlite"
    return {PARAMETER: json.dumps(listed, ensure_ascii=False) if sqlite else listed}
