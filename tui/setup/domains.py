"""The room of our own domains."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from models.services import domains
from models.services.domains import DomainChange
from models.store import domains as store
from models.types.actor import Actor
from models.types.errors import NotAllowed
from models.types.identity import DomainView
from tui.render.ink import Role
from tui.render.setup_item import Fact, Item
from tui.setup.typed import Typed, edited, listed


def items(session: Session, now: datetime) -> tuple[Item, ...]:
    """List the domains."""
    views = store.views(session)
    return tuple(_item(view, now, only=len(views) == 1) for view in views)


def keep(session: Session, actor: Actor, item: Item | None, values: Mapping[str, str], now: datetime) -> str:
    """Keep a form. A domain's name is what it is: another one is another domain."""
    typed = Typed(values)
    name = typed.wanted("name", "What stands after the @?")
    change = DomainChange(
        brand=typed.text("brand"),
        catchall=typed.text("catchall"),
        bounce=typed.text("bounce"),
        default_from=typed.text("default_from"),
        sequence=typed.number("sequence", default=10),
    )
    if item is not None and name != item.key:
        typed.refuse("name", "A domain keeps its name; add the other one.")
    typed.done()
    if item is None:
        view = domains.add(session, actor, name, change, now=now)
    else:
        view = domains.change(session, actor, item.key, change, now=now, seen=item.revision)
    return f"{view.name} is saved."


def switch(session: Session, actor: Actor, item: Item, now: datetime) -> str:
    """Refuse: a domain is ours or it is not."""
    raise NotAllowed("A domain cannot be switched off.", "D D takes it out.")


def remove(session: Session, actor: Actor, item: Item, now: datetime) -> tuple[str, ...]:
    """Take it out."""
    domains.remove(session, actor, item.key, now=now, seen=item.revision)
    return (f"{item.title} is no domain of ours any more.",)


def _item(view: DomainView, now: datetime, *, only: bool) -> Item:
    shared = "shared by all brands" + (", as the only one" if only else "")
    brand = view.brand if view.brand and not only else shared
    facts = (
        Fact("Brand", brand),
        Fact("Aliases", listed(view.aliases, "none")),
        Fact("Catchall", view.catchall or "none: mail for unknown addresses waits in quarantine"),
        Fact("Bounces", f"{view.bounce}@{view.name}"),
        Fact("Notifications", view.default_from or "the desk's"),
        Fact("Sequence", str(view.sequence)),
        *edited(view.edit, now),
    )
    return Item(
        key=view.name,
        title=view.name,
        summary=f"{brand} · {len(view.aliases)} alias{'' if len(view.aliases) == 1 else 'es'}",
        mark="ours",
        mark_role=Role.GOOD,
        facts=facts,
        values={
            "name": view.name,
            "brand": view.brand,
            "catchall": view.catchall,
            "bounce": view.bounce,
            "default_from": view.default_from,
            "sequence": str(view.sequence),
        },
        revision=view.edit.revision,
    )
