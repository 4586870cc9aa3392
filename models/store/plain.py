"""Plain SQL on a driver's own connection: what the first screen reads, before any ORM is imported.

SQLAlchemy and SQLModel cost half a second of import; a list must not wait for them. Queries are written once with
``:name`` parameters and serve both databases.
"""

import re
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from models.types.errors import DatabaseError

Row = Mapping[str, Any]


class Reader:
    """Runs selects; one connection a thread. ``rows`` gives mappings, ``one`` the first or None."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite:///")
        self._local = threading.local()

    def rows(self, sql: str, **parameters: Any) -> Sequence[Row]:
        """Run one select."""
        return self._sqlite(sql, parameters) if self.sqlite else self._postgres(sql, parameters)

    def one(self, sql: str, **parameters: Any) -> Row | None:
        """Return the first row, or None."""
        found = self.rows(sql, **parameters)
        return found[0] if found else None

    def _sqlite(self, sql: str, parameters: dict[str, Any]) -> Sequence[Row]:
        try:
            connection = getattr(self._local, "connection", None)
            if connection is None:
                path = self.url.removeprefix("sqlite:///")
                connection = sqlite3.connect(f"file:{_quoted(path)}?mode=rw", uri=True, timeout=5, isolation_level=None)
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA query_only=ON")
                self._local.connection = connection
            return connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise DatabaseError(
                f"The database cannot be read: {error}.", "Check the path, or run: nightdesk init"
            ) from error

    def _postgres(self, sql: str, parameters: dict[str, Any]) -> Sequence[Row]:
        import psycopg
        from psycopg.rows import dict_row

        try:
            connection = getattr(self._local, "connection", None)
            if connection is None or connection.closed:
                connection = psycopg.connect(
                    self.url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True, row_factory=dict_row
                )
                self._local.connection = connection
            return connection.execute(_pyformat(sql), parameters).fetchall()
        except psycopg.Error as error:
            self._local.connection = None
            raise DatabaseError(
                "The database server is out of reach.", "It is tried again; nothing is lost."
            ) from error


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path)


def _pyformat(sql: str) -> str:
    """``:name`` to ``%(name)s``; ``::type`` casts stay."""
    return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", sql.replace("%", "%%"))
