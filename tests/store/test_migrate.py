import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from models.migrations.compared import compared
from models.migrations.upgrade import config
from models.store.database import Database
from models.store.migrate import HEAD, ensure, version
from models.tables.all import metadata
from models.types.errors import DatabaseError
from tests.servers.postgres import Postgres

OLDEST = Path(__file__).with_name("desk_0001.sql")


def test_the_migrated_schema_is_what_the_tables_say(database: Database) -> None:
    assert _differences(database) == []


def test_the_program_knows_its_newest_version(database: Database) -> None:
    with database.engine.connect() as connection:
        assert ScriptDirectory.from_config(config(connection)).get_heads() == [HEAD]
    assert version(database.url) == HEAD


def test_an_old_file_is_copied_and_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "an old desk.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLDEST.read_text())
    ensure(f"sqlite:///{path}")
    ensure(f"sqlite:///{path}")

    assert version(f"sqlite:///{path}") == HEAD
    assert sorted(file.name for file in tmp_path.iterdir()) == ["an old desk.db", "an old desk.db.v0001"]
    copy = tmp_path / "an old desk.db.v0001"
    assert version(f"sqlite:///{copy}") == "0001"
    assert copy.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT number, title FROM record").fetchall() == [(1001, "Kaffeemaschine läuft aus")]
        found = connection.execute("SELECT rowid FROM message_search WHERE message_search MATCH 'wasserschaden'")
        assert found.fetchall() == [(1,)]
    upgraded = Database(f"sqlite:///{path}")
    assert _differences(upgraded) == []
    upgraded.close()


def test_an_old_postgres_desk_is_upgraded(postgres: Postgres) -> None:
    name = postgres.database()
    try:
        from models.migrations.upgrade import upgrade

        upgrade(postgres.url(name), "0001")
        ensure(postgres.url(name))
        assert version(postgres.url(name)) == HEAD
    finally:
        postgres.drop(name)


def test_a_failed_upgrade_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLDEST.read_text())
        connection.execute("CREATE TABLE record_search (in_the_way)")
        connection.commit()
        before = list(connection.iterdump())
    with pytest.raises(DatabaseError, match="could not be brought up to date"):
        ensure(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        assert list(connection.iterdump()) == before


def test_a_new_file_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "desk.db"
    ensure(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_newer_desk_is_refused(database: Database) -> None:
    with database.engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(DatabaseError, match=r"made by a newer nightdesk \(schema 0999"):
        ensure(database.url)


@pytest.mark.parametrize("content", [b"not a database at all, but text", b"SQLite format 3\x00" + bytes(2000)])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseError, match="is not a nightdesk database"):
        ensure(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE mails (id)")
    with pytest.raises(DatabaseError, match="is not a nightdesk database"):
        ensure(f"sqlite:///{path}")


def test_a_server_out_of_reach_is_said_so() -> None:
    with pytest.raises(DatabaseError, match="does not let us in"):
        ensure("postgresql+psycopg://nobody@127.0.0.1:1/desk")


def _differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": compared, "compare_type": True})
        return list(compare_metadata(context, metadata))
