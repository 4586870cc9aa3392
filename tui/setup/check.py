"""What is wrong with the set-up, each finding leading to what it is about."""

from datetime import datetime

from sqlmodel import Session

from models.services.check import RULE, check
from models.store import addresses, brands, domains
from tui.render.ink import Role
from tui.render.setup_item import Fact, Item, Room


def items(session: Session, now: datetime) -> tuple[Item, ...]:
    """List the findings, problems first."""
    places = {one.name: (Room.BRANDS, one.name) for one in brands.views(session)}
    places |= {one.name: (Room.DOMAINS, one.name) for one in domains.views(session)}
    places |= {one.address: (Room.ADDRESSES, f"#{one.id}") for one in addresses.views(session)}
    made = []
    for number, finding in enumerate(check(session)):
        host = finding.about.rpartition("@")[2]  # an alias stands with its domain
        room, target = places.get(finding.about) or places.get(host) or (Room.ADDRESSES, "")
        role = Role.BAD if finding.problem else Role.NEED
        facts = (Fact("What", finding.sentence, role), Fact("What to do", finding.remedy))
        made.append(
            Item(
                key=f"{number}:{finding.code}",
                title=finding.about or "the desk",
                summary=finding.sentence,
                mark="problem" if finding.problem else "hint",
                mark_role=role,
                facts=facts,
                room=None if finding.code == RULE else room,
                target=target,
            )
        )
    return tuple(made)
