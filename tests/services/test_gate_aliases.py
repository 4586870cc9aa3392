"""Aliases and their policies, catchalls, brands of domains, closed records, and long References."""

import pytest
from sqlmodel import Session, col, update

from models.rules import tokens
from models.services import setup, triage
from models.services.outgoing import outgoing
from models.store import contacts, desk_facts, records
from models.tables.desk import Brand, Domain
from models.tables.mail import Delivery, RawMail
from models.tables.record import Message, Record
from models.types.errors import NotAllowed, NotFound
from models.types.mail import Mailbox
from models.types.message import MessageKind
from models.types.record import Need
from models.types.routing import Policy, Target
from tests.services.letters import World, letter


def test_an_alias_for_people_we_know_keeps_strangers_in_quarantine(world: World) -> None:
    world.write(setup.add_alias, address="vip@desk.test", creates="ticket", policy=Policy.KNOWN)
    assert world.arrives(letter(to="vip@desk.test")) is Target.QUARANTINE
    raw = world.all(RawMail)[-1]
    assert raw.reason == "vip@desk.test takes mail of people we know only, and anna@customer.test is none of them."
    world.write(contacts.ensure, "anna@customer.test", "Anna", world.now)
    assert world.arrives(letter(to="vip@desk.test")) is Target.NEW
    assert world.arrives(letter("Berta <berta@staff.test>", to="vip@desk.test")) is Target.NEW


def test_an_alias_for_followers_wants_one_record_of_its_kind_followed(world: World) -> None:
    world.write(setup.add_alias, address="inner@desk.test", creates="order", policy=Policy.FOLLOWERS)
    world.arrives(letter())
    ticket = world.all(Record)[0]
    world.write(records.follow, ticket.id, contact_id=ticket.contact_id)
    assert world.arrives(letter(to="inner@desk.test")) is Target.QUARANTINE
    world.write(setup.add_alias, address="orders@desk.test", creates="order")
    world.arrives(letter(to="orders@desk.test"))
    order = world.all(Record)[-1]
    world.write(records.follow, order.id, contact_id=order.contact_id)
    assert world.arrives(letter(to="inner@desk.test")) is Target.NEW


def test_an_open_alias_beside_a_restricted_one_takes_the_mail(world: World) -> None:
    world.write(setup.add_alias, address="vip@desk.test", creates="order", policy=Policy.KNOWN)
    assert world.arrives(letter("<eve@x.test>", delivered_to=("vip@desk.test",))) is Target.NEW
    assert [record.kind for record in world.all(Record)] == ["ticket"]


def test_a_local_part_counts_at_every_domain_of_ours(world: World) -> None:
    world.write(setup.add_alias, address="help@desk.test", creates="ticket", any_domain=True)
    world.write(setup.add_alias, address="sales@old.test", creates="order")
    assert world.arrives(letter(to="help@old.test")) is Target.NEW
    assert world.all(Message)[-1].tried[-1][:2] == ["alias by local part", "yes"]
    assert world.arrives(letter(to="help@foreign.test")) is Target.QUARANTINE
    assert world.arrives(letter(to="sales@desk.test")) is Target.QUARANTINE


def test_a_catchall_takes_unknown_addresses_of_its_domain_only(world: World) -> None:
    world.write(setup.add_alias, address="rest@desk.test", creates="order")
    world.write(setup.add_alias, address="sales@old.test", creates="order")
    assert world.arrives(letter(to="nobody@desk.test")) is Target.QUARANTINE
    world.write(setup.set_catchall, domain="desk.test", local_part="rest")
    assert world.arrives(letter(to="nobody@desk.test")) is Target.NEW
    assert world.all(Record)[-1].kind == "order"
    assert world.all(Message)[-1].tried[-1][:2] == ["catchall", "yes"]
    assert world.arrives(letter(to="nobody@old.test")) is Target.QUARANTINE
    assert world.arrives(letter()) is Target.NEW
    assert world.all(Record)[-1].kind == "ticket"
    with pytest.raises(NotAllowed):
        world.write(setup.set_catchall, domain="desk.test", local_part="a b")


def test_a_domain_gives_its_brand_unless_it_is_the_only_one(world: World) -> None:
    def brand(session: Session) -> int:
        made = Brand(name="Day")
        session.add(made)
        session.flush()
        session.execute(update(Domain).where(col(Domain.name) == "desk.test").values(brand_id=made.id))
        assert made.id is not None
        return made.id

    day = world.write(brand)
    world.arrives(letter())
    world.write(setup.add_alias, address="sales@old.test", creates="order")
    world.arrives(letter())
    world.arrives(letter(to="sales@old.test"))
    assert [record.brand_id for record in world.all(Record)] == [None, day, None]


def close(world: World, record_id: int) -> None:
    world.write(triage.done, record_id, world.anton.id, world.now)


def test_a_closed_record_opens_again_by_default(world: World) -> None:
    first = letter()
    world.arrives(first)
    close(world, 1)
    world.wait(days=4000)
    world.arrives(letter(in_reply_to=(first.message_id,)))
    assert [(one.id, one.need) for one in world.all(Record)] == [(1, Need.NEEDS_US)]


def test_a_record_closed_for_good_goes_on_in_one_new_record(world: World) -> None:
    world.write(setup.set_reopening, kind="ticket", days=14)
    first = letter()
    world.arrives(first)
    close(world, 1)
    world.wait(days=13)
    world.arrives(letter(in_reply_to=(first.message_id,)))
    assert world.all(Record)[0].need is Need.NEEDS_US
    close(world, 1)
    world.wait(days=14)
    assert world.arrives(letter(in_reply_to=(first.message_id,), text="It burns again.")) is Target.NEW
    old, new = world.all(Record)
    assert (old.need, new.need, new.kind, new.continues_id) == (Need.DONE, Need.NEEDS_US, "ticket", old.id)
    logs = [(one.record_id, one.text) for one in world.all(Message, Message.kind == MessageKind.LOG)]
    assert (new.id, f"continues #{old.number}: Printer on fire") in logs
    assert (old.id, f"continued in #{new.number}") in logs
    assert world.arrives(letter(in_reply_to=(first.message_id,), text="Hello?")) is Target.RECORD
    assert world.all(Message)[-1].record_id == new.id
    assert len(world.all(Record)) == 2
    close(world, new.id)
    world.wait(days=20)
    assert world.arrives(letter(in_reply_to=(first.message_id,))) is Target.NEW
    assert world.all(Record)[-1].continues_id == old.id


def test_a_kind_may_never_open_again(world: World) -> None:
    world.write(setup.set_reopening, kind="ticket", days=0)
    first = letter()
    world.arrives(first)
    close(world, 1)
    assert world.arrives(letter(in_reply_to=(first.message_id,))) is Target.NEW
    with pytest.raises(NotFound):
        world.write(setup.set_reopening, kind="nothing", days=0)
    with pytest.raises(NotAllowed):
        world.write(setup.set_reopening, kind="ticket", days=-1)


def test_a_machines_answer_to_a_closed_record_opens_nothing(world: World) -> None:
    from models.types.message import MailClass

    world.write(setup.set_reopening, kind="ticket", days=0)
    first = letter()
    world.arrives(first)
    close(world, 1)
    world.arrives(letter(in_reply_to=(first.message_id,), mail_class=MailClass.AUTOREPLY))
    assert [(one.id, one.need) for one in world.all(Record)] == [(1, Need.DONE)]


def test_the_answered_message_is_found_among_thousands(world: World) -> None:
    first = letter()
    world.arrives(first)
    others = [f"<r{n}@z.test>" for n in range(3000)]
    references = (*others[:1500], first.message_id, *others[1500:])
    assert world.arrives(letter(to="x@desk.test", references=references)) is Target.RECORD
    assert len(world.all(Message)[-1].references) < 1000


def test_of_several_answered_records_the_newest_reference_wins(world: World) -> None:
    first, second = letter(), letter()
    world.arrives(first)
    world.arrives(second)
    world.arrives(letter(to="x@desk.test", references=(first.message_id, second.message_id)))
    assert world.all(Message)[-1].record_id == world.all(Record)[1].id
    world.arrives(letter(to="x@desk.test", references=(second.message_id,), in_reply_to=(first.message_id,)))
    assert world.all(Message)[-1].record_id == world.all(Record)[0].id


def test_ids_whose_domain_changed_its_case_are_known(world: World) -> None:
    first = letter(message_id="<Abc.1@customer.test>")
    world.arrives(first)
    assert world.arrives(letter(to="x@desk.test", in_reply_to=("<Abc.1@CUSTOMER.Test>",))) is Target.RECORD
    assert world.arrives(letter(to="x@desk.test", in_reply_to=("<ABC.1@customer.test>",))) is Target.QUARANTINE
    world.sends(1, "Use water.")
    ours = world.all(Delivery)[0]
    sent = world.read(outgoing, ours.id).message_id
    assert tokens.is_our_message_id(world.read(desk_facts.read).key, sent)
    stranger = letter("<eve@x.test>", to="x@desk.test", in_reply_to=(sent.upper(),))
    assert world.arrives(stranger) is Target.RECORD


def test_what_a_filter_marked_waits_unless_it_answers(world: World) -> None:
    first = letter()
    world.arrives(first)
    assert world.arrives(letter(spam=True)) is Target.QUARANTINE
    assert world.all(RawMail)[-1].reason == "A filter on its way marked it as spam."
    assert world.arrives(letter(spam=True, in_reply_to=(first.message_id,))) is Target.RECORD


def test_who_got_in_by_a_leaked_id_stays_an_outsider_until_answered(world: World) -> None:
    first = letter()
    world.arrives(first)
    bob = world.write(contacts.ensure, "bob@partner.test", "Bob", world.now)
    world.write(records.follow, 1, contact_id=bob.id)
    world.sends(1, "Use water.", to=("anna@customer.test",))
    sent = world.all(Message)[-1].message_id
    for _ in range(2):
        eve = letter("<eve@x.test>", to="x@desk.test", in_reply_to=(sent,), cc=(Mailbox("", "eva@x.test"),))
        assert world.arrives(eve) is Target.RECORD
        assert reached(world) == {f"agent:{world.anton.id}"}
    assert not {"eve@x.test", "eva@x.test"} & world.read(records.participants, 1)
    eva = letter("<eva@x.test>", to="x@desk.test", in_reply_to=(first.message_id,))
    assert world.arrives(eva) is Target.QUARANTINE
    world.sends(1, "And who are you?", to=("eve@x.test",))
    assert "eve@x.test" in world.read(records.participants, 1)
    world.arrives(letter("<eve@x.test>", to="x@desk.test", in_reply_to=(sent,)))
    assert "bob@partner.test" in reached(world)


def reached(world: World) -> set[str]:
    """Who got a copy of the newest message."""
    return {copy.recipient for copy in world.all(Delivery, Delivery.message_id == world.all(Message)[-1].id)}
