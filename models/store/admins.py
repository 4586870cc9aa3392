"""The agents who may set the desk up."""

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from models.tables.desk import Agent
from models.types.actor import Actor, Standing


def standing(session: Session, actor: Actor) -> Standing:
    """Gather what decides whether somebody may."""
    mine = session.execute(
        select(col(Agent.id), col(Agent.admin)).where(col(Agent.login) == actor.login, col(Agent.active))
    ).first()
    first = session.scalar(select(func.min(col(Agent.id))).where(col(Agent.active)))
    return Standing(
        agent=mine is not None,
        flagged=mine is not None and mine.admin,
        first=first is None or (mine is not None and mine.id == first),
        owns_database=actor.owns_database,
    )


def logins(session: Session) -> tuple[str, ...]:
    """Name the agents who are admins: the first one and those who were made one."""
    rows = session.execute(select(col(Agent.login), col(Agent.admin)).where(col(Agent.active)).order_by(col(Agent.id)))
    return tuple(login for number, (login, flagged) in enumerate(rows) if flagged or number == 0)


def make(session: Session, login: str, on: bool) -> bool:
    """Make an agent an admin, or no longer one. False: there is no such agent."""
    statement = update(Agent).where(col(Agent.login) == login).values(admin=on)
    return session.scalar(statement.returning(col(Agent.id))) is not None
