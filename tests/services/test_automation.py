"""Automation rules at a desk: asked in the transaction of what happened, seen in the thread, taken back."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from models.services import addresses, quarantine, route, rule_undo, rules, templates, triage, undo
from models.services.check import check
from models.services.rehearse import dry_run
from models.services.sender import choose
from models.store import automation, desk_facts, records
from models.tables.automation import AutomationRule, RuleApplication
from models.tables.mail import Delivery, SendingAddress
from models.tables.record import Following, Message, Record
from models.types.actor import Actor
from models.types.automation import About, Action, Condition, Deed, Operator, Rule, RuleView, Trigger
from models.types.delivery import DeliveryState
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed, NotFound, Overtaken, Unfit
from models.types.mail import Mailbox
from models.types.message import MailClass, MessageKind
from models.types.outbox import Lane
from models.types.record import Need
from models.types.routing import Target
from tests.services.letters import World, letter

ADMIN = Actor("anton", owns_database=True)
OTHER = Actor("berta", owns_database=True)
KIND = Condition(About.KIND, ("ticket",))


def keep(world: World, *actions: Action, where: tuple[Condition, ...] = (), **said: Any) -> Rule:
    """Keep a rule and read it again."""
    rule = replace(Rule("Vip", (Trigger.OPENED,), where, actions), **said)
    rule_id = world.write(rules.save, ADMIN, rule, world.now)
    views: tuple[RuleView, ...] = world.read(rules.every)
    return next(one.rule for one in views if one.rule.id == rule_id)


def only(world: World) -> Any:
    (record,) = world.all(Record)
    return record


def logs(world: World) -> list[str]:
    return [one.text for one in world.all(Message, Message.kind == MessageKind.LOG)]


def applied(world: World) -> list[Any]:
    return world.all(RuleApplication)


def address(world: World, email: str, **said: Any) -> int:
    def add(session: Session) -> int:
        row = SendingAddress(email=email, account_id=world.account_id, **said)
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id

    return int(world.write(add))


def test_a_rule_does_all_it_says_and_the_thread_tells(world: World) -> None:
    sales = address(world, "sales@desk.test")
    keep(
        world,
        Action(Deed.SENDER, "sales@desk.test"),
        Action(Deed.ASSIGN, "berta"),
        Action(Deed.TAG, "vip"),
        Action(Deed.STAGE, "open"),
        Action(Deed.FOLLOW, "anton"),
        Action(Deed.NEED, "waiting"),
        where=(Condition(About.SENDER, ("@customer.test",)),),
    )
    world.arrives(letter())
    record = only(world)
    assert (record.sending_address_id, record.assignee_id, record.tags) == (sales, world.berta.id, ["vip"])
    assert (record.stage, record.need) == ("open", Need.WAITING)
    assert {one.agent_id for one in world.all(Following)} == {world.anton.id, world.berta.id}
    assert logs(world) == [
        "Rule Vip: answers leave from sales@desk.test, assigned to berta, tag vip added, stage open (before: new), "
        "anton follows, state waiting (before: needs us)"
    ]


def test_the_mail_shows_why_each_rule_matched_or_not(world: World) -> None:
    keep(world, Action(Deed.TAG, "vip"), where=(Condition(About.SENDER, ("@elsewhere.test",)),))
    keep(world, Action(Deed.TAG, "printer"), where=(Condition(About.SUBJECT, ("printer",)),), name="Printers")
    world.arrives(letter())
    (mail,) = world.all(Message, Message.kind == MessageKind.EMAIL)
    assert mail.tried[-2:] == [
        ["rule Vip", "no", "sender is anna@customer.test; it asks for: sender is @elsewhere.test"],
        ["rule Printers", "yes", "subject has printer"],
    ]
    assert only(world).tags == ["printer"]


def test_the_address_a_rule_chose_stands_below_the_composer_s(world: World) -> None:
    address(world, "sales@desk.test")
    keep(world, Action(Deed.SENDER, "sales@desk.test"))
    world.arrives(letter())

    def chosen(session: Session, explicit: str = "") -> tuple[str, str]:
        record = records.read(session, only(world).id)
        assert record is not None
        choice = choose(session, desk_facts.read(session), record, world.anton.id, explicit=explicit)
        return choice.address, choice.rule[:1]

    assert world.read(chosen) == ("sales@desk.test", "B")
    assert world.read(chosen, "support@desk.test") == ("support@desk.test", "A")


def test_an_address_that_is_taken_out_names_its_rules_and_they_skip_it(world: World) -> None:
    address(world, "sales@desk.test")
    keep(world, Action(Deed.SENDER, "sales@desk.test"), Action(Deed.TAG, "vip"))
    world.arrives(letter())
    told = world.write(addresses.remove, ADMIN, "sales@desk.test", now=world.now)
    assert any("The rule Vip still names it" in one for one in told)
    assert only(world).sending_address_id is None
    world.arrives(letter())
    last = world.all(Record)[-1]
    assert (last.sending_address_id, last.tags) == (None, ["vip"])
    sentence = world.write(rule_undo.take_back_on, world.all(Record)[0].number, "anton", world.now)
    assert "answers leave from sales@desk.test stays: it was changed since" in sentence


def test_an_address_of_another_brand_is_skipped_and_the_mail_is_placed(world: World) -> None:
    from models.tables.desk import Brand
    from models.tables.sender import AddressBrand

    def bind(session: Session) -> None:
        brand = Brand(name="Day")
        session.add(brand)
        session.flush()
        row = SendingAddress(email="day@desk.test", account_id=world.account_id)
        session.add(row)
        session.flush()
        assert row.id is not None
        assert brand.id is not None
        session.add(AddressBrand(address_id=row.id, brand_id=brand.id))

    world.write(bind)
    keep(world, Action(Deed.SENDER, "day@desk.test"), Action(Deed.TAG, "vip"))
    world.arrives(letter())
    assert (only(world).sending_address_id, only(world).tags) == (None, ["vip"])
    assert "no address of this record's brand" in world.all(Message)[0].tried[-1][2]


@pytest.mark.parametrize("answering", [False, True])
def test_a_person_s_second_mail_is_written_and_a_machine_s_is_not(world: World, answering: bool) -> None:
    keep(world, Action(Deed.TAG, "again"), when=(Trigger.WRITTEN,))
    first = letter()
    world.arrives(first)
    machine: dict[str, Any] = {"mail_class": MailClass.AUTOREPLY, "auto_generated": True} if answering else {}
    world.arrives(letter(in_reply_to=(first.message_id,), **machine))
    assert only(world).tags == ([] if answering else ["again"])


def test_answering_and_changing_the_stage_are_events_and_notes_are_none(world: World) -> None:
    keep(world, Action(Deed.TAG, "answered"), when=(Trigger.ANSWERED,))
    keep(
        world, Action(Deed.TAG, "closed"), where=(Condition(About.STAGE, ("solved",)),), when=(Trigger.STAGE,), name="C"
    )
    world.arrives(letter())
    record = only(world)
    world.sends(record.id, "A note.", mode=DraftMode.NOTE)
    assert only(world).tags == []
    world.wait(seconds=1)
    world.sends(record.id, "Hello.")
    assert only(world).tags == ["answered"]
    world.wait(seconds=1)
    world.write(triage.done, record.id, world.anton.id, world.now)
    assert only(world).tags == ["answered", "closed"]


def test_an_agent_s_answer_by_mail_is_an_answer(world: World) -> None:
    keep(world, Action(Deed.TAG, "answered"), when=(Trigger.ANSWERED,))
    keep(world, Action(Deed.TAG, "written"), when=(Trigger.WRITTEN,), name="Written")
    first = letter()
    world.arrives(first)
    world.write(records.follow, only(world).id, agent_id=world.berta.id)
    world.arrives(letter(in_reply_to=(first.message_id,), text="Hello?"))
    (copy,) = world.all(Delivery, Delivery.recipient == "berta@staff.test")
    world.arrives(letter("Berta <berta@staff.test>", to=copy.reply_to, text="We are on it."))
    assert only(world).tags == ["written", "answered"]


def test_what_a_rule_does_calls_no_rule(world: World) -> None:
    keep(world, Action(Deed.STAGE, "open"))
    keep(world, Action(Deed.STAGE, "new"), when=(Trigger.STAGE,), name="Back")
    keep(world, Action(Deed.TAG, "loop"), when=(Trigger.STAGE, Trigger.WRITTEN), name="Loop")
    world.arrives(letter())
    assert (only(world).stage, only(world).tags) == ("open", [])


def test_z_takes_back_the_rule_with_the_deed(world: World) -> None:
    keep(world, Action(Deed.TAG, "closed"), Action(Deed.NEED, "waiting"), when=(Trigger.STAGE,))
    keep(world, Action(Deed.TAG, "answered"), when=(Trigger.ANSWERED,), name="Answered")
    world.arrives(letter())
    before = only(world)
    world.wait(minutes=1)
    world.sends(before.id, "Hello.")
    world.wait(seconds=2)
    world.write(triage.done, before.id, world.anton.id, world.now)
    assert (only(world).tags, only(world).need) == (["answered", "closed"], Need.WAITING)
    world.wait(seconds=2)
    world.write(undo.undo_newest, world.anton.id, world.now)
    assert (only(world).tags, only(world).need, only(world).stage) == (["answered"], Need.WAITING, "new")
    back = world.write(undo.undo_newest, world.anton.id, world.now)
    assert back.draft is not None
    after = only(world)
    assert (after.tags, after.need, after.need_since) == ([], before.need, before.need_since)


def test_what_cannot_be_unsent_keeps_what_the_rule_did(world: World) -> None:
    keep(world, Action(Deed.TAG, "answered"), when=(Trigger.ANSWERED,))
    world.arrives(letter())
    world.wait(minutes=1)
    world.sends(only(world).id, "Hello.")
    world.wait(minutes=1)
    world.delivers()
    back = world.write(undo.undo_newest, world.anton.id, world.now)
    assert "Too late" in back.sentence
    assert only(world).tags == ["answered"]


def test_an_application_is_taken_back_as_far_as_nobody_changed_it(world: World) -> None:
    keep(world, Action(Deed.ASSIGN, "berta"), Action(Deed.TAG, "vip"), Action(Deed.STAGE, "open"))
    world.arrives(letter())
    record = only(world)
    world.wait(seconds=1)
    world.write(triage.take, record.id, world.anton.id, world.now)
    sentence = world.write(rule_undo.take_back_on, record.number, "anton", world.now, rule="VIP")
    assert "assigned to berta stays: it was changed since" in sentence
    after = only(world)
    assert (after.assignee_id, after.tags, after.stage) == (world.anton.id, [], "new")
    assert logs(world)[-1] == (
        "Rule Vip: taken back by anton: stage open, tag vip added, assigned to berta stays: it was changed since"
    )
    with pytest.raises(NotFound):
        world.write(rule_undo.take_back_on, record.number, "anton", world.now)
    with pytest.raises(NotFound):
        world.write(rule_undo.take_back, applied(world)[0].id, "anton", world.now)


def test_a_record_opened_by_hand_and_taken_back_leaves_nothing(world: World) -> None:
    keep(world, Action(Deed.ASSIGN, "berta"), Action(Deed.TAG, "vip"))
    mail = letter(to="nobody@desk.test")
    raw_id = world.keep(mail)
    assert world.write(route.place, raw_id=raw_id, mail=mail, now=world.now) is Target.QUARANTINE
    world.write(quarantine.open_record, raw_id, mail, "ticket", world.anton.id, world.now)
    assert only(world).tags == ["vip"]
    world.write(undo.undo_newest, world.anton.id, world.now)
    assert (world.all(Record), world.all(Message), applied(world)) == ([], [], [])


def test_a_mail_put_on_a_record_by_hand_is_written_until_z(world: World) -> None:
    keep(world, Action(Deed.TAG, "again"), Action(Deed.NEED, "done"), when=(Trigger.WRITTEN,))
    world.arrives(letter())
    record = only(world)
    world.wait(minutes=1)
    world.sends(record.id, "Hello.")
    before = only(world)
    world.wait(minutes=1)
    mail = letter(to="nobody@desk.test")
    raw_id = world.keep(mail)
    world.write(route.place, raw_id=raw_id, mail=mail, now=world.now)
    world.write(quarantine.attach, raw_id, mail, record.number, world.anton.id, world.now)
    assert (only(world).tags, only(world).need) == (["again"], Need.DONE)
    world.wait(minutes=1)
    world.write(undo.undo_newest, world.anton.id, world.now)
    after = only(world)
    assert (after.tags, after.need, after.need_since) == ([], Need.WAITING, before.need_since)


# -- answering with a template


@pytest.fixture
def welcoming(world: World) -> World:
    world.write(
        templates.add,
        ADMIN,
        name="Welcome",
        text="Hello {customer}, {number} at {brand} is with {agent}.",
        now=world.now,
    )
    keep(world, Action(Deed.ASSIGN, "berta"), Action(Deed.REPLY, "Welcome"), when=(Trigger.OPENED, Trigger.WRITTEN))
    return world


def answers(world: World) -> list[Any]:
    return world.all(Delivery, Delivery.lane == Lane.AUTO)


def test_a_template_is_filled_and_sent_once_a_record(welcoming: World) -> None:
    world = welcoming
    first = letter()
    world.arrives(first)
    (copy,) = answers(world)
    (sent,) = world.all(Message, Message.id == copy.message_id)
    assert sent.text == f"Hello Anna, #{only(world).number} at Night is with Berta."
    assert (sent.mail_class, copy.recipient, copy.envelope_from) == (MailClass.AUTOREPLY, "anna@customer.test", "")
    world.wait(days=3)
    world.arrives(letter(in_reply_to=(first.message_id,)))
    assert len(answers(world)) == 1
    assert "answered on this record before" in world.all(Message, Message.kind == MessageKind.EMAIL)[-1].tried[-1][2]


@pytest.mark.parametrize(("minutes", "count"), [(59, 0), (61, 1)])
def test_who_answers_us_within_the_hour_gets_no_automatic_answer(world: World, minutes: int, count: int) -> None:
    first = letter()
    world.arrives(first)
    world.sends(only(world).id, "Which model?")
    world.write(templates.add, ADMIN, name="Thanks", text="Thank you.", now=world.now)
    keep(world, Action(Deed.REPLY, "Thanks"), when=(Trigger.WRITTEN,))
    world.wait(minutes=minutes)
    world.arrives(letter(in_reply_to=(first.message_id,)))
    assert len(answers(world)) == count


@pytest.mark.parametrize(
    "said",
    [
        {"mail_class": MailClass.AUTOREPLY, "auto_generated": True},
        {"mail_class": MailClass.LIST},
        {"no_autoreply": True},
        {"to": (Mailbox("", "other@elsewhere.test"),), "delivered_to": ("support@desk.test",)},
        {"sender": ()},
        {"spam": True},
    ],
    ids=["machine", "list", "asked not to", "blind copy", "nobody", "spam"],
)
def test_what_no_rule_answers(welcoming: World, said: dict[str, Any]) -> None:
    welcoming.arrives(replace(letter(), **said))
    assert answers(welcoming) == []


def test_the_quota_is_the_sender_s_not_the_record_s(welcoming: World) -> None:
    for _ in range(3):
        welcoming.wait(minutes=5)
        welcoming.arrives(letter())
    assert len(welcoming.all(Record)) == 3
    assert len(answers(welcoming)) == 1


def test_an_answer_taken_back_before_it_left_is_not_sent(welcoming: World) -> None:
    world = welcoming
    world.arrives(letter())
    world.write(rule_undo.take_back, applied(world)[0].id, "anton", world.now)
    assert [one.state for one in answers(world)] == [DeliveryState.CANCELLED]
    assert world.claims() == []


def test_an_answer_that_left_says_so(welcoming: World) -> None:
    world = welcoming
    world.arrives(letter())
    world.delivers()
    sentence = world.write(rule_undo.take_back, applied(world)[0].id, "anton", world.now)
    assert "the answer has gone out" in sentence
    assert only(world).assignee_id is None


def test_an_alias_that_answers_too_does_not_answer_twice(welcoming: World) -> None:
    from models.services import setup

    welcoming.write(setup.add_alias, address="support@desk.test", creates="ticket", auto_reply="We have it.")
    welcoming.arrives(letter())
    assert len(answers(welcoming)) == 1


# -- setting up


def test_two_editors_and_one_rule(world: World) -> None:
    mine = keep(world, Action(Deed.TAG, "vip"))
    world.write(rules.save, OTHER, replace(mine, stop=True, sequence=3), world.wait(minutes=1))
    with pytest.raises(Overtaken, match=r"berta changed sequence, stop of the rule Vip at 09:01 UTC"):
        world.write(rules.save, ADMIN, replace(mine, name="Very"), world.now)
    (kept,) = world.read(rules.every)
    assert (kept.rule.name, kept.rule.stop, kept.changed_by) == ("Vip", True, "berta")


def test_only_admins_set_rules_up(world: World) -> None:
    berta = Actor("berta")
    rule = Rule("Vip", (Trigger.OPENED,), (), (Action(Deed.TAG, "vip"),))
    with pytest.raises(NotAllowed, match="anton"):
        world.write(rules.save, berta, rule, world.now)
    kept = keep(world, Action(Deed.TAG, "vip"))
    with pytest.raises(NotAllowed):
        world.write(rules.remove, berta, kept.id, world.now)
    with pytest.raises(NotAllowed):
        world.write(rules.switch, berta, kept.id, False, world.now)


def test_a_refused_rule_changes_nothing(world: World) -> None:
    with pytest.raises(Unfit) as error:
        keep(world, Action(Deed.ASSIGN, "eve"), where=(Condition(About.KIND, ("poem",)),), name="")
    assert [one.field for one in error.value.problems] == ["name", "kind", "then assign"]
    assert world.all(AutomationRule) == []


def test_off_is_off_and_removed_is_gone_at_once(world: World) -> None:
    rule = keep(world, Action(Deed.TAG, "vip"))
    world.write(rules.switch, ADMIN, rule.id, False, world.now)
    world.arrives(letter())
    assert applied(world) == []
    world.write(rules.switch, ADMIN, rule.id, True, world.now)
    world.arrives(letter())
    assert len(applied(world)) == 1
    world.write(rules.remove, ADMIN, rule.id, world.now)
    world.arrives(letter())
    assert len(applied(world)) == 1
    assert world.read(rules.every) == ()


def test_a_rule_that_names_what_is_gone_says_so_and_does_the_rest(world: World) -> None:
    keep(world, Action(Deed.ASSIGN, "berta"), Action(Deed.TAG, "vip"))

    def leave(session: Session) -> None:
        from sqlalchemy import text

        session.execute(text("UPDATE agent SET active = false WHERE login = 'berta'"))

    world.write(leave)
    world.arrives(letter())
    assert (only(world).assignee_id, only(world).tags) == (None, ["vip"])
    (view,) = world.read(rules.every)
    assert "then assign: berta is no agent" in view.problems[0]
    assert (view.applied, view.applied_at) == (1, world.now)
    found = [one for one in world.read(check) if one.code == "rule"]
    assert [(one.problem, one.about) for one in found] == [(True, "Vip")]


def test_a_template_in_use_stays(world: World) -> None:
    world.write(templates.add, ADMIN, name="Welcome", text="Hello.", now=world.now)
    rule = keep(world, Action(Deed.REPLY, "Welcome"))
    with pytest.raises(NotAllowed, match="Vip"):
        world.write(templates.remove, ADMIN, name="welcome")
    world.write(rules.remove, ADMIN, rule.id, world.now)
    world.write(templates.remove, ADMIN, name="welcome")
    assert world.read(templates.every) == ()


def test_templates_are_refused_by_field_and_by_revision(world: World) -> None:
    with pytest.raises(Unfit, match=r"text: \{title\} is no placeholder"):
        world.write(templates.add, ADMIN, name="A", text="{title}", now=world.now)
    with pytest.raises(Unfit, match="name: a template needs a name"):
        world.write(templates.add, ADMIN, name="a,b", text="x", now=world.now)
    world.write(templates.add, ADMIN, name="A", text="x", now=world.now)
    with pytest.raises(Unfit, match="already"):
        world.write(templates.add, ADMIN, name="a", text="x", now=world.now)
    world.write(templates.change, OTHER, name="A", text="y", revision=1, now=world.now)
    with pytest.raises(Overtaken, match="berta changed its text of the template A"):
        world.write(templates.change, ADMIN, name="A", text="z", revision=1, now=world.now)


# -- a dry run, and what it all costs


def test_a_dry_run_says_what_would_be_done_and_does_nothing(world: World) -> None:
    world.arrives(letter())
    first = letter("Eve <eve@other.test>", subject="Scanner")
    world.arrives(first)
    world.wait(minutes=1)
    world.arrives(letter("Eve <eve@other.test>", subject="Re: Scanner", in_reply_to=(first.message_id,)))
    rule = Rule(
        "Vip",
        (Trigger.OPENED, Trigger.WRITTEN),
        (Condition(About.SENDER, ("@other.test",)),),
        (Action(Deed.TAG, "vip"),),
        active=False,
    )

    def state(session: Session) -> tuple[Any, ...]:
        from sqlalchemy import text

        counted = "SELECT count(*), sum(revision) FROM record"
        return *session.execute(text(counted)).one(), len(world.all(Message))

    before = world.read(state)
    found = world.read(dry_run, rule)
    assert [(one.trigger, bool(one.sentences)) for one in found] == [
        (Trigger.OPENED, True),
        (Trigger.WRITTEN, True),
        (Trigger.OPENED, False),
    ]
    assert found[2].tried[0].because.startswith("sender is anna@customer.test")
    assert world.read(state) == before
    assert world.read(dry_run) == ()
    with pytest.raises(Unfit):
        world.read(dry_run, replace(rule, actions=()))


def test_without_rules_a_mail_costs_one_small_read_more(world: World) -> None:
    world.arrives(letter())  # whatever is read once
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    world.arrives(letter())
    event.remove(world.database.engine, "before_cursor_execute", note)
    assert not [one for one in asked if "automation_rule" in one or "rule_application" in one]
    keep(world, Action(Deed.TAG, "vip"))
    assert [one.name for one in world.read(automation.in_force)] == ["Vip"]
    asked.clear()
    event.listen(world.database.engine, "before_cursor_execute", note)
    world.arrives(letter())
    event.remove(world.database.engine, "before_cursor_execute", note)
    assert not [one for one in asked if "FROM automation_rule" in one]


def test_a_condition_that_is_negated_holds_for_what_is_empty(world: World) -> None:
    keep(world, Action(Deed.TAG, "new"), where=(KIND, Condition(About.TAG, ("seen",), Operator.NOT)))
    world.arrives(letter())
    assert only(world).tags == ["new"]
