"""Say what automation rules would do to the newest records, and change nothing."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlmodel import Session

from models.rules.automation import apply, done
from models.rules.automation_fit import problems, tidied
from models.services.rule_facts import facts
from models.store import automation, desk_facts, rule_facts
from models.store.desk_facts import DeskFacts
from models.store.rule_facts import Letter, Standing
from models.types.automation import Rehearsal, Rule, Step, Trigger
from models.types.errors import Unfit

RECORDS = 100


def dry_run(session: Session, rule: Rule | None = None, *, records: int = RECORDS) -> tuple[Rehearsal, ...]:
    """Ask the rules that are on, or one ``rule`` alone (kept or not, on or off), about the newest records.

    For each record, newest first: what would be done if it were opened, written to, answered or moved to its stage
    now, as far as that ever happened to it. Whether a mail may be answered at all is not looked at.
    ``Unfit``: the rule cannot be kept as it is.
    """
    if rule is not None:
        looks, deeds = tidied(rule)
        if found := problems(rule, rule_facts.terms(session)):
            raise Unfit(found)
        rule = Rule(rule.name, rule.when, looks, deeds, id=rule.id)
    asked = [rule] if rule is not None else list(automation.in_force(session))
    desk = desk_facts.read(session)
    return tuple(one for standing in rule_facts.newest(session, records) for one in _of(session, desk, standing, asked))


def _of(session: Session, desk: DeskFacts, standing: Standing, asked: Sequence[Rule]) -> Iterator[Rehearsal]:
    for event, letter in _events(session, desk, standing):
        rules = [rule for rule in asked if event in rule.when]
        if not rules:
            continue
        plan = apply(rules, event, facts(session, desk, standing, letter, rules, ""))
        yield Rehearsal(
            record_id=standing.id,
            number=standing.number,
            title=standing.title,
            trigger=event,
            tried=plan.tried,
            sentences=tuple(_sentences(plan.steps)),
        )


def _sentences(steps: Sequence[Step]) -> Iterator[str]:
    """One a rule, as the thread would have it."""
    for _, found in groupby(steps, key=lambda step: step.rule_id):
        some = list(found)
        yield f"Rule {some[0].name}: {', '.join(done(step) for step in some)}"


def _events(session: Session, desk: DeskFacts, standing: Standing) -> Iterator[tuple[Trigger, Letter | None]]:
    first, newest = rule_facts.letters(session, standing.id)
    if first is not None:
        yield Trigger.OPENED, first
    if newest is not None:
        yield Trigger.WRITTEN, newest
    if rule_facts.answered(session, standing.id):
        yield Trigger.ANSWERED, newest or first
    if standing.stage != next(iter(desk.stages.get(standing.kind, ())), ""):
        yield Trigger.STAGE, newest or first
