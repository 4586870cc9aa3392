"""A column's value among many: one parameter, however many values there are, so a statement is made once.

An IN list has a parameter a value, each of which SQLAlchemy names and SQLite counts (measured: 30 us of a mail's 240).
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Boolean, ColumnElement, Dialect, Executable, Row, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session

PARAMETER = "among"


def among(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Say that a column holds one of the strings or numbers that ``given`` makes the parameter of."""
    return _Among(column, bindparam(PARAMETER, type_=_Listed(column.type)))


def given(values: Collection[Any]) -> dict[str, Any]:
    """Make the parameter."""
    return {PARAMETER: list(values)}


def rows(session: Session, statement: Executable, values: Collection[Any]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Give the rows of a Core select for these values; none need no asking."""
    if not values:
        return ()
    return session.connection().execute(statement, given(values)).all()  # the session's own looks for ORM work first


class _Listed(TypeDecorator[list[Any]]):
    """A list as one value: JSON for SQLite, an array elsewhere."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.item))

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return json.dumps(value, ensure_ascii=False) if dialect.name == "sqlite" else value


class _Among(ColumnElement[bool]):
    type = Boolean()
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - as SQLAlchemy wants it
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], values: BindParameter[Any]) -> None:
        self.column, self.values = column, values

    def self_group(self, against: OperatorType | None = None) -> "_Among":
        """Stand as it is: ``(... IN ...) = 1``, as a condition is written elsewise, is found by no index."""
        return self


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **named: Any) -> str:
    column, values = compiler.process(element.column, **named), compiler.process(element.values, **named)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - SQL of the compiler


@compiles(_Among)
def _in_array(element: _Among, compiler: SQLCompiler, **named: Any) -> str:
    column, values = compiler.process(element.column, **named), compiler.process(element.values, **named)
    return f"{column} = ANY ({values})"
