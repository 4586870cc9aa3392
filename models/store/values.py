"""The columns both drivers give differently, read into one kind of value: times and JSON lists.

SQLAlchemy keeps a time in SQLite as text in UTC, "2026-11-02 09:30:00.000000"; PostgreSQL's driver gives a datetime
in the session's zone. JSON comes as text from SQLite and as lists from PostgreSQL.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any


def moment(value: str | datetime) -> datetime:
    """Read a time column."""
    if isinstance(value, str):
        return datetime.fromisoformat(value + "+00:00")
    return value.astimezone(UTC)


def moment_or_none(value: str | datetime | None) -> datetime | None:
    """Read a time column that may be NULL."""
    return None if value is None else moment(value)


def words(value: str | list[Any]) -> tuple[str, ...]:
    """Read a JSON list of strings."""
    if value == "[]":
        return ()  # nearly always, and parsing would be a fifth of a list row's cost
    return tuple(json.loads(value) if isinstance(value, str) else value)


def triples(value: str | list[Any]) -> tuple[tuple[str, str, str], ...]:
    """Read a JSON list of lists of three strings."""
    return tuple((a, b, c) for a, b, c in (json.loads(value) if isinstance(value, str) else value))


def pairs(value: str | list[Any]) -> tuple[tuple[str, str], ...]:
    """Read a JSON list of lists of two strings."""
    if value == "[]":
        return ()
    return tuple((a, b) for a, b in (json.loads(value) if isinstance(value, str) else value))


def as_text(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Write times the way SQLite's columns hold them, so that they compare as text."""
    return {
        name: value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value
        for name, value in parameters.items()
    }


def id_list(ids: Iterable[int]) -> str:
    """Write ids for ``IN (...)``; an empty list matches nothing. Only integers pass."""
    return ",".join(str(int(number)) for number in ids) or "NULL"
