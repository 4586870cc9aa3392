"""What the automation rules of a desk make of one event. One walk in order: what a rule does calls no rule (B8)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from models.rules.address import domain, normal, plus_stripped
from models.rules.phrases import holds, spaced
from models.types.automation import (
    NOBODY,
    About,
    Action,
    Condition,
    Deed,
    Operator,
    Plan,
    Rule,
    RuleFacts,
    Step,
    Trigger,
    Verdict,
)
from models.types.record import Need


def apply(rules: Sequence[Rule], event: Trigger, facts: RuleFacts) -> Plan:
    """Ask every active rule for this event once, by sequence and id.

    A later rule sees the record as the earlier ones leave it. A value that is there already is no change; one that
    cannot be set here is skipped, and the verdict says why. One mail is answered by one rule at most.
    """
    tried: list[Verdict] = []
    steps: list[Step] = []
    moment = _Moment(facts)
    stopped_by = ""
    for rule in sorted(rules, key=lambda one: (one.sequence, one.id)):
        if not rule.active or event not in rule.when:
            continue
        if stopped_by:
            tried.append(Verdict(rule.id, rule.name, False, f"not asked: {stopped_by} ends the list"))
            continue
        missing = _missing(rule, moment)
        if missing:
            tried.append(Verdict(rule.id, rule.name, False, missing))
            continue
        notes = []
        for action in rule.actions:
            reason = _why_not(action, rule, moment.facts)
            if reason:
                notes.append(f"{action.deed} {action.value}: {reason}")
                continue
            steps.append(Step(rule.id, rule.name, action, _before(action, moment.facts)))
            moment = moment.after(action, rule)
        because = ", ".join(sentence(one) for one in rule.conditions) or "it is for every record"
        tried.append(Verdict(rule.id, rule.name, True, "; ".join((because, *notes))))
        if rule.stop:
            stopped_by = rule.name
    return Plan(tuple(tried), tuple(steps))


def sentence(condition: Condition) -> str:
    """Write a condition as people read it: "kind is ticket or order"."""
    if condition.about is About.ATTACHMENT:
        return "a file came with it" if condition.operator is Operator.IS else "no file came with it"
    verb = _VERBS.get(condition.about, ("is", "is not"))[condition.operator is Operator.NOT]
    return f"{condition.about} {verb} {' or '.join(condition.values)}"


def done(step: Step) -> str:
    """Write a change as the thread says it: "assigned to anna (before: berta)"."""
    value = step.action.value
    words = _DONE[step.action.deed].format(value=value.replace("_", " ") if step.action.deed is Deed.NEED else value)
    return f"{words} (before: {step.before})" if step.before else words


class _Moment:
    """The facts as they stand between two rules; a long text is read once, and only when a rule asks."""

    def __init__(self, facts: RuleFacts) -> None:
        self.facts = facts

    @cached_property
    def subject(self) -> str:
        return spaced(self.facts.subject)

    @cached_property
    def text(self) -> str:
        return spaced(self.facts.text)

    def after(self, action: Action, rule: Rule) -> "_Moment":
        """The moment once this was done; the mail stays the same, and read."""
        later = _Moment(_changed(self.facts, action, rule))
        later.__dict__ |= {name: value for name, value in self.__dict__.items() if name in ("subject", "text")}
        return later


def _missing(rule: Rule, moment: _Moment) -> str:
    """Say which condition does not hold; "" when all do."""
    for condition in rule.conditions:
        held = any(_holds(condition.about, value, moment) for value in condition.values)
        if held is (condition.operator is Operator.NOT):
            return f"{_found(condition.about, moment.facts)}; it asks for: {sentence(condition)}"
    return ""


def _holds(about: About, value: str, moment: _Moment) -> bool:
    facts = moment.facts
    match about:
        case About.KIND:
            return facts.kind == value
        case About.BRAND:
            return _same(facts.brand, value)
        case About.TAG:
            return any(_same(tag, value) for tag in facts.tags)
        case About.STAGE:
            return _same(facts.stage, value)
        case About.ASSIGNEE:
            return (facts.assignee or NOBODY) == value
        case About.SENDER:
            return bool(facts.author) and _is_from(facts.author, value)
        case About.TO:
            wanted = normal(value)
            return any(wanted in (one, plus_stripped(one)) for one in facts.written_to)
        case About.SUBJECT:
            return holds(moment.subject, value)
        case About.TEXT:
            return holds(moment.text, value)
        case About.ATTACHMENT:
            return facts.attachments > 0


def _is_from(author: str, value: str) -> bool:
    if value.startswith("@"):
        return domain(author) == domain(f"x{value}")
    return author == normal(value)


def _found(about: About, facts: RuleFacts) -> str:
    """Say what was found where a condition looked."""
    found = {
        About.KIND: facts.kind,
        About.BRAND: facts.brand,
        About.TAG: ", ".join(facts.tags),
        About.STAGE: facts.stage,
        About.ASSIGNEE: facts.assignee,
        About.SENDER: facts.author,
        About.TO: ", ".join(sorted(facts.written_to)),
    }
    if about is About.ATTACHMENT:
        return f"{facts.attachments} files came with it"
    if about in (About.SUBJECT, About.TEXT):
        return f"the {about} has other words" if about is About.TEXT else f"the subject is {facts.subject[:80]!r}"
    return f"{about} is {found[about] or 'empty'}"


def _why_not(action: Action, rule: Rule, facts: RuleFacts) -> str:
    """Say why an action changes nothing here; "" when it does."""
    if action.deed in (Deed.ASSIGN, Deed.FOLLOW) and action.value != NOBODY and action.value not in facts.agents:
        return "no agent here has this login"
    if action.deed is Deed.SENDER and action.value not in facts.senders:
        return "it is no address of this record's brand"
    if action.deed is Deed.STAGE and action.value not in facts.stages:
        return f"a {facts.kind} has no such stage"
    if action.deed is Deed.REPLY:
        if action.value not in facts.templates:
            return "there is no such template"
        if rule.id in facts.replied:
            return "this rule answered on this record before"
        return facts.unanswerable
    return "it is so already" if _STANDS[action.deed](action.value, facts) else ""


def _before(action: Action, facts: RuleFacts) -> str:
    before = {
        Deed.SENDER: facts.sender,
        Deed.ASSIGN: facts.assignee,
        Deed.STAGE: facts.stage,
        Deed.NEED: facts.need.replace("_", " "),
    }
    return before.get(action.deed, "")


def _changed(facts: RuleFacts, action: Action, rule: Rule) -> RuleFacts:
    value = action.value
    match action.deed:
        case Deed.SENDER:
            return replace(facts, sender=value)
        case Deed.ASSIGN:
            people = facts.followers | ({value} - {NOBODY})
            return replace(facts, assignee="" if value == NOBODY else value, followers=people)
        case Deed.TAG:
            return replace(facts, tags=(*facts.tags, value))
        case Deed.UNTAG:
            return replace(facts, tags=tuple(tag for tag in facts.tags if not _same(tag, value)))
        case Deed.STAGE:
            return replace(facts, stage=value)
        case Deed.FOLLOW:
            return replace(facts, followers=facts.followers | {value})
        case Deed.NEED:
            return replace(facts, need=Need(value))
        case Deed.REPLY:
            answered = f"{rule.name} answers it"
            return replace(facts, replied=facts.replied | {rule.id}, unanswerable=answered)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


_VERBS = {
    About.TAG: ("has", "has not"),
    About.SUBJECT: ("has", "has not"),
    About.TEXT: ("has", "has not"),
}
_STANDS: dict[Deed, Callable[[str, RuleFacts], bool]] = {
    Deed.SENDER: lambda value, facts: facts.sender == value,
    Deed.ASSIGN: lambda value, facts: (facts.assignee or NOBODY) == value,
    Deed.TAG: lambda value, facts: any(_same(tag, value) for tag in facts.tags),
    Deed.UNTAG: lambda value, facts: not any(_same(tag, value) for tag in facts.tags),
    Deed.STAGE: lambda value, facts: facts.stage == value,
    Deed.FOLLOW: lambda value, facts: value in facts.followers,
    Deed.NEED: lambda value, facts: facts.need == value,
}
_DONE = {
    Deed.SENDER: "answers leave from {value}",
    Deed.ASSIGN: "assigned to {value}",
    Deed.TAG: "tag {value} added",
    Deed.UNTAG: "tag {value} removed",
    Deed.STAGE: "stage {value}",
    Deed.FOLLOW: "{value} follows",
    Deed.NEED: "state {value}",
    Deed.REPLY: "answered with the template {value}",
}
