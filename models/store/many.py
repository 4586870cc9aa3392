"""Run one statement for many values: a driver takes only so many of them at once."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Executable, Row
from sqlmodel import Session

MOST = 400  # values of one statement, which may name each twice; old SQLite takes 999


def rows(
    session: Session, statement: Executable, wanted: Collection[int] | Collection[str]
) -> list[Row[*tuple[Any, ...]]]:
    """Give the rows of a Core select for all values of its expanding parameter ``wanted``."""
    if not wanted:
        return []
    values = list(wanted)
    connection = session.connection()  # the session's own execute looks for ORM work first
    found: list[Row[*tuple[Any, ...]]] = []
    for at in range(0, len(values), MOST):
        found += connection.execute(statement, {"wanted": values[at : at + MOST]}).all()
    return found
