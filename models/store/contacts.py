"""Customers and agents, found by address or login."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlmodel import Session, col

from models.store.among import among, rows
from models.store.upsert import insert_into
from models.tables.all import metadata
from models.tables.desk import Agent, Contact
from models.types.people import AgentView, Channel


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """A customer. ``undeliverable`` "" while mail arrives."""

    id: int
    name: str
    email: str
    undeliverable: str


def by_email(session: Session, addresses: Iterable[str]) -> dict[str, ContactFacts]:
    """Find the customers with these normal addresses."""
    wanted = [address for address in set(addresses) if address]
    found = rows(session, _BY_EMAIL, wanted)
    return {row.email: ContactFacts(row.id, row.name, row.email, row.undeliverable) for row in found}


def contact(session: Session, contact_id: int) -> ContactFacts | None:
    """Read one customer."""
    found = session.execute(
        select(col(Contact.name), col(Contact.email), col(Contact.undeliverable)).where(col(Contact.id) == contact_id)
    ).first()
    return ContactFacts(contact_id, *found) if found else None


def ensure(session: Session, email: str, name: str, now: datetime) -> ContactFacts:
    """Find the customer with this normal address, or make one."""
    found = by_email(session, [email]).get(email)
    if found is None:
        session.execute(
            insert_into(session, Contact)
            .values(email=email, name=name[:200], undeliverable="", created_at=now)
            .on_conflict_do_nothing(index_elements=["email"])
        )
        found = by_email(session, [email])[email]
    return found


def mark_undeliverable(session: Session, email: str, reason: str) -> None:
    """Remember that mail to this normal address came back; "" forgets it."""
    session.execute(update(Contact).where(col(Contact.email) == email).values(undeliverable=reason))


def agent(session: Session, agent_id: int) -> AgentView | None:
    """Read one agent."""
    return _agent(session, col(Agent.id) == agent_id)


def agent_by_email(session: Session, email: str) -> AgentView | None:
    """Find the working agent with this normal address; the lowest id when several share it."""
    return _agent(session, (col(Agent.email) == email) & col(Agent.active)) if email else None


def ensure_agent(
    session: Session, *, login: str, name: str = "", email: str = "", channel: Channel | None = None
) -> AgentView:
    """Find the agent with this login, or make one. What is given replaces what is stored; "" and None keep it."""
    found = _agent(session, col(Agent.login) == login)
    if found is None:
        values = {"name": name or login, "email": email, "channel": channel or Channel.INBOX, "active": True}
        statement = insert_into(session, Agent).values(login=login, **values)
        session.execute(statement.on_conflict_do_nothing(index_elements=["login"]))
    else:
        said = {"name": name or found.name, "email": email or found.email, "channel": channel or found.channel}
        if said != {"name": found.name, "email": found.email, "channel": found.channel}:
            session.execute(update(Agent).where(col(Agent.login) == login).values(**said))
    made = _agent(session, col(Agent.login) == login)
    assert made is not None
    return made


def _agent(session: Session, condition: ColumnElement[bool]) -> AgentView | None:
    statement = select(col(Agent.id), col(Agent.login), col(Agent.name), col(Agent.email), col(Agent.channel)).where(
        condition
    )
    found = session.execute(statement.order_by(col(Agent.id)).limit(1)).first()
    return AgentView(found[0], found[1], found[2], found[3], found[4]) if found else None


_CONTACT = metadata.tables["contact"]
_BY_EMAIL = select(_CONTACT.c.id, _CONTACT.c.name, _CONTACT.c.email, _CONTACT.c.undeliverable).where(
    among(_CONTACT.c.email)
)
