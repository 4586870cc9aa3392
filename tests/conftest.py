"""What many rooms' tests stand on: an empty desk on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.store.database import Database
from models.store.migrate import ensure
from tests.servers.postgres import Postgres, postgres

__all__ = ["database", "postgres"]


@pytest.fixture(scope="session", autouse=True)
def _nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a desk on PostgreSQL keeps on its machine goes here, not to whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk file with the current schema and nothing in it."""
    path = tmp_path_factory.mktemp("template") / "desk.db"
    ensure(f"sqlite:///{path}")
    assert not path.with_name("desk.db-wal").exists(), "a copy of the file alone would lose what is in the log"
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The same as a PostgreSQL database; its name."""
    name = postgres.database()
    ensure(postgres.url(name))
    return name


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A desk with the current schema and nothing in it, on both databases; ended with the test."""
    if request.param == "sqlite":
        path = tmp_path / "desk.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.database(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The same, opened."""
    opened = Database(database_url)
    yield opened
    opened.close()
