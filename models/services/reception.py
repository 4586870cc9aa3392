"""Say at the door whose mail is taken, as the desk is set up now."""

from sqlmodel import Session

from models.rules.reception import receive
from models.store import desk_facts
from models.types.reception import Reception


def judge(session: Session, *, address: str) -> Reception:
    """Judge one envelope recipient."""
    desk = desk_facts.read(session)
    return receive(
        address,
        own=desk.own,
        domains=frozenset(facts.name for facts in desk.domains),
        catchalls=frozenset(facts.name for facts in desk.domains if facts.catchall),
    )
