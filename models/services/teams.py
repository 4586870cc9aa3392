"""Set groups of agents up."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from models.rules import edit
from models.services import admin
from models.store import addresses, edits, teams
from models.store.changes import announce
from models.tables.sender import AgentGroup
from models.types.actor import Actor
from models.types.errors import NotAllowed, NotFound, Overtaken
from models.types.identity import GroupView

NAME = re.compile(r"[\w][\w .-]{0,63}")


def add(session: Session, actor: Actor, name: str, *, now: datetime) -> GroupView:
    """Make a group."""
    admin.require(session, actor)
    _free(session, name)
    group_id = teams.add(session, name)
    edits.change(session, AgentGroup, group_id, {}, by=actor.login, what="everything", now=now)
    announce(session, now, topic="accounts")
    return find(session, name)


def rename(session: Session, actor: Actor, name: str, new: str, *, now: datetime, seen: int | None = None) -> GroupView:
    """Call it otherwise; its permissions stay."""
    admin.require(session, actor)
    view = _locked(session, name, seen)
    if new != name:
        _free(session, new)
        edits.change(session, AgentGroup, view.id, {"name": new}, by=actor.login, what="name", now=now)
        announce(session, now, topic="accounts")
    return find(session, new)


def join(session: Session, actor: Actor, name: str, logins: Sequence[str], *, now: datetime) -> GroupView:
    """Make agents members."""
    return _members(session, actor, name, logins, now, on=True)


def leave(session: Session, actor: Actor, name: str, logins: Sequence[str], *, now: datetime) -> GroupView:
    """Make agents members no longer."""
    return _members(session, actor, name, logins, now, on=False)


def remove(session: Session, actor: Actor, name: str, *, now: datetime, seen: int | None = None) -> tuple[str, ...]:
    """Take a group out and its permissions with it; what that means, in sentences."""
    admin.require(session, actor)
    view = _locked(session, name, seen)
    alone = [one.address for one in addresses.views(session) if one.groups == (name,) and not one.agents]
    teams.remove(session, view.id)
    announce(session, now, topic="accounts")
    left = [f"Nobody may use {address} now: nightdesk address allow {address} LOGIN" for address in alone]
    return (f"The group {name} is removed.", *left)


def find(session: Session, name: str) -> GroupView:
    """Find a group by its name."""
    view = next((one for one in teams.views(session) if one.name == name), None)
    if view is None:
        raise NotFound(f"There is no group {name!r}.", "See: nightdesk group list")
    return view


def _members(session: Session, actor: Actor, name: str, logins: Sequence[str], now: datetime, *, on: bool) -> GroupView:
    admin.require(session, actor)
    view = _locked(session, name, None)
    found = teams.agent_ids(session, logins)
    for login in logins:
        if login not in found:
            raise NotFound(f"There is no agent {login!r}.", "See: nightdesk agent list")
    (teams.join if on else teams.leave)(session, view.id, found.values())
    edits.change(session, AgentGroup, view.id, {}, by=actor.login, what="members", now=now)
    announce(session, now, topic="accounts")
    return find(session, name)


def _locked(session: Session, name: str, seen: int | None) -> GroupView:
    teams.lock(session, find(session, name).id)
    view = find(session, name)
    if since := edit.overtaken(view.edit, seen, view.name):
        raise Overtaken(since, "Nothing was saved: read it again, then change it.")
    return view


def _free(session: Session, name: str) -> None:
    if not NAME.fullmatch(name):
        raise NotAllowed(f"{name!r} cannot name a group.", "Use letters, digits, spaces, dots and -; at most 64.")
    if teams.ids(session, [name]):
        raise NotAllowed(f"There is a group called {name} already.", "Choose another name.")
