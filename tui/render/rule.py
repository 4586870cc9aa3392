"""Automation rules as people read them: a row, all of one, what it did, and what it would do."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from models.rules.automation import sentence
from models.types.automation import Action, Application, Deed, Rehearsal, Rule, RuleView, Trigger
from tui.render import wash
from tui.render.cells import cut, pad, wrap
from tui.render.ink import BLANK, Line, Role
from tui.render.times import age

EMPTY = "No rule yet. A adds one: when what holds, do this."
LABEL_CELLS = 10
NAME_CELLS = 24

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


def told(view: RuleView) -> Sequence[tuple[str, str]]:
    """Tell everything about a rule, as (label, text)."""
    rule = view.rule
    changed = f"{view.changed_at:%Y-%m-%d %H:%M} UTC" if view.changed_at else "never"
    applied = f"{view.applied} times, last {view.applied_at:%Y-%m-%d %H:%M} UTC" if view.applied_at else "never"
    return (
        ("when", events(rule)),
        ("if", wishes(rule)),
        ("then", deeds(rule)),
        ("applied", applied),
        ("changed", f"{changed}{f' by {wash.line(view.changed_by)}' if view.changed_by else ''}"),
        *(("wrong", wash.line(problem)) for problem in view.problems),
    )


def rule_row(view: RuleView, width: int) -> Line:
    """Paint order, whether it is on, name, when it last did something, and what it does."""
    rule = view.rule
    mark, role = ("wrong", Role.BAD) if view.problems else ("on", Role.GOOD) if rule.active else ("off", Role.MUTED)
    last = f"{view.applied_at:%d %b}" if view.applied_at else "–"
    left: list[tuple[str, Role]] = [
        (pad(str(rule.sequence), 5), Role.MUTED),
        (pad(mark, 6), role),
        (
            pad(wash.line(rule.name), min(NAME_CELLS, max(width // 3, 8))) + " ",
            Role.STRONG if rule.active else Role.MUTED,
        ),
        (pad(last, 7), Role.MUTED),
    ]
    room = width - sum(len(text) for text, _ in left)
    return (*left, (cut(f"{deeds(rule)} if {wishes(rule)}", max(room, 0)), Role.MUTED))


def details(view: RuleView, applied: Sequence[Application], now: datetime, width: int) -> list[Line]:
    """Paint a rule in words, and what it did last; the newest that stands is what u takes back."""
    lines: list[Line] = []
    for label, text in told(view):
        role = Role.BAD if label == "wrong" else Role.TEXT
        lines += _labelled(label, text, width, role)
    if applied:
        lines += [BLANK, (("What it did last", Role.STRONG),)]
    for one in applied:
        undone = f"  taken back{f' by {wash.line(one.undone_by)}' if one.undone_by else ''}" if one.undone_at else ""
        words = wash.line(", ".join(one.sentences)) + undone
        lines += _labelled(f"#{one.number}", f"{age(one.at, now)}  {words}", width, Role.MUTED if undone else Role.TEXT)
    return lines


def rehearsed(found: Iterable[Rehearsal], width: int) -> list[Line]:
    """Paint what a rule would do, record by record, and why it would not."""
    found = list(found)
    touched = [one for one in found if one.sentences]
    count, changed = (len({one.record_id for one in some}) for some in (found, touched))
    head = f"Of {count} records it would change {changed}. Nothing was changed."
    lines: list[Line] = [((head, Role.STRONG),), BLANK]
    for one in (*touched, *(one for one in found if not one.sentences)):
        words = f"#{one.number} {one.trigger}  {wash.line(one.title)}"
        lines.append(((cut(words, width), Role.TEXT if one.sentences else Role.MUTED),))
        said = [*one.sentences, *(verdict.because for verdict in one.tried)]
        role = Role.ACCENT if one.sentences else Role.FAINT
        lines += [((f"  {part}", role),) for text in said for part in wrap(wash.line(text), max(width - 2, 10))]
    return lines


def _labelled(label: str, text: str, width: int, role: Role) -> list[Line]:
    first, *rest = wrap(text, max(width - LABEL_CELLS, 10))
    head: Line = ((pad(label, LABEL_CELLS), Role.MUTED), (first, role))
    return [head, *(((" " * LABEL_CELLS, Role.TEXT), (part, role)) for part in rest)]


def _deed(action: Action) -> str:
    value = action.value.replace("_", " ") if action.deed is Deed.NEED else action.value
    return _DEEDS[action.deed].format(value)
