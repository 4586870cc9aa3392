"""Logins that were refused while accounts were tested."""

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from models.rules.login_guard import Refusal
from models.tables.mail import LoginRefusal


def of(session: Session, place: str) -> list[Refusal]:
    """Read those of one server and user, oldest first."""
    statement = select(LoginRefusal.tag, LoginRefusal.at).where(col(LoginRefusal.place) == place)  # type: ignore[call-overload]
    return [Refusal(*row) for row in session.execute(statement.order_by(col(LoginRefusal.id)))]


def add(session: Session, place: str, tag: str, at: datetime) -> None:
    """Keep one."""
    session.execute(insert(LoginRefusal).values(place=place, tag=tag, at=at))


def forget(session: Session, place: str) -> None:
    """Forget those of one server and user: a login went well."""
    session.execute(delete(LoginRefusal).where(col(LoginRefusal.place) == place))


def sweep(session: Session, before: datetime) -> None:
    """Forget what is too old to count."""
    session.execute(delete(LoginRefusal).where(col(LoginRefusal.at) < before))
