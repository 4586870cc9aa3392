"""Set mail domains up: whose they are, and what their special addresses are (R17)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.rules import edit
from models.rules.address import domain as domain_of
from models.rules.address import local, normal
from models.services import admin
from models.store import brands, domains, edits, setting_up
from models.store.changes import announce
from models.tables.desk import Domain
from models.types.actor import Actor
from models.types.errors import NotAllowed, NotFound, Overtaken
from models.types.identity import DomainView


@dataclass(frozen=True, slots=True)
class DomainChange:
    """What shall be different; None: as it is. "" takes a special address away; ``brand`` "" shares the domain."""

    brand: str | None = None
    catchall: str | None = None  # local part
    bounce: str | None = None  # local part
    default_from: str | None = None  # local part, or an address in full
    sequence: int | None = None


def add(session: Session, actor: Actor, name: str, said: DomainChange, *, now: datetime) -> DomainView:
    """Make a domain ours."""
    admin.require(session, actor)
    host = domain_of(f"x@{name}")
    if not host:
        raise NotAllowed(f"{name!r} is no mail domain.", "It is what stands after the @, such as example.org.")
    if any(one.name == host for one in domains.views(session)):
        raise NotAllowed(f"{host} is one of our domains already.", f"Change it with: nightdesk domain set {host}")
    domain_id = setting_up.ensure_domain(session, host)
    view = next(one for one in domains.views(session) if one.id == domain_id)
    values = _values(session, view, said)
    edits.change(session, Domain, domain_id, values, by=actor.login, what="everything", now=now)
    announce(session, now, topic="accounts")
    return find(session, host)


def change(
    session: Session, actor: Actor, name: str, said: DomainChange, *, now: datetime, seen: int | None = None
) -> DomainView:
    """Change what is said. ``seen``: the revision that was read; ``Overtaken`` when somebody changed it since."""
    admin.require(session, actor)
    view = _locked(session, name, seen)
    wanted = {field: value for field, value in asdict(said).items() if value is not None}
    what = edit.changed(asdict(view), wanted)
    if not what:
        return view
    values = _values(session, view, said)
    edits.change(session, Domain, view.id, values, by=actor.login, what=", ".join(what), now=now)
    announce(session, now, topic="accounts")
    return find(session, view.name)


def remove(session: Session, actor: Actor, name: str, *, now: datetime, seen: int | None = None) -> None:
    """Make it no domain of ours any more. ``NotAllowed`` while aliases stand in it."""
    admin.require(session, actor)
    view = _locked(session, name, seen)
    if view.aliases:
        listed = ", ".join(f"{one}@{view.name}" for one in view.aliases)
        raise NotAllowed(f"Aliases stand in {view.name}: {listed}.", "Take them out first: nightdesk alias remove")
    domains.forget(session, view.id)
    announce(session, now, topic="accounts")


def find(session: Session, name: str) -> DomainView:
    """Find a domain of ours."""
    host = domain_of(f"x@{name}")
    view = next((one for one in domains.views(session) if one.name == host), None)
    if view is None:
        raise NotFound(f"{name} is no domain of ours.", "See: nightdesk domain list")
    return view


def _locked(session: Session, name: str, seen: int | None) -> DomainView:
    domains.lock(session, find(session, name).id)
    view = find(session, name)
    if since := edit.overtaken(view.edit, seen, view.name):
        raise Overtaken(since, "Nothing was saved: read it again, then change it.")
    return view


def _values(session: Session, view: DomainView, said: DomainChange) -> dict[str, Any]:
    values = {name: value for name, value in asdict(said).items() if value is not None and name != "brand"}
    if said.catchall:
        values["catchall"] = _local(said.catchall, view.name)
    if said.bounce:
        values["bounce"] = _local(said.bounce, view.name)
        if values["bounce"] in view.aliases:
            raise NotAllowed(
                f"{values['bounce']}@{view.name} opens records: reports would open one each.", "Choose another one."
            )
    if said.default_from:
        values["default_from"] = _sender(said.default_from, view.name)
    if said.brand is not None:
        values["brand_id"] = _brand(session, said.brand) if said.brand else None
    return values


def _local(said: str, domain: str) -> str:
    """Read a local part; an address in full must be of this domain."""
    name, _, host = said.rpartition("@") if "@" in said else (said, "", domain)
    if domain_of(f"x@{host}") != domain or not local(f"{name}@{domain}"):
        raise NotAllowed(f"{said!r} is no address at {domain}.", "Say what stands before the @.")
    return local(f"{name}@{domain}")


def _sender(said: str, domain: str) -> str:
    found = normal(said) if "@" in said else local(f"{said}@{domain}")
    if not found:
        raise NotAllowed(f"{said!r} is no mail address.")
    return found


def _brand(session: Session, name: str) -> int:
    found = brands.ids(session, [name])
    if not found:
        raise NotFound(f"There is no brand {name!r}.", "See: nightdesk brand list")
    return found[name]
