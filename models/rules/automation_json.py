"""Automation rules as JSON: what a file holds, and what the database keeps."""

from collections.abc import Iterator, Mapping

from models.rules.automation_form import then
from models.types.automation import About, Action, Condition, Deed, Operator, Rule, Trigger
from models.types.errors import FieldProblem, Unfit


def to_json(rule: Rule) -> dict[str, object]:
    """Give the form a file holds."""
    return {
        "name": rule.name,
        "sequence": rule.sequence,
        "active": rule.active,
        "when": [str(one) for one in rule.when],
        "if": [{"about": str(one.about), str(one.operator): list(one.values)} for one in rule.conditions],
        "then": [{str(one.deed): one.value} for one in rule.actions],
        "stop": rule.stop,
    }


def from_json(given: object) -> Rule:
    """Read a rule from a file. ``Unfit`` names every field that is not what it should be."""
    if not isinstance(given, dict):
        raise Unfit([FieldProblem("rule", "it must be a JSON object")])
    reader = _Reader(given)
    rule = Rule(
        name=reader.text("name"),
        when=tuple(reader.when()),
        conditions=tuple(reader.conditions()),
        actions=tuple(reader.actions()),
        sequence=reader.number("sequence", 10),
        active=reader.flag("active", True),
        stop=reader.flag("stop", False),
    )
    unknown = sorted(set(map(str, given)) - _FIELDS)
    if unknown or reader.problems:
        odd = [FieldProblem(name[:40], "a rule has no such field") for name in unknown]
        raise Unfit([*odd, *reader.problems])
    return rule


_FIELDS = {"name", "sequence", "active", "when", "if", "then", "stop"}


class _Reader:
    """Reads fields of one JSON object and gathers what is wrong with them."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self._given = given
        self.problems: list[FieldProblem] = []

    def text(self, field: str) -> str:
        found = self._given.get(field, "")
        if not isinstance(found, str):
            self._wrong(field, "it must be a text")
            return ""
        return found

    def number(self, field: str, default: int) -> int:
        found = self._given.get(field, default)
        if isinstance(found, bool) or not isinstance(found, int):
            self._wrong(field, "it must be a whole number")
            return default
        return found

    def flag(self, field: str, default: bool) -> bool:
        found = self._given.get(field, default)
        if not isinstance(found, bool):
            self._wrong(field, "it must be true or false")
            return default
        return found

    def when(self) -> Iterator[Trigger]:
        for word in self._list("when"):
            if word in list(Trigger):
                yield Trigger(str(word))
            else:
                self._wrong("when", f"{str(word)[:40]!r} is none of {', '.join(Trigger)}")

    def conditions(self) -> Iterator[Condition]:
        for part in self._list("if"):
            operators = [one for one in Operator if isinstance(part, dict) and str(one) in part]
            if not isinstance(part, dict) or set(part) != {"about", *map(str, operators)} or len(operators) != 1:
                self._wrong("if", 'each is {"about": WHAT, "is": [VALUES]}, or "not" for "is"')
                continue
            about, values = part["about"], part[str(operators[0])]
            if about not in list(About):
                self._wrong("if", f"{str(about)[:40]!r} is none of {', '.join(About)}")
            elif not isinstance(values, list) or not all(isinstance(value, str) for value in values):
                self._wrong(str(about), "its values must be a list of texts")
            else:
                yield Condition(About(about), tuple(values), operators[0])

    def actions(self) -> Iterator[Action]:
        for part in self._list("then"):
            if not isinstance(part, dict) or len(part) != 1:
                self._wrong("then", "each is {WHAT: VALUE}")
                continue
            ((deed, value),) = part.items()
            if deed not in list(Deed):
                self._wrong("then", f"{str(deed)[:40]!r} is none of {', '.join(Deed)}")
            elif not isinstance(value, str):
                self._wrong(then(Deed(deed)), "it must be a text")
            else:
                yield Action(Deed(deed), value)

    def _list(self, field: str) -> list[object]:
        found = self._given.get(field, [])
        if not isinstance(found, list):
            self._wrong(field, "it must be a list")
            return []
        return found

    def _wrong(self, field: str, sentence: str) -> None:
        self.problems.append(FieldProblem(field, sentence))
