"""The room of groups of agents."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from models.services import teams
from models.store import addresses
from models.store import teams as store
from models.types.actor import Actor
from models.types.errors import NotAllowed
from tui.render.ink import Role
from tui.render.setup_item import Fact, Item
from tui.setup.typed import Typed, edited, listed


def items(session: Session, now: datetime) -> tuple[Item, ...]:
    """List the groups with what their members may use."""
    used = addresses.views(session)
    made = []
    for view in store.views(session):
        may = [one.address for one in used if view.name in one.groups]
        facts = (
            Fact("Members", listed(view.agents, "none")),
            Fact("Addresses", listed(may, "none of their own")),
            *edited(view.edit, now),
        )
        values = {"name": view.name, "agents": ", ".join(view.agents)}
        summary = listed(view.agents, "nobody")
        made.append(
            Item(view.name, view.name, summary, "group", Role.MUTED, facts, values, view.edit.revision, active=True)
        )
    return tuple(made)


def keep(session: Session, actor: Actor, item: Item | None, values: Mapping[str, str], now: datetime) -> str:
    """Keep a form."""
    typed = Typed(values)
    name, wanted = typed.wanted("name", "What is it called?"), typed.parts("agents")
    typed.done()
    if item is None:
        view = teams.add(session, actor, name, now=now)
    else:
        view = teams.rename(session, actor, item.key, name, now=now, seen=item.revision)
    if new := [login for login in wanted if login not in view.agents]:
        teams.join(session, actor, name, new, now=now)
    if gone := [login for login in view.agents if login not in wanted]:
        teams.leave(session, actor, name, gone, now=now)
    return f"{name} is saved."


def switch(session: Session, actor: Actor, item: Item, now: datetime) -> str:
    """Refuse: a group has nothing to switch."""
    raise NotAllowed("A group cannot be switched off.", "D D takes it out.")


def remove(session: Session, actor: Actor, item: Item, now: datetime) -> tuple[str, ...]:
    """Take it out."""
    return teams.remove(session, actor, item.key, now=now, seen=item.revision)
