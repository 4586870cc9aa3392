"""Insert many rows by a statement made once: values are turned into the driver's by the column, not by the row.

SQLAlchemy's own executemany looks at each value of each row (measured: 60 us of a mail's 290).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Boolean, DateTime, Dialect, Enum
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session

from models.tables.all import metadata

Turn = Callable[[Any], Any]


def insert_rows(session: Session, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the first one's columns, in its order."""
    if rows:
        insert_values(session, table, tuple(rows[0]), [tuple(row.values()) for row in rows])


def insert_values(session: Session, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows given as values in the order of ``columns``."""
    if not rows:
        return
    connection = session.connection()
    made = _made(connection.dialect, table, columns)
    by_column = list(zip(*rows, strict=True))
    lines = zip(
        *(by_column[at] if turn is None else map(turn, by_column[at]) for at, turn in made.columns), strict=True
    )
    if made.names:
        connection.exec_driver_sql(made.statement, [dict(zip(made.names, line, strict=True)) for line in lines])
    else:
        connection.exec_driver_sql(made.statement, list(lines))


@dataclass(frozen=True, slots=True)
class _Made:
    """``columns``: where each value the statement takes stands in a row, and what turns it into the driver's."""

    statement: str
    columns: tuple[tuple[int, Turn | None], ...]
    names: tuple[str, ...]  # () when the driver takes values by position


@lru_cache(64)
def _made(dialect: Dialect, table: str, columns: tuple[str, ...]) -> _Made:
    target = metadata.tables[table]
    order = [column.name for column in target.columns if column.name in columns]  # as the compiler writes them
    assert len(order) == len(columns)
    turns = [_turn(target.c[name].type.dialect_impl(dialect), dialect) for name in order]
    compiled = target.insert().compile(dialect=dialect, column_keys=order)
    assert set(compiled.params) == set(order), "a column with a default must be given, too"
    return _Made(
        statement=str(compiled),
        columns=tuple(zip(map(columns.index, order), turns, strict=True)),
        names=() if dialect.positional else tuple(order),
    )


def _turn(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    """Say what turns a column's values; the ones that come again and again are turned once."""
    turn = kind.bind_processor(dialect)
    bare = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if turn is None:
        return None
    if isinstance(bare, DateTime):  # the same moment stands in columns of several tables
        return _MOMENTS.setdefault((dialect, type(kind)), lru_cache(1024)(turn))
    if isinstance(bare, Enum | Boolean):
        return lru_cache(64)(turn)
    if isinstance(bare, JSON):
        return _lists(turn)
    return turn


_MOMENTS: dict[tuple[Dialect, type[TypeEngine[Any]]], Turn] = {}


def _lists(turn: Turn) -> Turn:
    """Write lists; of tuples of tuples each member once: what routing tried is mostly the same words every time."""
    empty, again = turn([]), lru_cache(1024)(turn)

    def written(value: Any) -> Any:
        if value == () or value == []:
            return empty
        if not isinstance(empty, str) or not isinstance(value, tuple):  # psycopg's own form; what cannot be a key
            return turn(value)
        members = map(again, value) if isinstance(value[0], tuple) else map(turn, value)
        return f"[{', '.join(members)}]"

    return written
