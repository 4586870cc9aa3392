"""The room of sending addresses."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from models.services import addresses
from models.services.addresses import AddressChange
from models.store import addresses as store
from models.store import teams
from models.types.actor import Actor
from models.types.identity import AddressView
from tui.render.ink import Role
from tui.render.setup_item import Fact, Item
from tui.setup.typed import Typed, edited, listed, one_line, yes_no


def items(session: Session, now: datetime) -> tuple[Item, ...]:
    """List the addresses in the order they are tried."""
    return tuple(_item(view, now) for view in store.views(session))


def keep(session: Session, actor: Actor, item: Item | None, values: Mapping[str, str], now: datetime) -> str:
    """Keep a form."""
    typed = Typed(values)
    address = typed.wanted("address", "What do customers see and answer to?")
    account = typed.wanted("account", "Through which account does it go out?")
    change = AddressChange(
        display_name=typed.text("display_name"),
        signature=typed.lines("signature"),
        account=account,
        owner=typed.text("owner"),
        sequence=typed.number("sequence", default=10),
        active=typed.yes("active"),
    )
    typed.done()
    if item is None:
        view = addresses.add(session, actor, address=address, account=account, change=change, now=now)
    else:
        view = addresses.change(session, actor, item.key, change, now=now, seen=item.revision)
    words = f"#{view.id}"
    _bind(session, actor, words, view.brands, typed.parts("brands"), now)
    _allow(session, actor, view, typed.parts("allowed"), now)
    return f"{view.address} is saved."


def switch(session: Session, actor: Actor, item: Item, now: datetime) -> str:
    """Use it, or no more."""
    change = AddressChange(active=not item.active)
    addresses.change(session, actor, item.key, change, now=now, seen=item.revision)
    return f"{item.title} is {'no longer used' if item.active else 'used again'}."


def remove(session: Session, actor: Actor, item: Item, now: datetime) -> tuple[str, ...]:
    """Take it out."""
    return addresses.remove(session, actor, item.key, now=now, seen=item.revision)


def _bind(
    session: Session, actor: Actor, words: str, there: tuple[str, ...], wanted: tuple[str, ...], now: datetime
) -> None:
    if not wanted and there:
        addresses.unbind(session, actor, words, (), now=now)
    if new := [name for name in wanted if name not in there]:
        addresses.bind(session, actor, words, new, now=now)
    if wanted and (gone := [name for name in there if name not in wanted]):
        addresses.unbind(session, actor, words, gone, now=now)


def _allow(session: Session, actor: Actor, view: AddressView, wanted: tuple[str, ...], now: datetime) -> None:
    words, there = f"#{view.id}", () if view.everybody else (*view.agents, *view.groups)
    if set(wanted) == set(there):
        return
    if not wanted:
        addresses.change(session, actor, words, AddressChange(everybody=True), now=now)
        return
    groups = {one.name for one in teams.views(session)}
    new = [name for name in wanted if name not in there]
    gone = [name for name in there if name not in wanted]
    for deed, names in ((addresses.allow, new), (addresses.deny, gone)):
        if names:
            logins = [name for name in names if name not in groups]
            deed(session, actor, words, logins=logins, groups=[one for one in names if one in groups], now=now)


def _item(view: AddressView, now: datetime) -> Item:
    who = listed((*view.agents, *view.groups), "nobody") if not view.everybody else "everybody"
    who = f"{view.owner}'s own" if view.owner else who
    brands = listed(view.brands, "all brands")
    facts = (
        Fact("Name", view.display_name or "the brand's"),
        Fact("Account", view.account),
        Fact("Whose", f"{view.owner}'s own, before the company's" if view.owner else "the company's"),
        Fact("Brands", brands if not view.brands else f"{brands}; no others"),
        Fact("Who may", who),
        Fact("Signature", view.signature or "the brand's"),
        Fact("Sequence", str(view.sequence)),
        *edited(view.edit, now),
    )
    return Item(
        key=f"#{view.id}",
        title=view.address,
        summary=f"{brands} · {who} · by {view.account}",
        mark="on" if view.active else "off",
        mark_role=Role.GOOD if view.active else Role.MUTED,
        facts=facts,
        values={
            "address": view.address,
            "display_name": view.display_name,
            "account": view.account,
            "owner": view.owner,
            "brands": ", ".join(view.brands),
            "allowed": "" if view.everybody or view.owner else ", ".join((*view.agents, *view.groups)),
            "signature": one_line(view.signature),
            "sequence": str(view.sequence),
            "active": yes_no(view.active),
        },
        revision=view.edit.revision,
        active=view.active,
    )
