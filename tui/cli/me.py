"""Who runs this command, for what only admins may do."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.types.actor import Actor
    from tui.settings import Settings


def me(settings: "Settings") -> "Actor":
    """Say who: the system's user, and whether the desk's file is theirs."""
    from models.store.owner import owns
    from models.types.actor import Actor
    from tui.login import whoami

    return Actor(whoami().login, owns_database=owns(settings.database))
