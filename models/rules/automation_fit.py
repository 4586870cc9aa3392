"""What must be put right before an automation rule is kept; each problem names its field."""

from collections.abc import Collection, Iterator, Mapping

from models.rules.address import domain, normal
from models.rules.automation_form import then
from models.rules.phrases import spaced
from models.types.automation import (
    MAIL_TRIGGERS,
    NEEDS,
    NOBODY,
    YES,
    About,
    Action,
    Condition,
    Deed,
    Operator,
    Rule,
    Terms,
    Trigger,
)
from models.types.errors import FieldProblem

MOST_NAME = 80
MOST_VALUE = 200
MOST_TAG = 40
MOST_PARTS = 40  # conditions, and actions
SEQUENCES = range(10_000)


def problems(rule: Rule, terms: Terms, taken: Collection[str] = ()) -> tuple[FieldProblem, ...]:
    """List what must be put right, by field; () when the rule can be kept. ``taken``: names of the other rules."""
    return (*_about_head(rule, taken), *_about_conditions(rule, terms), *_about_actions(rule, terms))


def tidied(rule: Rule) -> tuple[tuple[Condition, ...], tuple[Action, ...]]:
    """Give conditions and actions with their addresses normal; nothing twice."""
    looks = (
        Condition(one.about, tuple(dict.fromkeys(_tidy(one.about, value) for value in one.values)), one.operator)
        for one in rule.conditions
    )
    deeds = (
        Action(one.deed, normal(one.value) or one.value) if one.deed is Deed.SENDER else one for one in rule.actions
    )
    return tuple(dict.fromkeys(looks)), tuple(dict.fromkeys(deeds))


def _about_head(rule: Rule, taken: Collection[str]) -> Iterator[FieldProblem]:
    name = rule.name
    if not name.strip() or not name.isprintable() or len(name) > MOST_NAME:
        yield FieldProblem("name", f"a rule needs a name of at most {MOST_NAME} characters on one line")
    elif name.casefold() in {one.casefold() for one in taken}:
        yield FieldProblem("name", f"there is a rule called {name} already")
    if rule.sequence not in SEQUENCES:
        yield FieldProblem("sequence", f"a number from 0 to {SEQUENCES[-1]}")
    if not rule.when:
        yield FieldProblem("when", f"say when: {', '.join(Trigger)}")
    if not rule.actions:
        yield FieldProblem("then", "say what is to be done")


def _about_conditions(rule: Rule, terms: Terms) -> Iterator[FieldProblem]:
    if len(rule.conditions) > MOST_PARTS:
        yield FieldProblem("if", f"at most {MOST_PARTS} conditions")
    for condition in rule.conditions:
        if not condition.values:
            yield FieldProblem(condition.about, "it needs a value")
        for value in condition.values:
            sentence = _unfit(value) or _no_condition(condition.about, value, terms)
            if sentence:
                yield FieldProblem(condition.about, sentence)


def _about_actions(rule: Rule, terms: Terms) -> Iterator[FieldProblem]:
    if len(rule.actions) > MOST_PARTS:
        yield FieldProblem("then", f"at most {MOST_PARTS} actions")
    for deed in (Deed.SENDER, Deed.ASSIGN, Deed.STAGE, Deed.NEED, Deed.REPLY):
        if sum(action.deed is deed for action in rule.actions) > 1:
            yield FieldProblem(then(deed), "only one of these can be done")
    for action in rule.actions:
        sentence = _unfit(action.value) or _no_action(action, terms, rule)
        if sentence:
            yield FieldProblem(then(action.deed), sentence)


def _unfit(value: str) -> str:
    if not value.strip():
        return "it needs a value"
    if len(value) > MOST_VALUE or not value.isprintable() or '"' in value:
        return f"a value has at most {MOST_VALUE} characters on one line, and no double quote"
    return ""


def _no_condition(about: About, value: str, terms: Terms) -> str:
    match about:
        case About.KIND:
            return _not_among(value, terms.stages, "kind of record")
        case About.BRAND:
            return _not_among(value, terms.brands, "brand", fold=True)
        case About.STAGE:
            every = dict.fromkeys(stage for stages in terms.stages.values() for stage in stages)
            return _not_among(value, every, "stage", fold=True)
        case About.ASSIGNEE:
            return _not_among(value, (*terms.agents, NOBODY), "agent")
        case About.SENDER:
            usable = domain(f"x{value}") if value.startswith("@") else normal(value)
            return "" if usable else f"{value} is neither an address nor an @domain"
        case About.TO:
            return "" if normal(value) else f"{value} is no address"
        case About.SUBJECT | About.TEXT:
            return "" if spaced(value).strip() else f"{value} has no word in it"
        case About.TAG:
            return _no_tag(value)
        case About.ATTACHMENT:
            return "" if value == YES else "yes or no"


def _no_action(action: Action, terms: Terms, rule: Rule) -> str:
    value = action.value
    match action.deed:
        case Deed.SENDER:
            return "" if normal(value) in terms.senders else _not_among(value, terms.senders, "sending address")
        case Deed.ASSIGN:
            return _not_among(value, (*terms.agents, NOBODY), "agent")
        case Deed.FOLLOW:
            return _not_among(value, terms.agents, "agent")
        case Deed.STAGE:
            return _not_among(value, dict.fromkeys(_stages(rule, terms)), "stage")
        case Deed.NEED:
            return _not_among(value, [str(need) for need in NEEDS], "state")
        case Deed.REPLY:
            if not set(rule.when) <= set(MAIL_TRIGGERS):
                return "only a mail can be answered: --when opened or written"
            return _not_among(value, terms.templates, "template")
        case Deed.TAG | Deed.UNTAG:
            return _no_tag(value)


def _stages(rule: Rule, terms: Terms) -> list[str]:
    """The stages of the kinds the rule is for."""
    named = [one for one in rule.conditions if one.about is About.KIND and one.operator is Operator.IS]
    kinds = named[0].values if named else tuple(terms.stages)
    return [stage for kind in kinds for stage in terms.stages.get(kind, ())]


def _no_tag(value: str) -> str:
    if len(value) > MOST_TAG or set(value) & set(",;"):
        return f"a tag has at most {MOST_TAG} characters, no comma and no semicolon"
    return ""


def _not_among(value: str, known: Collection[str] | Mapping[str, object], what: str, *, fold: bool = False) -> str:
    names = {name.casefold() for name in known} if fold else set(known)
    if (value.casefold() if fold else value) in names:
        return ""
    there = f"known: {', '.join(list(known)[:12])}" if known else f"there is no {what} yet"
    return f"{value} is no {what}; {there}"


def _tidy(about: About, value: str) -> str:
    if about is About.SENDER and value.startswith("@"):
        return f"@{domain(f'x{value}')}" if domain(f"x{value}") else value
    if about in (About.SENDER, About.TO):
        return normal(value) or value
    return value
