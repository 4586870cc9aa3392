"""The form of an automation rule: a field for each thing a rule can look at and each thing it can do."""

from collections.abc import Callable, Mapping

from models.rules.automation_form import actions, conditions, then, to_do, written
from models.types.automation import NEEDS, NOBODY, About, Action, Condition, Deed, Rule, Terms, Trigger
from models.types.errors import FieldProblem, Unfit
from tui.widgets.form_field import FieldSpec

_LABELS = {
    About.KIND: ("Kind", "kinds of record"),
    About.BRAND: ("Brand", "brands"),
    About.TAG: ("Tag", "tags it has"),
    About.STAGE: ("Stage", "stages"),
    About.ASSIGNEE: ("Assignee", "logins, or nobody"),
    About.SENDER: ("Sender", "addresses, or @domain"),
    About.TO: ("Written to", "our addresses"),
    About.SUBJECT: ("Subject has", "words next to each other"),
    About.TEXT: ("Text has", "words next to each other"),
    About.ATTACHMENT: ("Attachment", "yes or no"),
}
_DEEDS = {
    Deed.SENDER: ("Answer from", "the address answers leave from, unless the composer says another"),
    Deed.ASSIGN: ("Assign to", "a login, or nobody"),
    Deed.TAG: ("Add tags", "tags"),
    Deed.UNTAG: ("Remove tags", "tags"),
    Deed.STAGE: ("Set stage", "a stage of the kind"),
    Deed.FOLLOW: ("Let follow", "logins"),
    Deed.NEED: ("Set state", "who acts next"),
    Deed.REPLY: ("Reply with", "a template; machines and whoever had one today get none"),
}
_ANY = "comma: or; not X; empty: any"


def specs(terms: Callable[[], Terms]) -> tuple[FieldSpec, ...]:
    """Describe the fields. ``terms``: what may be named, as it is known by then."""
    looks = [
        FieldSpec(
            str(about),
            label,
            f"{hint}; {_ANY}" if about is not About.ATTACHMENT else hint,
            heading="If all of this holds" if about is About.KIND else "",
            words=_words(about, terms),
            parts=True,
        )
        for about, (label, hint) in _LABELS.items()
    ]
    deeds = [
        FieldSpec(
            then(deed),
            label,
            hint,
            heading="Then" if deed is Deed.SENDER else "",
            words=_things(deed, terms),
            parts=True,
        )
        for deed, (label, hint) in _DEEDS.items()
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
    looks: list[Condition] = []
    deeds: list[Action] = []
    for about in About:
        try:
            looks += conditions(about, typed[about])
        except Unfit as error:
            problems += error.problems
    for deed in Deed:
        try:
            deeds += actions(deed, typed[then(deed)])
        except Unfit as error:
            problems += error.problems
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


def _words(about: About, terms: Callable[[], Terms]) -> Callable[[], tuple[str, ...]] | None:
    known: dict[About, Callable[[], tuple[str, ...]]] = {
        About.KIND: lambda: tuple(terms().stages),
        About.BRAND: lambda: tuple(_quoted(name) for name in terms().brands),
        About.TAG: lambda: terms().tags,
        About.STAGE: lambda: _stages(terms()),
        About.ASSIGNEE: lambda: (*terms().agents, NOBODY),
        About.TO: lambda: tuple(dict.fromkeys((*terms().aliases, *terms().senders))),
        About.ATTACHMENT: lambda: ("yes", "no"),
    }
    return known.get(about)


def _things(deed: Deed, terms: Callable[[], Terms]) -> Callable[[], tuple[str, ...]] | None:
    known: dict[Deed, Callable[[], tuple[str, ...]]] = {
        Deed.SENDER: lambda: terms().senders,
        Deed.ASSIGN: lambda: (*terms().agents, NOBODY),
        Deed.TAG: lambda: terms().tags,
        Deed.UNTAG: lambda: terms().tags,
        Deed.STAGE: lambda: _stages(terms()),
        Deed.FOLLOW: lambda: terms().agents,
        Deed.NEED: lambda: tuple(str(need) for need in NEEDS),
        Deed.REPLY: lambda: terms().templates,
    }
    return known.get(deed)


def _stages(terms: Terms) -> tuple[str, ...]:
    return tuple(dict.fromkeys(stage for stages in terms.stages.values() for stage in stages))


def _quoted(name: str) -> str:
    return f'"{name}"' if set(name) & set(",;") else name
