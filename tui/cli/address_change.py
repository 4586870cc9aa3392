"""What ``nightdesk address`` writes: the services its words mean."""

from argparse import Namespace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.services import addresses
from models.services.addresses import AddressChange
from models.types.actor import Actor
from models.types.identity import AddressView


def write(session: Session, actor: Actor, said: Namespace, now: datetime) -> AddressView:
    """Do what the arguments say; the address as it is then."""
    if said.part == "add":
        return _add(session, actor, said, now)
    how: dict[str, Any] = {"now": now, "seen": said.seen}
    if said.part == "set":
        return addresses.change(session, actor, said.address, _said(said), **how)
    if said.part in ("bind", "unbind"):
        work = addresses.bind if said.part == "bind" else addresses.unbind
        return work(session, actor, said.address, said.brand, **how)
    work_on_users = addresses.allow if said.part == "allow" else addresses.deny
    return work_on_users(session, actor, said.address, logins=said.login, groups=said.group, **how)


def _add(session: Session, actor: Actor, said: Namespace, now: datetime) -> AddressView:
    view = addresses.add(
        session, actor, address=said.address, account=said.account, change=_said(said, account=False), now=now
    )
    return addresses.bind(session, actor, f"#{view.id}", said.brand, now=now) if said.brand else view


def _said(said: Namespace, *, account: bool = True) -> AddressChange:
    return AddressChange(
        display_name=said.display_name,
        signature=said.signature,
        account=said.account if account else None,
        owner=said.owner,
        sequence=said.sequence,
        active=said.active,
        everybody=said.everybody,
    )
