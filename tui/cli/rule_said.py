"""A rule as the arguments of ``nightdesk rule`` say it."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from models.rules.automation_form import actions, conditions, then
from models.rules.automation_json import from_json
from models.types.automation import About, Action, Condition, Deed, Rule, Trigger
from models.types.errors import FieldProblem, Unfit

LARGEST = 1_000_000  # characters of a file


def said(arguments: Namespace, before: Rule | None) -> Rule:
    """Read the rule. ``before``: the one to change, where what is not said stays. ``Unfit`` names the option."""
    if arguments.file:
        found = from_file(arguments.file)
        name = arguments.name if before is None and arguments.name else found.name
        rule = replace(found, name=name or (before.name if before else ""))
    else:
        rule = before or Rule(arguments.name or "", ())
    named = getattr(arguments, "new_name", None)
    values = {
        "name": named,
        "when": tuple(Trigger(one) for one in arguments.when) if arguments.when else None,
        "conditions": _conditions(arguments, rule),
        "actions": _actions(arguments, rule),
        "sequence": arguments.sequence,
        "stop": arguments.stop,
        "active": arguments.active,
    }
    rule = replace(rule, **{name: value for name, value in values.items() if value is not None})
    if before is None:
        return rule
    seen = getattr(arguments, "seen", None)
    return replace(rule, id=before.id, revision=before.revision if seen is None else seen)


def from_file(path: str) -> Rule:
    """Read a rule from a file, "-" from standard input: the rule alone, or what ``show --json`` prints."""
    try:
        text = sys.stdin.read(LARGEST) if path == "-" else Path(path).expanduser().read_text("utf-8")[:LARGEST]
        given = json.loads(text)
    except OSError as error:
        raise Unfit([FieldProblem("--file", f"{path} cannot be read: {error.strerror}")]) from error
    except (ValueError, RecursionError) as error:
        raise Unfit([FieldProblem("--file", f"{path} is no JSON: {error}")]) from error
    if isinstance(given, dict) and isinstance(given.get("rule"), dict):
        given = given["rule"]
    return from_json(given)


def _conditions(arguments: Namespace, rule: Rule) -> tuple[Condition, ...]:
    """What an option says replaces what was said of the same thing."""
    options = {about: getattr(arguments, f"if_{about}") for about in About}
    kept = [one for one in rule.conditions if options[one.about] is None]
    new = [one for about, texts in options.items() for text in texts or () for one in conditions(about, text)]
    return (*kept, *new)


def _actions(arguments: Namespace, rule: Rule) -> tuple[Action, ...]:
    new = list(_then(arguments.then))
    replaced = {deed for deed, _ in new}
    kept = [one for one in rule.actions if one.deed not in replaced]
    return (*kept, *(action for _, found in new for action in found))


def _then(options: list[str]) -> Iterator[tuple[Deed, tuple[Action, ...]]]:
    for option in options:
        word, equals, value = option.partition("=")
        if word not in list(Deed) or not equals:
            raise Unfit([FieldProblem("--then", f"{option[:60]!r} is not WHAT=VALUE, with {', '.join(Deed)} for WHAT")])
        deed = Deed(word)
        try:
            yield deed, actions(deed, value)
        except Unfit as error:
            raise Unfit([FieldProblem(f"--{then(deed)}", one.sentence) for one in error.problems]) from error
