"""See that a database has this program's schema; quick when it has, upgrade it after a copy when it has not.

Alembic costs 0.4 s of import, so one plain select decides whether it is needed.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from models.types.errors import DatabaseError

HEAD = "0010"  # newest version under models/migrations/versions


def ensure(url: str) -> None:
    """Create the database's tables or bring them up to date; do nothing when they are.

    An SQLite file (and its folder) is made readable by its owner only. Before an upgrade of an existing one a copy
    ``NAME.v0001`` is left beside it. Raises ``DatabaseError``: not a desk, made by a newer program, out of reach.
    """
    found = version(url)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise DatabaseError(
            f"This desk was made by a newer nightdesk (schema {found}; this program knows {HEAD}).",
            "Update nightdesk on this machine.",
        )
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        _private(path)
        if found is not None:
            _copy(path, found)
    _upgrade(url)


def version(url: str) -> str | None:
    """Return the schema version of a database; None when it is empty or not there yet."""
    if url.startswith("sqlite:///"):
        return _sqlite_version(Path(url.removeprefix("sqlite:///")))
    return _postgres_version(url)


def _sqlite_version(path: Path) -> str | None:
    if not path.exists() or not path.stat().st_size:
        return None
    try:
        with closing(sqlite3.connect(path, timeout=5)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables:
                return None
            if "alembic_version" not in tables or "change_log" not in tables:
                raise DatabaseError(f"{path} is not a nightdesk database.", "Check the path in the settings.")
            return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except sqlite3.OperationalError as error:
        raise DatabaseError(f"The database {path} cannot be read: {error}.", "Check its permissions.") from error
    except sqlite3.DatabaseError as error:
        raise DatabaseError(f"{path} is not a nightdesk database.", "Check the path in the settings.") from error


def _postgres_version(url: str) -> str | None:
    try:
        import psycopg
    except ImportError as error:
        raise DatabaseError(
            "This installation cannot speak to PostgreSQL.", "Install it with: pip install 'nightdesk[postgres]'"
        ) from error
    try:
        address = url.replace("postgresql+psycopg://", "postgresql://")
        with closing(psycopg.connect(address, autocommit=True, connect_timeout=10)) as connection:
            if connection.info.parameter_status("server_encoding") != "UTF8":
                raise DatabaseError("The PostgreSQL database does not store UTF-8.", "Create it with ENCODING 'UTF8'.")
            found = connection.execute("SELECT to_regclass('alembic_version'), to_regclass('change_log')").fetchone()
            if found is None or found[0] is None:
                return None
            if found[1] is None:
                raise DatabaseError(
                    "The PostgreSQL database belongs to another program.", "Check the URL in the settings."
                )
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return str(row[0]) if row else None
    except psycopg.Error as error:
        raise DatabaseError(
            f"The database server does not let us in: {str(error).splitlines()[0]}", "Check the URL in the settings."
        ) from error


def _private(path: Path) -> None:
    """Make the folder 0700 when we create it, the file 0600 always when we create it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseError(
            f"The database {path} cannot be made: {error.strerror}.", "Check the path and its permissions."
        ) from error


def _copy(path: Path, found: str) -> None:
    """Leave the file as it was beside itself, whole or not at all."""
    part, copy = path.with_name(f"{path.name}.v{found}.part"), path.with_name(f"{path.name}.v{found}")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        part.replace(copy)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise DatabaseError(
            f"No copy of {path} could be made before its upgrade: {error}.", "Nothing was changed; make room first."
        ) from error


def _upgrade(url: str) -> None:
    from sqlalchemy.exc import DBAPIError

    from models.migrations.upgrade import upgrade

    try:
        upgrade(url)
    except DBAPIError as error:
        raise DatabaseError(
            f"The database could not be brought up to date: {str(error.orig).splitlines()[0]}.", "Nothing was changed."
        ) from error
