"""Set brands up, and give them up."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session

from models.rules import edit
from models.rules.address import normal
from models.services import admin
from models.store import brands, edits
from models.store.changes import announce
from models.tables.desk import Brand
from models.types.actor import Actor
from models.types.errors import NotAllowed, NotFound, Overtaken
from models.types.identity import BrandView


@dataclass(frozen=True, slots=True)
class BrandChange:
    """What shall be different; None: as it is."""

    name: str | None = None
    signature: str | None = None
    notification: str | None = None  # "" = that of its domains, or the desk's
    stay_on: bool | None = None
    personal_senders: bool | None = None
    customer_relay: bool | None = None
    active: bool | None = None


def add(session: Session, actor: Actor, said: BrandChange, *, now: datetime) -> BrandView:
    """Make a brand."""
    admin.require(session, actor)
    values = _values(said)
    name = values.pop("name", "")
    _free(session, str(name))
    brand_id = brands.add(session, str(name))
    edits.change(session, Brand, brand_id, values, by=actor.login, what="everything", now=now)
    announce(session, now, topic="accounts")
    return _view(session, brand_id)


def change(
    session: Session, actor: Actor, name: str, said: BrandChange, *, now: datetime, seen: int | None = None
) -> BrandView:
    """Change what is said. ``seen``: the revision that was read; ``Overtaken`` when somebody changed it since."""
    admin.require(session, actor)
    view = _locked(session, name, seen)
    values = _values(said)
    what = edit.changed(asdict(view), values)
    if not what:
        return view
    if values.get("name", view.name) != view.name:
        _free(session, str(values["name"]))
    if values.get("active") is False and view.is_default:
        raise NotAllowed(f"{view.name} is the brand of records without one: it cannot be given up.")
    edits.change(session, Brand, view.id, values, by=actor.login, what=", ".join(what), now=now)
    announce(session, now, topic="accounts")
    return _view(session, view.id)


def remove(session: Session, actor: Actor, name: str, *, now: datetime, seen: int | None = None) -> str:
    """Give a brand up; what became of it. One that anything refers to stays known and is hidden from choices."""
    admin.require(session, actor)
    view = _locked(session, name, seen)
    if view.is_default:
        raise NotAllowed(f"{view.name} is the brand of records without one: it cannot be given up.")
    if brands.used(session, view.id):
        edits.change(session, Brand, view.id, {"active": False}, by=actor.login, what="given up", now=now)
        said = f"{view.name} is given up; what belongs to it stays. See what still names it: nightdesk check"
    else:
        brands.forget(session, view.id)
        said = f"{view.name} is removed."
    announce(session, now, topic="accounts")
    return said


def find(session: Session, name: str) -> BrandView:
    """Find a brand by its name."""
    view = next((one for one in brands.views(session) if one.name == name), None)
    if view is None:
        raise NotFound(f"There is no brand {name!r}.", "See: nightdesk brand list")
    return view


def _locked(session: Session, name: str, seen: int | None) -> BrandView:
    brands.lock(session, find(session, name).id)
    view = find(session, name)
    if since := edit.overtaken(view.edit, seen, view.name):
        raise Overtaken(since, "Nothing was saved: read it again, then change it.")
    return view


def _view(session: Session, brand_id: int) -> BrandView:
    return next(one for one in brands.views(session) if one.id == brand_id)


def _free(session: Session, name: str) -> None:
    if not name:
        raise NotAllowed("The brand needs a name.", "It is the name customers see.")
    if brands.ids(session, [name]):
        raise NotAllowed(f"There is a brand called {name} already.", "Choose another name.")


def _values(said: BrandChange) -> dict[str, object]:
    values = {name: value for name, value in asdict(said).items() if value is not None}
    if said.name is not None:
        values["name"] = " ".join(said.name.split())[:120]
    if said.signature is not None:
        values["signature"] = said.signature.strip()
    if said.notification:
        values["notification"] = normal(said.notification)
        if not values["notification"]:
            raise NotAllowed(f"{said.notification!r} is no mail address.")
    return values
