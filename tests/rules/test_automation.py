"""What rules make of an event: who matches, in which order, and that it always ends."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.automation import apply, done
from models.types.automation import About, Action, Condition, Deed, Operator, Rule, RuleFacts, Trigger
from models.types.record import Need

FACTS = RuleFacts(
    kind="ticket",
    brand="Night",
    tags=("vip",),
    stage="new",
    assignee="",
    need=Need.NEEDS_US,
    sender="",
    stages=("new", "open", "done"),
    agents=frozenset({"anna", "berta"}),
    senders=frozenset({"a@desk.test"}),
    templates=frozenset({"Welcome"}),
    author="eve@example.org",
    written_to=frozenset({"support+x@desk.test"}),
    subject="Re: Refund, please!",
    text="I want my MONEY\nback. 返金してください",
    attachments=1,
)
TAG = Action(Deed.TAG, "seen")


def rule(*conditions: Condition, then: tuple[Action, ...] = (TAG,), **said: Any) -> Rule:
    return replace(Rule("One", (Trigger.OPENED,), conditions, then, id=1), **said)


def where(about: About, *values: str, no: bool = False) -> Condition:
    return Condition(about, values, Operator.NOT if no else Operator.IS)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (where(About.KIND, "ticket"), True),
        (where(About.KIND, "order", "ticket"), True),
        (where(About.KIND, "order"), False),
        (where(About.BRAND, "night"), True),
        (where(About.BRAND, "Day"), False),
        (where(About.TAG, "VIP"), True),
        (where(About.TAG, "spam", "late"), False),
        (where(About.STAGE, "new"), True),
        (where(About.STAGE, "open"), False),
        (where(About.ASSIGNEE, "nobody"), True),
        (where(About.ASSIGNEE, "anna"), False),
        (where(About.SENDER, "Eve@Example.org"), True),
        (where(About.SENDER, "@example.org"), True),
        (where(About.SENDER, "@sub.example.org"), False),
        (where(About.SENDER, "@ample.org"), False),
        (where(About.TO, "support@desk.test"), True),
        (where(About.TO, "support+x@desk.test"), True),
        (where(About.TO, "sales@desk.test"), False),
        (where(About.SUBJECT, "refund please"), True),
        (where(About.SUBJECT, "fund"), False),
        (where(About.TEXT, "money back"), True),
        (where(About.TEXT, "my back"), False),
        (where(About.TEXT, "返金"), True),
        (where(About.ATTACHMENT, "yes"), True),
    ],
)
def test_a_condition_holds_or_its_opposite_does(condition: Condition, holds: bool) -> None:
    opposite = replace(condition, operator=Operator.NOT)
    for asked, expected in ((condition, holds), (opposite, not holds)):
        plan = apply([rule(asked)], Trigger.OPENED, FACTS)
        assert plan.tried[0].matched is expected
        assert bool(plan.steps) is expected
        assert plan.tried[0].because


def test_all_must_hold_and_the_first_that_does_not_is_named() -> None:
    plan = apply([rule(where(About.KIND, "ticket"), where(About.TAG, "late"))], Trigger.OPENED, FACTS)
    assert plan.tried[0].because == "tag is vip; it asks for: tag has late"


def test_no_mail_has_no_sender() -> None:
    nobody = replace(FACTS, author="")
    assert not apply([rule(where(About.SENDER, "@example.org"))], Trigger.OPENED, nobody).steps


@pytest.mark.parametrize(
    ("action", "before", "words"),
    [
        (Action(Deed.SENDER, "a@desk.test"), "", "answers leave from a@desk.test"),
        (Action(Deed.ASSIGN, "anna"), "", "assigned to anna"),
        (Action(Deed.TAG, "late"), "", "tag late added"),
        (Action(Deed.UNTAG, "vip"), "", "tag vip removed"),
        (Action(Deed.STAGE, "open"), "new", "stage open (before: new)"),
        (Action(Deed.FOLLOW, "berta"), "", "berta follows"),
        (Action(Deed.NEED, "done"), "needs us", "state done (before: needs us)"),
        (Action(Deed.REPLY, "Welcome"), "", "answered with the template Welcome"),
    ],
)
def test_what_is_done_is_said(action: Action, before: str, words: str) -> None:
    (step,) = apply([rule(then=(action,))], Trigger.OPENED, FACTS).steps
    assert (step.before, done(step)) == (before, words)


@pytest.mark.parametrize(
    ("action", "facts", "because"),
    [
        (Action(Deed.TAG, "Vip"), {}, "so already"),
        (Action(Deed.UNTAG, "late"), {}, "so already"),
        (Action(Deed.ASSIGN, "nobody"), {}, "so already"),
        (Action(Deed.ASSIGN, "gone"), {}, "no agent"),
        (Action(Deed.FOLLOW, "anna"), {"followers": frozenset({"anna"})}, "so already"),
        (Action(Deed.SENDER, "b@desk.test"), {}, "no address of this record's brand"),
        (Action(Deed.STAGE, "won"), {}, "a ticket has no such stage"),
        (Action(Deed.NEED, "needs_us"), {}, "so already"),
        (Action(Deed.REPLY, "Gone"), {}, "no such template"),
        (Action(Deed.REPLY, "Welcome"), {"replied": frozenset({1})}, "answered on this record before"),
        (Action(Deed.REPLY, "Welcome"), {"unanswerable": "a machine wrote it"}, "a machine wrote it"),
    ],
)
def test_what_cannot_be_done_is_skipped_and_the_rest_is_not(
    action: Action, facts: dict[str, Any], because: str
) -> None:
    plan = apply([rule(then=(action, TAG))], Trigger.OPENED, replace(FACTS, **facts))
    assert [step.action for step in plan.steps] == [TAG]
    assert because in plan.tried[0].because


def test_a_later_rule_sees_what_an_earlier_one_did() -> None:
    first = rule(then=(Action(Deed.ASSIGN, "anna"),), sequence=5, id=9)
    second = rule(where(About.ASSIGNEE, "anna"), id=2, then=(Action(Deed.ASSIGN, "berta"),))
    plan = apply([second, first], Trigger.OPENED, FACTS)
    assert [(step.rule_id, step.before) for step in plan.steps] == [(9, ""), (2, "anna")]


def test_one_mail_is_answered_by_one_rule() -> None:
    answer = Action(Deed.REPLY, "Welcome")
    plan = apply([rule(then=(answer,)), rule(then=(answer,), id=2, name="Two")], Trigger.OPENED, FACTS)
    assert [step.rule_id for step in plan.steps] == [1]
    assert "One answers it" in plan.tried[1].because


def test_rules_that_are_off_or_for_something_else_are_not_asked() -> None:
    others = [rule(active=False), rule(when=(Trigger.STAGE,))]
    assert apply(others, Trigger.OPENED, FACTS).tried == ()


VALUES = {
    Deed.SENDER: ("a@desk.test", "b@desk.test"),
    Deed.ASSIGN: ("anna", "berta", "nobody", "gone"),
    Deed.TAG: ("vip", "late"),
    Deed.UNTAG: ("vip", "late"),
    Deed.STAGE: ("new", "open", "won"),
    Deed.FOLLOW: ("anna", "berta"),
    Deed.NEED: ("needs_us", "waiting", "done"),
    Deed.REPLY: ("Welcome", "Gone"),
}
actions = st.sampled_from(list(Deed)).flatmap(
    lambda deed: st.builds(Action, st.just(deed), st.sampled_from(VALUES[deed]))
)
looks = st.sampled_from(
    [where(About.TAG, "vip"), where(About.TAG, "late"), where(About.STAGE, "open"), where(About.ASSIGNEE, "anna"),
     where(About.TAG, "vip", no=True), where(About.ASSIGNEE, "nobody")]
)  # fmt: skip
rules = st.lists(
    st.builds(
        Rule,
        name=st.just("Any"),
        when=st.lists(st.sampled_from(list(Trigger)), unique=True).map(tuple),
        conditions=st.lists(looks, max_size=2).map(tuple),
        actions=st.lists(actions, min_size=1, max_size=4).map(tuple),
        sequence=st.integers(0, 3),
        active=st.booleans(),
        stop=st.booleans(),
    ),
    max_size=8,
).map(lambda found: [replace(one, id=number + 1) for number, one in enumerate(found)])


@given(rules, st.sampled_from(list(Trigger)))
def test_no_set_of_rules_loops(found: list[Rule], event: Trigger) -> None:
    plan = apply(found, event, FACTS)
    asked = [one.rule_id for one in plan.tried]
    assert len(asked) == len(set(asked)) == sum(one.active and event in one.when for one in found)
    for one in found:
        done_by = [step.action for step in plan.steps if step.rule_id == one.id]
        rest = iter(one.actions)
        assert all(action in rest for action in done_by)  # a part of its actions, in their order


@given(rules)
def test_order_and_stop_are_respected(found: list[Rule]) -> None:
    plan = apply(found, Trigger.OPENED, FACTS)
    by_id = {one.id: one for one in found}
    order = [(by_id[one.rule_id].sequence, one.rule_id) for one in plan.tried]
    assert order == sorted(order)
    stopped = [index for index, one in enumerate(plan.tried) if one.matched and by_id[one.rule_id].stop]
    if stopped:
        behind = plan.tried[stopped[0] + 1 :]
        assert all(not one.matched and one.because.startswith("not asked") for one in behind)
        assert {step.rule_id for step in plan.steps} & {one.rule_id for one in behind} == set()


@given(rules)
def test_the_same_again_on_what_it_left_is_never_another_answer(found: list[Rule]) -> None:
    plan = apply(found, Trigger.OPENED, FACTS)
    answered = [step for step in plan.steps if step.action.deed is Deed.REPLY]
    assert len(answered) <= 1
    after = replace(FACTS, replied=frozenset(step.rule_id for step in answered), unanswerable="answered today")
    assert not [step for step in apply(found, Trigger.OPENED, after).steps if step.action.deed is Deed.REPLY]
