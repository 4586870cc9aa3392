"""Rules as people type them and as files hold them, and what is refused, field by field."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.automation_fit import problems, tidied
from models.rules.automation_form import actions, conditions, to_do, written
from models.rules.automation_json import from_json, to_json
from models.types.automation import About, Action, Condition, Deed, Operator, Rule, Terms, Trigger
from models.types.errors import Unfit

TERMS = Terms(
    stages={"ticket": ("new", "open", "done"), "order": ("quote", "won")},
    brands=("Night, Inc.",),
    agents=("anna",),
    senders=("sales@desk.test",),
    templates=("Welcome",),
)
RULE = Rule("Vip", (Trigger.OPENED,), (), (Action(Deed.TAG, "vip"),))


@pytest.mark.parametrize(
    ("about", "text", "found"),
    [
        (About.KIND, "ticket, order", [("is", ("ticket", "order"))]),
        (About.TAG, "vip; not spam, late", [("is", ("vip",)), ("not", ("spam", "late"))]),
        (About.BRAND, '"Night, Inc."', [("is", ("Night, Inc.",))]),
        (About.TAG, '"not now"', [("is", ("not now",))]),
        (About.ATTACHMENT, "no", [("not", ("yes",))]),
        (About.ATTACHMENT, "not no", [("is", ("yes",))]),
        (About.ATTACHMENT, "Yes", [("is", ("yes",))]),
        (About.TAG, " ; , ", []),
    ],
)
def test_what_is_typed_is_read(about: About, text: str, found: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(one.operator, one.values) for one in conditions(about, text)] == found


def test_a_quote_that_stays_open_is_named() -> None:
    with pytest.raises(Unfit) as error:
        conditions(About.BRAND, '"Night')
    assert error.value.problems[0].field == "brand"


words = st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters='"'), min_size=1, max_size=12)
values = words.map(str.strip).filter(lambda value: value and not value.lower().startswith("not "))


@given(st.lists(st.builds(Condition, st.just(About.TAG), st.lists(values, min_size=1, max_size=3).map(tuple),
                          st.sampled_from(list(Operator))), max_size=3).map(tuple))  # fmt: skip
def test_what_is_written_is_read_again(parts: tuple[Condition, ...]) -> None:
    assert conditions(About.TAG, written(About.TAG, parts)) == parts


def test_actions_are_written_and_read() -> None:
    done = actions(Deed.TAG, "vip, late")
    assert done == (Action(Deed.TAG, "vip"), Action(Deed.TAG, "late"))
    assert to_do(Deed.TAG, (*done, Action(Deed.STAGE, "open"))) == "vip, late"


def test_json_comes_back_as_it_went() -> None:
    rule = replace(
        RULE,
        conditions=(Condition(About.SENDER, ("@example.org",), Operator.NOT), Condition(About.KIND, ("ticket",))),
        stop=True,
        sequence=3,
        active=False,
    )
    assert from_json(json.loads(json.dumps(to_json(rule)))) == rule


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ([], "rule"),
        ({"name": 7}, "name"),
        ({"sequence": "1"}, "sequence"),
        ({"sequence": True}, "sequence"),
        ({"active": 1}, "active"),
        ({"when": "opened"}, "when"),
        ({"when": ["born"]}, "when"),
        ({"when": [["opened"]]}, "when"),
        ({"if": [{"about": "kind"}]}, "if"),
        ({"if": [{"about": "colour", "is": ["red"]}]}, "if"),
        ({"if": [{"about": ["kind"], "is": ["red"]}]}, "if"),
        ({"if": [{"about": "kind", "is": "ticket"}]}, "kind"),
        ({"if": [{"about": "kind", "is": ["a"], "not": ["b"]}]}, "if"),
        ({"then": [{"tag": 1}]}, "then tag"),
        ({"then": [{"explode": "now"}]}, "then"),
        ({"then": [{"tag": "a", "stage": "b"}]}, "then"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_file_that_is_no_rule_is_refused_by_field(given_: Any, field: str) -> None:
    with pytest.raises(Unfit) as error:
        from_json(given_)
    assert [one.field for one in error.value.problems] == [field]


def where(about: About, *found: str) -> dict[str, Any]:
    return {"conditions": (Condition(about, found),)}


def do(deed: Deed, value: str) -> dict[str, Any]:
    return {"actions": (Action(deed, value),)}


@pytest.mark.parametrize(
    "said",
    [
        {},
        where(About.KIND, "ticket"),
        where(About.BRAND, "night, inc."),
        where(About.STAGE, "Won"),
        where(About.ASSIGNEE, "nobody"),
        where(About.SENDER, "@müller.example"),
        do(Deed.SENDER, "Sales@Desk.test"),
        do(Deed.ASSIGN, "anna"),
        do(Deed.ASSIGN, "nobody"),
        do(Deed.STAGE, "won"),
        do(Deed.NEED, "waiting"),
        do(Deed.REPLY, "Welcome"),
    ],
)
def test_what_can_be_kept(said: dict[str, Any]) -> None:
    assert problems(replace(RULE, **said), TERMS) == ()


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"name": " "}, "name", "needs a name"),
        ({"name": "a\nb"}, "name", "one line"),
        ({"name": "x" * 81}, "name", "80"),
        ({"name": "TAKEN"}, "name", "already"),
        ({"sequence": -1}, "sequence", "0 to 9999"),
        ({"when": ()}, "when", "opened"),
        ({"actions": ()}, "then", "what is to be done"),
        (where(About.KIND, "poem"), "kind", "ticket, order"),
        (where(About.BRAND, "Day"), "brand", "Night, Inc."),
        (where(About.STAGE, "burnt"), "stage", "quote"),
        (where(About.ASSIGNEE, "eve"), "assignee", "anna"),
        (where(About.SENDER, "example"), "sender", "neither"),
        (where(About.SENDER, "@"), "sender", "neither"),
        (where(About.TO, "support"), "to", "no address"),
        (where(About.SUBJECT, "!?"), "subject", "no word"),
        (where(About.TEXT, ""), "text", "needs a value"),
        (where(About.TEXT, "x" * 201), "text", "200"),
        (where(About.TAG, "a\x1b[31m"), "tag", "one line"),
        (where(About.TAG, "a,b"), "tag", "comma"),
        (where(About.TAG), "tag", "needs a value"),
        (where(About.ATTACHMENT, "maybe"), "attachment", "yes or no"),
        (do(Deed.SENDER, "other@desk.test"), "then sender", "sales@desk.test"),
        (do(Deed.ASSIGN, "eve"), "then assign", "anna"),
        (do(Deed.FOLLOW, "nobody"), "then follow", "anna"),
        (do(Deed.STAGE, "burnt"), "then stage", "quote"),
        ({**where(About.KIND, "ticket"), **do(Deed.STAGE, "won")}, "then stage", "open"),
        (do(Deed.NEED, "later"), "then need", "waiting"),
        (do(Deed.REPLY, "Gone"), "then reply", "Welcome"),
        ({"when": (Trigger.OPENED, Trigger.STAGE), **do(Deed.REPLY, "Welcome")}, "then reply", "opened or written"),
        ({"actions": (Action(Deed.STAGE, "new"), Action(Deed.STAGE, "open"))}, "then stage", "only one"),
    ],
)
def test_what_must_be_put_right(said: dict[str, Any], field: str, words: str) -> None:
    found = problems(replace(RULE, **said), TERMS, ["taken"])
    assert [one.field for one in found] == [field]
    assert words in found[0].sentence


def test_addresses_are_kept_normal_and_nothing_twice() -> None:
    tag = Action(Deed.TAG, "vip")
    rule = replace(
        RULE,
        conditions=(Condition(About.SENDER, ("@Müller.example", "Eve@X.test", "eve@x.test")),),
        actions=(tag, tag, Action(Deed.SENDER, "Sales@Desk.TEST")),
    )
    looks, deeds = tidied(rule)
    assert looks[0].values == ("@xn--mller-kva.example", "eve@x.test")
    assert deeds == (tag, Action(Deed.SENDER, "sales@desk.test"))
