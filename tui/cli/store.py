"""Open the desk's database for a command, and close it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from models.types.errors import DatabaseError
from tui.settings import Settings, key_path, load, shown_url

if TYPE_CHECKING:
    from argparse import Namespace

    from models.store.database import Database


def settings_of(arguments: "Namespace") -> Settings:
    """Read the settings the arguments ask for."""
    return load(arguments.database, arguments.config)


def ready(settings: Settings) -> None:
    """Bring an existing desk up to date; ``DatabaseError`` when there is none yet. Loads no ORM when it is."""
    from models.store import migrate

    if migrate.version(settings.database) is None:
        raise DatabaseError(
            f"There is no desk at {shown_url(settings.database)} yet.",
            "Make one with: nightdesk init. To just look around: nightdesk demo",
        )
    migrate.ensure(settings.database)


@contextmanager
def opened(settings: Settings) -> Iterator["Database"]:
    """Hand out the desk's database, up to date; ``DatabaseError`` when there is none yet."""
    ready(settings)

    from models.store.database import Database

    database = Database(settings.database, key_file=key_path(settings))
    try:
        yield database
    finally:
        database.close()
