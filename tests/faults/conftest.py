"""Desks for the fault matrix."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.store.database import Database
from tests.servers.postgres import Postgres
from tests.workers.working import PASSWORD_VARIABLE


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "secret")


@pytest.fixture
def sqlite_desk(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty desk in a file."""
    shutil.copyfile(sqlite_template, tmp_path / "desk.db")
    opened = Database(f"sqlite:///{tmp_path / 'desk.db'}")
    yield opened
    opened.close()


@pytest.fixture
def postgres_desk(postgres: Postgres, postgres_template: str) -> Iterator[Database]:
    """An empty desk on PostgreSQL."""
    name = postgres.database(postgres_template)
    opened = Database(postgres.url(name))
    yield opened
    opened.close()
    postgres.drop(name)
