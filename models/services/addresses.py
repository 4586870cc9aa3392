"""Set sending addresses up: whose they are, what they look like, which brands they serve; and take them out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.rules import edit
from models.rules.address import normal
from models.services import admin
from models.services.stranded import stranded
from models.store import accounts, addresses, automation, brands, edits, teams
from models.store.changes import announce
from models.tables.mail import SendingAddress
from models.types.actor import Actor
from models.types.errors import NotAllowed, NotFound, Overtaken
from models.types.identity import AddressView

OWN_FIELDS = frozenset({"display_name", "signature", "sequence", "active"})  # an employee's to change of their own


@dataclass(frozen=True, slots=True)
class AddressChange:
    """What shall be different; None: as it is. ``owner`` is a login, "" makes it the company's."""

    display_name: str | None = None
    signature: str | None = None
    account: str | None = None  # its name
    owner: str | None = None
    sequence: int | None = None
    active: bool | None = None
    everybody: bool | None = None


def find(session: Session, words: str) -> AddressView:
    """Find the address meant by "support@example.org", or by its number where the same address stands there twice."""
    number = words.lstrip("#")
    if number.isdecimal():
        found = addresses.views(session, address_id=int(number))
    else:
        found = addresses.views(session, address=normal(words) or words)
    if not found:
        raise NotFound(f"There is no sending address {words}.", "See: nightdesk address list")
    if len(found) > 1:
        numbers = ", ".join(f"#{one.id} ({one.account})" for one in found)
        raise NotAllowed(f"{words} stands there {len(found)} times: {numbers}.", "Say its number.")
    return found[0]


def add(
    session: Session, actor: Actor, *, address: str, account: str, change: AddressChange, now: datetime
) -> AddressView:
    """Let records be answered as an address, through this account. One that was removed comes back as it was."""
    admin.require(session, actor)
    email = normal(address)
    if not email:
        raise NotAllowed(f"{address!r} is no mail address.")
    account_id = _account(session, account)
    if any(one.account == account for one in addresses.views(session, address=email)):
        raise NotAllowed(f"{email} goes out through {account} already.", "Change it with: nightdesk address set")
    there = addresses.removed(session, email)
    address_id = addresses.add(session, email, account_id) if there is None else there
    values = {"account_id": account_id, "removed": False, "active": True} | _values(session, change)
    edits.change(session, SendingAddress, address_id, values, by=actor.login, what="everything", now=now)
    announce(session, now, topic="accounts")
    return _view(session, address_id)


def change(
    session: Session, actor: Actor, words: str, said: AddressChange, *, now: datetime, seen: int | None = None
) -> AddressView:
    """Change what is said. ``seen``: the revision that was read; ``Overtaken`` when somebody changed it since."""
    view = _locked(session, words, seen)
    wanted = {name: value for name, value in asdict(said).items() if value is not None}
    own = view.owner == actor.login and wanted.keys() <= OWN_FIELDS
    admin.require(session, actor, own=own)
    what = edit.changed(_shown(view), wanted)
    if not what:
        return view
    if said.everybody is False and view.owner:
        raise NotAllowed(f"{view.address} is {view.owner}'s own: nobody else uses it.")
    edits.change(
        session, SendingAddress, view.id, _values(session, said), by=actor.login, what=", ".join(what), now=now
    )
    announce(session, now, topic="accounts")
    return _view(session, view.id)


def bind(
    session: Session, actor: Actor, words: str, names: Sequence[str], *, now: datetime, seen: int | None = None
) -> AddressView:
    """Bind it to these brands as well: it then serves no other ones."""
    admin.require(session, actor)
    view = _locked(session, words, seen)
    addresses.bind(session, view.id, _brands(session, names).values())
    return _done(session, actor, view, "brands", now)


def unbind(
    session: Session, actor: Actor, words: str, names: Sequence[str], *, now: datetime, seen: int | None = None
) -> AddressView:
    """Take it from these brands; no names: from all, so that it serves every brand."""
    admin.require(session, actor)
    view = _locked(session, words, seen)
    left = set(view.brands) - set(names)
    if names and view.brands and not left:
        raise NotAllowed(
            f"{view.address} would then serve every brand.",
            "If that is meant, name no brand; else switch it off.",
        )
    addresses.unbind(session, view.id, _brands(session, names or view.brands).values())
    return _done(session, actor, view, "brands", now)


def allow(
    session: Session,
    actor: Actor,
    words: str,
    *,
    logins: Sequence[str] = (),
    groups: Sequence[str] = (),
    now: datetime,
    seen: int | None = None,
) -> AddressView:
    """Let these agents and groups use it. If it was everybody's, it is now theirs alone."""
    admin.require(session, actor)
    view = _locked(session, words, seen)
    if view.owner:
        raise NotAllowed(f"{view.address} is {view.owner}'s own.", "Only its owner uses it; the company's are shared.")
    agents, teams_ = _users(session, logins, groups)
    addresses.allow(session, view.id, agents=agents, groups=teams_)
    return _done(session, actor, view, "who may use it", now, {"everybody": False})


def deny(
    session: Session,
    actor: Actor,
    words: str,
    *,
    logins: Sequence[str] = (),
    groups: Sequence[str] = (),
    now: datetime,
    seen: int | None = None,
) -> AddressView:
    """Let these agents and groups no longer use it. When nobody is left, nobody uses it."""
    admin.require(session, actor)
    view = _locked(session, words, seen)
    if view.everybody:
        raise NotAllowed(
            f"Everybody may use {view.address}.", f"Say who may instead: nightdesk address allow {view.address} LOGIN"
        )
    agents, teams_ = _users(session, logins, groups)
    addresses.deny(session, view.id, agents=agents, groups=teams_)
    return _done(session, actor, view, "who may use it", now)


def remove(session: Session, actor: Actor, words: str, *, now: datetime, seen: int | None = None) -> tuple[str, ...]:
    """Take an address out; what that means for mail and records, in sentences.

    One that mail went out as is switched off and hidden: that mail still names it.
    """
    admin.require(session, actor)
    view = _locked(session, words, seen)
    before = {one.brand: one for one in stranded(session)}
    uses = addresses.uses(session, view.id, view.address)
    addresses.release_records(session, view.id)
    if uses.messages or uses.drafts:
        values = {"removed": True, "active": False}
        edits.change(session, SendingAddress, view.id, values, by=actor.login, what="removed", now=now)
    else:
        addresses.forget(session, view.id)
    announce(session, now, topic="accounts")
    told = [f"{view.address} is no sending address any more."]
    if uses.messages:
        told.append(f"{_count(uses.messages, 'message')} went out as it and will still say so.")
    if uses.waiting:
        told.append(
            f"{_count(uses.waiting, 'copy', 'copies')} waiting to leave as it will fail and say so: write anew."
        )
    if uses.drafts:
        told.append(f"{_count(uses.drafts, 'draft')} chose it: whoever sends one is told first.")
    if uses.records:
        told.append(f"A rule had chosen it for {_count(uses.records, 'record')}: the usual order decides again.")
    for name in automation.answering_from(session, view.address):
        told.append(f"The rule {name} still names it and skips that: nightdesk rule set {name!r} --then sender=")
    for one in stranded(session):
        if before[one.brand].address and not one.address:
            told.append(f"Nobody can be answered for {one.brand} now ({_count(one.records, 'open record')}).")
        elif before[one.brand].address == view.address:
            told.append(f"{one.brand} is answered as {one.address} from now on.")
    return tuple(told)


def _locked(session: Session, words: str, seen: int | None) -> AddressView:
    found = find(session, words)
    addresses.lock(session, found.id)
    view = _view(session, found.id)
    if since := edit.overtaken(view.edit, seen, view.address):
        raise Overtaken(since, "Nothing was saved: read it again, then change it.")
    return view


def _view(session: Session, address_id: int) -> AddressView:
    return addresses.views(session, address_id=address_id)[0]


def _done(
    session: Session, actor: Actor, view: AddressView, what: str, now: datetime, values: Mapping[str, Any] | None = None
) -> AddressView:
    edits.change(session, SendingAddress, view.id, values or {}, by=actor.login, what=what, now=now)
    announce(session, now, topic="accounts")
    return _view(session, view.id)


def _shown(view: AddressView) -> dict[str, object]:
    return {name: value for name, value in asdict(view).items() if name in AddressChange.__dataclass_fields__}


def _values(session: Session, said: AddressChange) -> dict[str, Any]:
    """The columns of what is said."""
    values = {name: value for name, value in asdict(said).items() if value is not None}
    if said.display_name is not None:
        values["display_name"] = " ".join(said.display_name.split())[:120]
    if said.signature is not None:
        values["signature"] = said.signature.strip()
    if (account := values.pop("account", None)) is not None:
        values["account_id"] = _account(session, account)
    if (owner := values.pop("owner", None)) is not None:
        values["agent_id"] = _users(session, [owner], [])[0][0] if owner else None
    return values


def _account(session: Session, name: str) -> int:
    found = accounts.by_name(session, name)
    if found is None:
        raise NotFound(f"There is no account called {name!r}.", "See: nightdesk account list")
    facts = accounts.read(session, found)
    if facts is None or not facts.smtp_host:
        raise NotAllowed(f"The account {name} does not send.", "Give it an SMTP server first.")
    return found


def _brands(session: Session, names: Sequence[str]) -> dict[str, int]:
    found = brands.ids(session, names)
    for name in names:
        if name not in found:
            raise NotFound(f"There is no brand {name!r}.", "See: nightdesk brand list")
    return found


def _users(session: Session, logins: Sequence[str], groups: Sequence[str]) -> tuple[list[int], list[int]]:
    agents, named = teams.agent_ids(session, logins), teams.ids(session, groups)
    for login in logins:
        if login not in agents:
            raise NotFound(f"There is no agent {login!r}.", "See: nightdesk agent list")
    for name in groups:
        if name not in named:
            raise NotFound(f"There is no group {name!r}.", "See: nightdesk group list")
    return list(agents.values()), list(named.values())


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
