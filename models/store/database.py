"""One database: its URL, its sessions, its transactions; SQLite and PostgreSQL behave the same.

A writing unit begins with ``BEGIN IMMEDIATE`` on SQLite (measured: a deferred read-then-write failed 6 % of
commits at 50 agents). Mail state must survive a power cut, hence ``synchronous=FULL``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from models.types.errors import DatabaseError, NotAllowed

T = TypeVar("T")

BUSY_MS = 5_000
IDLE_MS = 300_000  # what hangs inside a transaction holds its locks no longer; a password command takes less
_LINE = {  # a line to PostgreSQL that died in silence is noticed within half a minute, not within two hours
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class Database:
    """Hands out sessions. Thread-safe; one per process."""

    def __init__(self, url: str, *, key_file: Path | None = None) -> None:
        """Open it. ``key_file``: where the key is that opens its sealed secrets; None: beside an SQLite file."""
        self.url = url
        self.engine = _engine(url)
        path = sqlite_path(url)
        self.key_file = key_file or (path.with_name(f"{path.name}.key") if path else None)
        self._info = {"key_file": self.key_file}

    @property
    def sqlite(self) -> bool:
        """True on SQLite, False on PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that may write: committed at the end, rolled back whole on any error.

        Raises ``DatabaseError`` when the database is locked, full, read-only or out of reach; nothing was saved then.
        """
        with _sentences(), self._session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent read; never waits for a writer."""
        engine = self.engine.execution_options(nightdesk_read=True)
        with _sentences(), self._session(engine) as session:
            yield session

    def write(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run ``work(session, *args, **kwargs)`` in one writing transaction."""
        with self.writing() as session:
            return work(session, *args, **kwargs)

    def read(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run ``work(session, *args, **kwargs)`` in one reading transaction."""
        with self.reading() as session:
            return work(session, *args, **kwargs)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _session(self, engine: Engine) -> Session:
        return Session(engine, expire_on_commit=False, info=self._info)


def sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite URL; None for another database."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return _postgres(url)
    # A file database gets a real pool: opening costs 1 ms and eight PRAGMAs, a lease and a poll open many.
    engine = create_engine(
        url, poolclass=QueuePool, pool_size=5, max_overflow=20, connect_args={"timeout": BUSY_MS / 1000}
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("nightdesk_read", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgres(url: str) -> Engine:
    engine = create_engine(url, pool_size=5, max_overflow=20, pool_pre_ping=True, pool_timeout=10, connect_args=_LINE)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        with connection.cursor() as cursor:  # not a start-up option: connection poolers refuse those
            cursor.execute(f"SET idle_in_transaction_session_timeout = {IDLE_MS}")
        connection.commit()

    return engine


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what the driver says into one sentence with a remedy."""
    try:
        yield
    except DBAPIError as error:
        raise _translate(error) from error


def _translate(error: DBAPIError) -> Exception:
    words = str(error.orig).lower()
    if "bound to another brand" in words:  # a trigger's words: somebody bound it since it was judged
        return NotAllowed("This sending address is bound to another brand by now.", "Choose another one.")
    for sign, sentence, remedy in (
        ("deadlock", "The database let another program go first.", "Nothing was saved; it is tried again."),
        ("locked", "The database is locked by another program.", "Nothing was saved; try again in a moment."),
        ("full", "The disk is full.", "Nothing was saved; make room, then try again."),
        ("readonly", "The database cannot be written.", "Check the file's and its folder's permissions."),
        ("read-only", "The database cannot be written.", "Check the file's and its folder's permissions."),
        ("unable to open", "The database file cannot be opened.", "Check the path and its permissions."),
        ("not a database", "The file is not a nightdesk database.", "Check the path in the settings."),
        ("malformed", "The database file is damaged.", "Restore the newest copy beside it."),
        ("disk i/o", "The disk reported an error.", "Nothing was saved; check the disk."),
        ("idle-in-transaction", "The database ended work that stood still too long.", "Nothing was saved; try again."),
        ("connection", "The database server is out of reach.", "Nothing was saved; it is tried again."),
        ("terminating", "The database server is going down.", "Nothing was saved; it is tried again."),
    ):
        if sign in words:
            return DatabaseError(sentence, remedy)
    if isinstance(error, OperationalError) and not _mistake(words):
        return DatabaseError("The database has trouble.", f"Nothing was saved; it says: {words.splitlines()[0]}")
    return error


def _mistake(words: str) -> bool:
    """Tell what SQLite calls operational and is our own fault: trying again would never end."""
    return any(sign in words for sign in ("no such", "syntax error", "has no column", "too many"))
