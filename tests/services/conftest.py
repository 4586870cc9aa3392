"""A desk on each database."""

import pytest

from models.store.database import Database
from tests.services.letters import World, desk


@pytest.fixture
def world(database: Database) -> World:
    return desk(database)
