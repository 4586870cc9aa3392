"""Conditions and actions of automation rules as people type them into a field or an option."""

from collections.abc import Sequence

from models.types.automation import YES, About, Action, Condition, Deed, Operator
from models.types.errors import FieldProblem, Unfit


def conditions(about: About, text: str) -> tuple[Condition, ...]:
    """Read what a field or an option says: "ticket, order", "not vip"; a semicolon puts more of them together.

    A value with a comma stands in double quotes. ``Unfit`` for a quote that is never closed.
    """
    found = []
    for part in _split(text, ";", str(about)):
        wanted = part.strip()
        operator = Operator.IS
        if wanted[:4].lower() == "not ":
            operator, wanted = Operator.NOT, wanted[4:]
        values = tuple(value.strip().strip('"') for value in _split(wanted, ",", str(about)) if value.strip())
        if about is About.ATTACHMENT:
            values, operator = _yes(values, operator)
        if values:
            found.append(Condition(about, values, operator))
    return tuple(found)


def written(about: About, parts: Sequence[Condition]) -> str:
    """Write the conditions about one thing as ``conditions`` reads them."""
    shown = []
    for part in parts:
        if part.about is about:
            values = ", ".join(f'"{value}"' if set(value) & set(",;") else value for value in part.values)
            shown.append(f"not {values}" if part.operator is Operator.NOT else values)
    return "; ".join(shown)


def actions(deed: Deed, text: str) -> tuple[Action, ...]:
    """Read what a field or an option says is to be done; a comma between several."""
    field = then(deed)
    return tuple(Action(deed, one.strip().strip('"')) for one in _split(text, ",", field) if one.strip())


def to_do(deed: Deed, parts: Sequence[Action]) -> str:
    """Write the actions of one sort as ``actions`` reads them."""
    values = [part.value for part in parts if part.deed is deed]
    return ", ".join(f'"{value}"' if "," in value else value for value in values)


def then(deed: Deed) -> str:
    """Name the field of an action."""
    return f"then {deed}"


def _split(text: str, separator: str, field: str) -> list[str]:
    """Split at separators outside of double quotes; the quotes stay."""
    parts, quoted = [""], False
    for letter in text:
        quoted ^= letter == '"'
        if letter == separator and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    if quoted:
        raise Unfit([FieldProblem(field, "a double quote is never closed")])
    return parts


def _yes(values: tuple[str, ...], operator: Operator) -> tuple[tuple[str, ...], Operator]:
    """ "no" is not "yes"."""
    if [value.lower() for value in values] == ["no"]:
        return (YES,), Operator.NOT if operator is Operator.IS else Operator.IS
    return tuple(value.lower() for value in values), operator
