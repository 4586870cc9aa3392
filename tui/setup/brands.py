"""The room of brands."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from models.services import brands
from models.services.brands import BrandChange
from models.services.stranded import stranded
from models.store import brands as store
from models.types.actor import Actor
from models.types.identity import BrandView
from tui.render.ink import Role
from tui.render.setup_item import Fact, Item
from tui.setup.typed import Typed, edited, listed, one_line, yes_no


def items(session: Session, now: datetime) -> tuple[Item, ...]:
    """List the brands with the address each is answered as."""
    answered = {one.brand: one for one in stranded(session)}
    made = []
    for view in store.views(session):
        standing = answered.get(view.name)
        made.append(_item(view, standing.address if standing else "", standing.records if standing else 0, now))
    return tuple(made)


def keep(session: Session, actor: Actor, item: Item | None, values: Mapping[str, str], now: datetime) -> str:
    """Keep a form."""
    typed = Typed(values)
    change = BrandChange(
        name=typed.wanted("name", "What do customers see?"),
        signature=typed.lines("signature"),
        notification=typed.text("notification"),
        stay_on=typed.yes("stay_on"),
        personal_senders=typed.yes("personal_senders"),
        customer_relay=typed.yes("customer_relay"),
        active=typed.yes("active"),
    )
    typed.done()
    if item is None:
        view = brands.add(session, actor, change, now=now)
    else:
        view = brands.change(session, actor, item.key, change, now=now, seen=item.revision)
    return f"{view.name} is saved."


def switch(session: Session, actor: Actor, item: Item, now: datetime) -> str:
    """Use it, or no more."""
    brands.change(session, actor, item.key, BrandChange(active=not item.active), now=now, seen=item.revision)
    return f"{item.title} is {'given up' if item.active else 'used again'}."


def remove(session: Session, actor: Actor, item: Item, now: datetime) -> tuple[str, ...]:
    """Give it up."""
    return (brands.remove(session, actor, item.key, now=now, seen=item.revision),)


def _item(view: BrandView, answered: str, records: int, now: datetime) -> Item:
    nobody = view.active and not answered
    facts = (
        Fact("Answered as", answered or "nobody: no address may answer it", Role.BAD if nobody else Role.TEXT),
        Fact("Open records", str(records)),
        Fact("Domains", listed(view.domains, "the shared ones")),
        Fact("Notifications", view.notification or "its domain's, or the desk's"),
        Fact("Signature", view.signature or "none"),
        Fact("Stay on", "answers go out as the address the customer wrote to" if view.stay_on else "no"),
        Fact("Own addresses", "employees answer as themselves" if view.personal_senders else "no"),
        Fact("Customers relay", "customers who follow get what others write" if view.customer_relay else "no"),
        *edited(view.edit, now),
    )
    mark, role = ("off", Role.MUTED) if not view.active else ("stuck", Role.BAD) if nobody else ("on", Role.GOOD)
    default = "for records without a brand · " if view.is_default else ""
    return Item(
        key=view.name,
        title=view.name,
        summary=f"{default}answered as {answered or 'nobody'}",
        mark=mark,
        mark_role=role,
        facts=facts,
        values={
            "name": view.name,
            "signature": one_line(view.signature),
            "notification": view.notification,
            "stay_on": yes_no(view.stay_on),
            "personal_senders": yes_no(view.personal_senders),
            "customer_relay": yes_no(view.customer_relay),
            "active": yes_no(view.active),
        },
        revision=view.edit.revision,
        active=view.active,
    )
