from collections.abc import Iterator

import pytest

from models.store.database import Database
from models.store.plain import Reader
from tests.store.world import World


@pytest.fixture
def world(database: Database) -> World:
    """A desk with one agent, one contact, one kind."""
    return World(database)


@pytest.fixture
def reader(database: Database) -> Iterator[Reader]:
    """Plain reads of the same desk."""
    opened = Reader(database.url)
    yield opened
    opened.close()
