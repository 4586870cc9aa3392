"""Bring a database to the newest version in one transaction, whatever it was before; Alembic is imported here only."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import NullPool

from models.types.errors import DatabaseError

ADVISORY_LOCK = 7_301_001  # one process migrates, the others wait and then find nothing to do


def upgrade(url: str, revision: str = "head") -> None:
    """Run the versions that are missing. Either all of them are in, or the database is as before."""
    engine = create_engine(url, poolclass=NullPool)
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        if not sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
        command.upgrade(config(connection), revision)
        if sqlite:
            _check_foreign_keys(connection)
    engine.dispose()


def config(connection: Connection) -> Config:
    """Alembic's configuration, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    settings.attributes["connection"] = connection
    return settings


def _prepare(driver: sqlite3.Connection, _: object) -> None:
    """Batch mode drops and rebuilds tables: foreign keys are off meanwhile, and checked before the commit.

    The driver's own transactions would commit before each DDL statement, so they are switched off.
    """
    driver.isolation_level = None
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("PRAGMA foreign_keys=OFF")  # no effect inside a transaction, hence here
    driver.execute("PRAGMA busy_timeout=30000")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken:
        raise DatabaseError(
            f"The upgrade would leave a row of {broken[0]} without its {broken[2]}.",
            "Nothing was changed. Please report it with the copy beside the file.",
        )
