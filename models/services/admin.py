"""Let only admins set the desk up; everywhere by the same rule."""

from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlmodel import Session

from models.rules.admin import refusal
from models.store import admins
from models.store.changes import announce
from models.types.actor import Actor
from models.types.errors import NotAllowed, NotFound

P = ParamSpec("P")
T = TypeVar("T")


def require(session: Session, actor: Actor, *, own: bool = False) -> None:
    """Go on only for an admin, or for whose ``own`` it is. ``NotAllowed`` says whom to ask."""
    if not own and (why_not := refusal(admins.standing(session, actor), admins.logins(session))):
        raise NotAllowed(why_not)


def allowed(
    session: Session, actor: Actor, work: Callable[Concatenate[Session, P], T], *args: P.args, **said: P.kwargs
) -> T:
    """Do it in the same transaction, for an admin."""
    require(session, actor)
    return work(session, *args, **said)


def make_admin(session: Session, actor: Actor, *, login: str, on: bool, now: datetime) -> None:
    """Make an agent an admin, or no longer one. The desk's first agent stays one."""
    require(session, actor)
    if not admins.make(session, login, on):
        raise NotFound(f"There is no agent {login!r}.", "See: nightdesk agent list")
    if not on and login in admins.logins(session):
        raise NotAllowed(f"{login} is the desk's first agent and stays an admin.")
    announce(session, now, topic="accounts")
