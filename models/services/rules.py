"""Set up automation rules: kept only when they can work, and never over another admin's change."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from models.rules.automation_fit import problems, tidied
from models.rules.automation_json import to_json
from models.rules.edit import changed, overtaken
from models.services.admin import require
from models.store import applications, automation, rule_facts
from models.store.automation import Kept
from models.store.changes import announce
from models.types.actor import Actor
from models.types.automation import Rule, RuleView, Terms
from models.types.errors import NotFound, Overtaken, Unfit


def every(session: Session) -> tuple[RuleView, ...]:
    """List the rules in the order they are asked."""
    terms = rule_facts.terms(session)
    applied = applications.counted(session)
    return tuple(_view(kept, terms, applied) for kept in automation.every(session))


def named(session: Session, name: str) -> RuleView:
    """Show one rule. ``NotFound`` lists the others."""
    views = every(session)
    found = next((one for one in views if one.rule.name.casefold() == name.casefold()), None)
    if found is None:
        there = ", ".join(one.rule.name for one in views)
        raise NotFound(f"There is no rule called {name}.", f"There are: {there}" if there else "There is none yet.")
    return found


def terms(session: Session) -> Terms:
    """Say what rules may name."""
    return rule_facts.terms(session)


def save(session: Session, actor: Actor, rule: Rule, now: datetime) -> int:
    """Keep a rule: a new one, or the one with its id as it was read at its revision; its id.

    ``Unfit`` names the fields, ``Overtaken`` who changed what meanwhile, ``NotAllowed`` who may; nothing is saved then.
    """
    require(session, actor)
    looks, deeds = tidied(rule)
    rule = replace(rule, name=rule.name.strip(), conditions=looks, actions=deeds)
    others = [kept.rule.name for kept in automation.every(session) if kept.rule.id != rule.id]
    if found := problems(rule, rule_facts.terms(session), others):
        raise Unfit(found)
    if rule.id:
        _replace(session, actor, rule, now)
        rule_id = rule.id
    else:
        rule_id = automation.add(session, rule, by=actor.login, now=now)
    announce(session, now, topic="accounts")
    return rule_id


def switch(session: Session, actor: Actor, rule_id: int, on: bool, now: datetime) -> str:
    """Switch a rule on or off; the sentence to show. On only what can work: ``Unfit`` names the fields."""
    require(session, actor)
    rule = _kept(session, rule_id).rule
    if on and (found := problems(rule, rule_facts.terms(session))):
        raise Unfit(found)
    if rule.active is not on:
        word = "switched on" if on else "switched off"
        automation.change(session, replace(rule, active=on), by=actor.login, what=word, now=now)
        announce(session, now, topic="accounts")
    return f"The rule {rule.name} is {'on' if on else 'off'}."


def remove(session: Session, actor: Actor, rule_id: int, now: datetime) -> str:
    """Take a rule out; the sentence to show. What it did stays done."""
    require(session, actor)
    rule = _kept(session, rule_id).rule
    automation.remove(session, rule_id)
    announce(session, now, topic="accounts")
    return f"The rule {rule.name} is removed; what it did stays."


def _replace(session: Session, actor: Actor, rule: Rule, now: datetime) -> None:
    kept = _kept(session, rule.id)
    if sentence := overtaken(kept.edit, rule.revision, f"the rule {kept.rule.name}"):
        raise Overtaken(sentence, "Nothing was saved: read it again, then change it.")
    what = changed(to_json(kept.rule), to_json(rule))
    if what:
        automation.change(session, rule, by=actor.login, what=", ".join(what), now=now)


def _kept(session: Session, rule_id: int) -> Kept:
    kept = automation.with_id(session, rule_id)
    if kept is None:
        raise NotFound("This rule is not there any more.", "Somebody removed it.")
    return kept


def _view(kept: Kept, terms: Terms, applied: dict[int, tuple[int, datetime]]) -> RuleView:
    count, last = applied.get(kept.rule.id, (0, None))
    found = problems(kept.rule, terms)
    return RuleView(
        rule=kept.rule,
        changed_by=kept.edit.by,
        changed_at=kept.edit.at,
        applied=count,
        applied_at=last,
        problems=tuple(f"{one.field}: {one.sentence}" for one in found),
    )
