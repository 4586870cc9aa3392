"""The form of an automation rule: a field for each thing a rule can look at and each thing it can do."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from models.rules.automation_form import actions, conditions, then, to_do, written
from models.types.automation import NEEDS, NOBODY, About, Deed, Rule, Terms, Trigger
from models.types.errors import FieldProblem, Unfit
from tui.widgets.form_field import FieldSpec

K = TypeVar("K")
T = TypeVar("T")
Words = Callable[[Terms], Iterable[str]]

_ANY = "comma: or; not X; empty: any"
_LOOKS: dict[About, tuple[str, str, Words | None]] = {
    About.KIND: ("Kind", f"kinds of record; {_ANY}", lambda terms: terms.stages),
    About.BRAND: ("Brand", f"brands; {_ANY}", lambda terms: map(_quoted, terms.brands)),
    About.TAG: ("Tag", f"tags it has; {_ANY}", lambda terms: terms.tags),
    About.STAGE: ("Stage", f"stages; {_ANY}", lambda terms: _stages(terms)),
    About.ASSIGNEE: ("Assignee", f"logins, or nobody; {_ANY}", lambda terms: (*terms.agents, NOBODY)),
    About.SENDER: ("Sender", f"addresses, or @domain; {_ANY}", None),
    About.TO: ("Written to", f"our addresses; {_ANY}", lambda terms: dict.fromkeys((*terms.aliases, *terms.senders))),
    About.SUBJECT: ("Subject has", f"words next to each other; {_ANY}", None),
    About.TEXT: ("Text has", f"words next to each other; {_ANY}", None),
    About.ATTACHMENT: ("Attachment", "yes or no", lambda _: ("yes", "no")),
}
_DEEDS: dict[Deed, tuple[str, str, Words]] = {
    Deed.SENDER: (
        "Answer from",
        "the address answers leave from, unless the composer says another",
        lambda terms: terms.senders,
    ),
    Deed.ASSIGN: ("Assign to", "a login, or nobody", lambda terms: (*terms.agents, NOBODY)),
    Deed.TAG: ("Add tags", "tags", lambda terms: terms.tags),
    Deed.UNTAG: ("Remove tags", "tags", lambda terms: terms.tags),
    Deed.STAGE: ("Set stage", "a stage of the kind", lambda terms: _stages(terms)),
    Deed.FOLLOW: ("Let follow", "logins", lambda terms: terms.agents),
    Deed.NEED: ("Set state", "who acts next", lambda _: map(str, NEEDS)),
    Deed.REPLY: (
        "Reply with",
        "a template; machines and whoever had one today get none",
        lambda terms: terms.templates,
    ),
}


def specs(terms: Callable[[], Terms]) -> tuple[FieldSpec, ...]:
    """Describe the fields. ``terms``: what may be named, as it is known by then."""

    def named(words: Words | None) -> Callable[[], tuple[str, ...]] | None:
        return None if words is None else lambda: tuple(words(terms()))

    looks = [
        FieldSpec(
            str(about),
            label,
            hint,
            heading="If all of this holds" if about is About.KIND else "",
            words=named(words),
            parts=True,
        )
        for about, (label, hint, words) in _LOOKS.items()
    ]
    deeds = [
        FieldSpec(
            then(deed), label, hint, heading="Then" if deed is Deed.SENDER else "", words=named(words), parts=True
        )
        for deed, (label, hint, words) in _DEEDS.items()
    ]
    return (
        FieldSpec("name", "Name", "what it is called in the thread"),
        FieldSpec("when", "When", "what happened", words=lambda: tuple(Trigger), parts=True),
        FieldSpec("sequence", "Order", "the lowest is asked first"),
        FieldSpec("active", "Is it asked", "Space changes it", options=("yes", "no")),
        FieldSpec("stop", "Stop there", "once it matched, no later rule is asked", options=("no", "yes")),
        *looks,
        *deeds,
    )


def values(rule: Rule) -> dict[str, str]:
    """Write a rule into its fields."""
    return {
        "name": rule.name,
        "when": ", ".join(rule.when),
        "sequence": str(rule.sequence),
        "active": "yes" if rule.active else "no",
        "stop": "yes" if rule.stop else "no",
        **{str(about): written(about, rule.conditions) for about in About},
        **{then(deed): to_do(deed, rule.actions) for deed in Deed},
    }


def read(typed: Mapping[str, str], base: Rule | None) -> Rule:
    """Read the fields. ``base``: the rule they were filled from. ``Unfit`` says what cannot be read, by field."""
    problems: list[FieldProblem] = []
    looks = [one for about in About for one in _tried(problems, conditions, about, typed[about])]
    deeds = [one for deed in Deed for one in _tried(problems, actions, deed, typed[then(deed)])]
    when = [word.strip() for word in typed["when"].split(",") if word.strip()]
    if unknown := [word for word in when if word not in list(Trigger)]:
        problems.append(FieldProblem("when", f"{unknown[0][:40]} is none of {', '.join(Trigger)}"))
    number = typed["sequence"].strip()
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        problems.append(FieldProblem("sequence", "a number from 0 to 9999"))
    if problems:
        raise Unfit(problems)
    return Rule(
        name=typed["name"].strip(),
        when=tuple(dict.fromkeys(Trigger(word) for word in when)),
        conditions=tuple(looks),
        actions=tuple(deeds),
        sequence=int(number),
        active=typed["active"] == "yes",
        stop=typed["stop"] == "yes",
        id=base.id if base else 0,
        revision=base.revision if base else 0,
    )


def _tried(problems: list[FieldProblem], reader: Callable[[K, str], Iterable[T]], key: K, text: str) -> list[T]:
    """Read one field; what cannot be read of it joins the problems."""
    try:
        return list(reader(key, text))
    except Unfit as error:
        problems += error.problems
        return []


def _stages(terms: Terms) -> tuple[str, ...]:
    return tuple(dict.fromkeys(stage for stages in terms.stages.values() for stage in stages))


def _quoted(name: str) -> str:
    return f'"{name}"' if set(name) & set(",;") else name
