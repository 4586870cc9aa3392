"""Plain SQL on a driver's own connection: what the first screen reads, before any ORM is imported.

SQLAlchemy and SQLModel cost half a second of import; a list must not wait for them. Queries are written once with
``:name`` parameters and serve both databases; ``store.values`` reads the columns the two drivers give differently.
"""

import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from models.store.values import as_text
from models.types.errors import DatabaseError

if TYPE_CHECKING:
    import psycopg

Row = Mapping[str, Any]

LIMIT_SECONDS = 5  # no select may keep a thread longer
STEPS = 20_000  # SQLite's virtual machine looks at the clock this often; below a millisecond of work


class Reader:
    """Runs selects; one connection a thread. ``rows`` gives mappings, ``one`` the first or None.

    Raises ``DatabaseError`` when the database cannot be read or a select takes longer than ``LIMIT_SECONDS``.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite:///")
        self._local = threading.local()
        self._opened: list[sqlite3.Connection | psycopg.Connection[Any]] = []

    def rows(self, sql: str, **parameters: Any) -> Sequence[Row]:
        """Run one select; rows as mappings."""
        found: Sequence[Row] = self._run(sql, parameters, named=True)
        return found

    def tuples(self, sql: str, **parameters: Any) -> Sequence[tuple[Any, ...]]:
        """Run one select; rows as tuples, which a long list takes apart much quicker than by name."""
        found: Sequence[tuple[Any, ...]] = self._run(sql, parameters, named=False)
        return found

    def one(self, sql: str, **parameters: Any) -> Row | None:
        """Return the first row, or None."""
        found = self.rows(sql, **parameters)
        return found[0] if found else None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let the selects inside see one moment of the database."""
        self.rows("BEGIN" if self.sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            self.rows("ROLLBACK")

    def close(self) -> None:
        """Close the connections of all threads; none may be reading."""
        while self._opened:
            self._opened.pop().close()
        self._local = threading.local()

    def _run(self, sql: str, parameters: dict[str, Any], *, named: bool) -> Sequence[Any]:
        return (self._sqlite if self.sqlite else self._postgres)(sql, parameters, named)

    def _sqlite(self, sql: str, parameters: dict[str, Any], named: bool) -> Sequence[Any]:
        try:
            connection = getattr(self._local, "connection", None) or self._open_sqlite()
            self._local.deadline = time.monotonic() + LIMIT_SECONDS
            cursor = connection.cursor()
            cursor.row_factory = sqlite3.Row if named else None
            return cursor.execute(sql, as_text(parameters)).fetchall()
        except sqlite3.OperationalError as error:
            if str(error) == "interrupted":
                raise _too_long() from error
            raise _unreadable(error) from error
        except sqlite3.Error as error:
            raise _unreadable(error) from error

    def _open_sqlite(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            sqlite_uri(self.url), uri=True, timeout=5, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA query_only=ON")
        local = self._local
        connection.set_progress_handler(lambda: time.monotonic() > local.deadline, STEPS)
        self._local.connection = connection
        self._opened.append(connection)
        return connection

    def _postgres(self, sql: str, parameters: dict[str, Any], named: bool) -> Sequence[Any]:
        import psycopg
        from psycopg.pq import TransactionStatus
        from psycopg.rows import dict_row, tuple_row

        try:
            connection = getattr(self._local, "connection", None) or self._open_postgres()
            idle = connection.info.transaction_status == TransactionStatus.IDLE
            try:
                cursor = connection.cursor(row_factory=dict_row if named else tuple_row)
                cursor.execute(_pyformat(sql), parameters)
            except psycopg.OperationalError:
                if not (connection.closed and idle):
                    raise
                # The server was restarted since the last select: that is no trouble of this one.
                cursor = self._open_postgres().cursor(row_factory=dict_row if named else tuple_row)
                cursor.execute(_pyformat(sql), parameters)
            return cursor.fetchall() if cursor.description else []
        except psycopg.errors.QueryCanceled as error:
            raise _too_long() from error
        except psycopg.Error as error:
            self._forget()
            raise DatabaseError(
                "The database server is out of reach.", "It is tried again; nothing is lost."
            ) from error

    def _open_postgres(self) -> "psycopg.Connection[Any]":
        import psycopg

        self._forget()
        connection: psycopg.Connection[Any] = psycopg.connect(
            self.url.replace("postgresql+psycopg://", "postgresql://"),
            autocommit=True,
            connect_timeout=LIMIT_SECONDS,
            options=f"-c statement_timeout={LIMIT_SECONDS}s -c default_transaction_read_only=on",
        )
        self._local.connection = connection
        self._opened.append(connection)
        return connection

    def _forget(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._opened.remove(connection)
            self._local.connection = None


def sqlite_uri(url: str) -> str:
    """Return the file of a SQLite URL as ``sqlite3`` opens it without making a missing one."""
    from urllib.parse import quote

    return f"file:{quote(url.removeprefix('sqlite:///'))}?mode=rw"


def _too_long() -> DatabaseError:
    return DatabaseError("The database took too long to answer.", "Ask for less, or look what else keeps it busy.")


def _unreadable(error: sqlite3.Error) -> DatabaseError:
    return DatabaseError(f"The database cannot be read: {error}.", "Check the path, or run: nightdesk init")


def _pyformat(sql: str) -> str:
    """``:name`` to ``%(name)s``; ``::type`` casts stay."""
    return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", sql.replace("%", "%%"))
