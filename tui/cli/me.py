"""Who runs this command, for what only admins may do."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from argparse import Namespace

    from sqlmodel import Session

    from models.types.actor import Actor
    from tui.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


def me(settings: "Settings") -> "Actor":
    """Say who: the system's user, and whether the desk's file is theirs."""
    from models.store.owner import owns
    from models.types.actor import Actor
    from tui.login import whoami

    return Actor(whoami().login, owns_database=owns(settings.database))


def write(
    said: "Namespace", work: "Callable[Concatenate[Session, Actor, P], T]", *args: P.args, **kwargs: P.kwargs
) -> T:
    """Do one use case as whoever runs this command, at the desk its arguments name."""
    from tui.cli.store import opened, settings_of

    settings = settings_of(said)
    with opened(settings) as database:
        return database.write(work, me(settings), *args, **kwargs)
