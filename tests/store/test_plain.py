from pathlib import Path

import pytest
from sqlalchemy import text

from models.store import plain
from models.store.plain import Reader
from models.store.values import moment
from models.types.errors import DatabaseError
from tests.store.world import NOW, World


def test_times_compare_and_come_back(reader: Reader, world: World) -> None:
    world.record()
    sql = "SELECT created_at FROM record WHERE created_at >= :at AND created_at <= :at"
    (row,) = reader.rows(sql, at=NOW)
    assert moment(row["created_at"]) == NOW


def test_nothing_can_be_written(reader: Reader, world: World) -> None:
    with pytest.raises(DatabaseError):
        reader.rows("DELETE FROM kind RETURNING name")
    assert reader.one("SELECT name FROM kind") is not None


def test_several_selects_see_one_moment(reader: Reader, world: World) -> None:
    with reader.together():
        before = reader.one("SELECT count(*) AS n FROM record")
        world.record()
        assert reader.one("SELECT count(*) AS n FROM record") == before
    after = reader.one("SELECT count(*) AS n FROM record")
    assert (before, after) != (None, before)


def test_a_select_that_takes_too_long_is_stopped(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "LIMIT_SECONDS", 1)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS n FROM n"
    reader = Reader(database_url)
    with pytest.raises(DatabaseError, match="took too long"):
        reader.rows(endless)
    assert reader.one("SELECT 1 AS n") is not None
    reader.close()


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="cannot be read") as caught:
        Reader(f"sqlite:///{tmp_path}/none.db").rows("SELECT 1")
    assert "nightdesk init" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_server_that_was_restarted_is_no_trouble(reader: Reader, world: World) -> None:
    assert reader.one("SELECT 1 AS n") is not None
    with world.database.engine.connect() as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
    assert reader.one("SELECT 1 AS n") is not None
