"""What the fields of the set-up may become: names that are there already."""

from sqlalchemy import select
from sqlmodel import Session, col

from models.store import setting_up
from models.tables.desk import Agent, Brand
from models.tables.mail import Account
from models.tables.sender import AgentGroup


def words(session: Session) -> dict[str, tuple[str, ...]]:
    """List accounts that send, brands in use, working agents' logins, groups, and logins with groups ("people")."""
    sends = (col(Account.smtp_host) != "", col(Account.removed_at).is_(None))
    accounts = session.scalars(select(col(Account.name)).where(*sends).order_by(col(Account.name)))
    brands = session.scalars(select(col(Brand.name)).where(col(Brand.active)).order_by(col(Brand.name)))
    logins = tuple(session.scalars(select(col(Agent.login)).where(col(Agent.active)).order_by(col(Agent.login))))
    groups = tuple(session.scalars(select(col(AgentGroup.name)).order_by(col(AgentGroup.name))))
    return {
        "accounts": tuple(accounts),
        "brands": tuple(brands),
        "logins": logins,
        "groups": groups,
        "people": (*logins, *groups),
        "kinds": setting_up.kinds(session),
    }
