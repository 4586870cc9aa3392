"""Automation rules as people read them."""

from collections.abc import Sequence

from models.rules.automation import sentence
from models.types.automation import Action, Deed, Rule, RuleView, Trigger
from tui.render import wash

_EVENTS = {
    Trigger.OPENED: "a mail opens a record",
    Trigger.WRITTEN: "a person's mail is added to one",
    Trigger.ANSWERED: "an agent answers",
    Trigger.STAGE: "an agent changes the stage",
}
_DEEDS = {
    Deed.SENDER: "answer from {}",
    Deed.ASSIGN: "assign to {}",
    Deed.TAG: "add the tag {}",
    Deed.UNTAG: "remove the tag {}",
    Deed.STAGE: "set the stage {}",
    Deed.FOLLOW: "let {} follow",
    Deed.NEED: "set the state {}",
    Deed.REPLY: "answer with the template {}",
}


def events(rule: Rule) -> str:
    """Say when it is asked."""
    return " or ".join(_EVENTS[one] for one in rule.when)


def wishes(rule: Rule) -> str:
    """Say what must hold."""
    return wash.line(", ".join(sentence(one) for one in rule.conditions)) or "any record"


def deeds(rule: Rule) -> str:
    """Say what it does."""
    return wash.line(", ".join(_deed(action) for action in rule.actions) + (", then stop" if rule.stop else ""))


def told(view: RuleView) -> Sequence[str]:
    """Tell everything about a rule, one line each."""
    rule = view.rule
    changed = f"{view.changed_at:%Y-%m-%d %H:%M} UTC" if view.changed_at else "never"
    applied = f"{view.applied} times, last {view.applied_at:%Y-%m-%d %H:%M} UTC" if view.applied_at else "never"
    return (
        f"{wash.line(rule.name)} is {'on' if rule.active else 'off'}, order {rule.sequence}",
        f"  when     {events(rule)}",
        f"  if       {wishes(rule)}",
        f"  then     {deeds(rule)}",
        f"  applied  {applied}",
        f"  changed  {changed}{f' by {wash.line(view.changed_by)}' if view.changed_by else ''}",
        *(f"  wrong    {wash.line(problem)}" for problem in view.problems),
    )


def _deed(action: Action) -> str:
    value = action.value.replace("_", " ") if action.deed is Deed.NEED else action.value
    return _DEEDS[action.deed].format(value)
