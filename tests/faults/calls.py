"""SQLite's own way of testing: let the n-th call to the database fail, until a run ends without the fault firing."""

import sqlite3
import threading
from typing import Any

from sqlalchemy import event

from models.store.database import Database

WORDS = {"locked": "database is locked", "io": "disk I/O error", "full": "database or disk is full"}
KINDS = (*WORDS, "lost")  # lost: the commit is made, and its answer does not reach us


class Faults:
    """Put into a ``Database`` before its first connection. ``nth`` 0: nothing fails, calls are counted."""

    def __init__(self, database: Database, nth: int = 0, kind: str = "io", times: int = 1) -> None:
        self.kind, self.first, self.last = kind, nth, nth + times - 1
        self.calls = self.fired = 0
        self._lock = threading.Lock()

        @event.listens_for(database.engine, "do_connect")
        def _connect(_: Any, __: Any, ___: Any, parameters: dict[str, Any]) -> None:
            parameters["factory"] = self._factory

    def strikes(self, *, commit: bool = False) -> bool:
        """Count a call; tell whether it fails."""
        with self._lock:
            self.calls += 1
            struck = self.first > 0 and self.first <= self.calls <= self.last and (commit or self.kind != "lost")
            if self.kind == "lost" and self.first <= self.calls and commit and not self.fired:
                struck = self.first > 0  # the first commit from there on
            self.fired += struck
            return struck

    def fail(self) -> None:
        raise sqlite3.OperationalError(WORDS.get(self.kind, "disk I/O error"))

    def _factory(self, *arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = _Connection(*arguments, **named)
        connection.faults = self
        return connection


class _Cursor(sqlite3.Cursor):
    def execute(self, statement: str, *values: Any) -> "_Cursor":
        self._ask(statement)
        return super().execute(statement, *values)  # type: ignore[return-value]

    def executemany(self, statement: str, *values: Any) -> "_Cursor":
        self._ask(statement)
        return super().executemany(statement, *values)  # type: ignore[return-value]

    def _ask(self, statement: str) -> None:
        faults = self.connection.faults  # type: ignore[attr-defined]
        if not statement.startswith("PRAGMA") and faults.strikes():
            faults.fail()


class _Connection(sqlite3.Connection):
    faults: Faults

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        if not self.in_transaction:
            return
        if not self.faults.strikes(commit=True):
            super().commit()
        elif self.faults.kind == "lost":
            super().commit()
            self.faults.fail()
        else:
            self.faults.fail()
