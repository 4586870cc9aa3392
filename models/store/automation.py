"""Automation rules, kept and read; those in force are read once after a change, not once a mail."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select
from sqlmodel import Session, col

from models.rules.automation_json import from_json, to_json
from models.store import edits, settings
from models.tables.all import metadata
from models.tables.automation import AutomationRule
from models.types.automation import Action, Deed, Rule
from models.types.identity import Edit


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored rule and its last change."""

    rule: Rule
    edit: Edit


def in_force(session: Session) -> tuple[Rule, ...]:
    """Read the rules that are on. Without a change since, and with no rule at all, that is one read of one row."""
    global _known
    token = session.scalar(_TOKEN) or ""
    if token != _known[0]:
        _known = token, tuple(one.rule for one in every(session) if one.rule.active)
    return _known[1]


def every(session: Session) -> Sequence[Kept]:
    """Read all rules in the order they are asked."""
    rows = session.execute(_select().order_by(col(AutomationRule.sequence), col(AutomationRule.id)))
    return [_kept(row) for row in rows]


def named(session: Session, name: str) -> Kept | None:
    """Find a rule by its name, whatever the case of its letters."""
    return next((one for one in every(session) if one.rule.name.casefold() == name.casefold()), None)


def answering_from(session: Session, address: str) -> list[str]:
    """Name the rules that set this sending address."""
    wanted = Action(Deed.SENDER, address)
    return [one.rule.name for one in every(session) if wanted in one.rule.actions]


def with_id(session: Session, rule_id: int) -> Kept | None:
    """Read and lock one rule."""
    row = session.execute(_select().where(col(AutomationRule.id) == rule_id).with_for_update()).first()
    return _kept(row) if row else None


def add(session: Session, rule: Rule, *, by: str, now: datetime) -> int:
    """Keep a new rule; its id."""
    values = {**_values(rule), "revision": 1, "changed_by": by, "changed_at": now, "changed_what": "it was added"}
    statement = insert(AutomationRule).values(values).returning(col(AutomationRule.id))
    _renew(session)
    return int(session.execute(statement).scalar_one())


def change(session: Session, rule: Rule, *, by: str, what: str, now: datetime) -> None:
    """Replace a rule."""
    edits.change(session, AutomationRule, rule.id, _values(rule), by=by, what=what, now=now)
    _renew(session)


def remove(session: Session, rule_id: int) -> None:
    """Take a rule out; what it did stays written."""
    session.execute(delete(AutomationRule).where(col(AutomationRule.id) == rule_id))
    _renew(session)


AUTOMATION = "automation"  # setting: a word that is another one after each change of the rules

# The rules in force that were read last, under the word they were read at: no two sets of rules share one.
_known: tuple[str, tuple[Rule, ...]] = ("", ())
_SETTING = metadata.tables["setting"]
_TOKEN = select(_SETTING.c.value).where(_SETTING.c.key == bindparam("key", AUTOMATION))


def _renew(session: Session) -> None:
    settings.put(session, AUTOMATION, secrets.token_hex(8))


def _values(rule: Rule) -> dict[str, Any]:
    return {"name": rule.name, "sequence": rule.sequence, "active": rule.active, "rule": to_json(rule)}


def _select() -> Any:
    columns = (col(AutomationRule.id), col(AutomationRule.active), col(AutomationRule.rule))
    return select(*columns, *edits.columns(AutomationRule))


def _kept(row: Row[*tuple[Any, ...]]) -> Kept:
    rule = replace(from_json(row.rule), id=row.id, active=row.active, revision=row.revision)
    return Kept(rule, edits.of(row))
