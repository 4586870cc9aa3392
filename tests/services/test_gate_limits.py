"""What ends a loop: quotas by sender, a cap by record, and a mail of a machine that talks like a person."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col

from models.rules.limits import CREATIONS, RELAYS, UPDATES
from models.services.outgoing import outgoing
from models.store import records
from models.tables.mail import Delivery, RawMail
from models.tables.record import Message, Record
from models.types.message import Direction, MailClass
from models.types.people import Channel
from models.types.routing import Target
from tests.services.letters import START, World, letter


def test_a_sender_opens_twenty_records_and_the_next_mail_waits_in_quarantine(world: World) -> None:
    for _ in range(CREATIONS):
        world.wait(minutes=1)
        assert world.arrives(letter(date=None)) is Target.NEW
    world.wait(minutes=1)
    assert world.arrives(letter(date=None)) is Target.QUARANTINE
    raw = world.all(RawMail)[-1]
    assert raw.reason == "anna@customer.test opened too many records: a loop is suspected."
    assert raw.tried[-1][:2] == ["limit", "yes"]
    assert world.arrives(letter("Ben <ben@customer.test>", date=None)) is Target.NEW
    world.wait(hours=2)
    assert world.arrives(letter(date=None)) is Target.NEW


def test_whoever_wrote_too_much_is_told_once_a_day(world: World) -> None:
    for _ in range(CREATIONS):
        world.wait(minutes=1)
        world.arrives(letter(date=None))
    machine = letter(date=None, mail_class=MailClass.AUTOREPLY, auto_generated=True, no_autoreply=True)
    for mail in (machine, letter(date=None), letter(date=None), letter(date=None)):
        world.wait(minutes=1)
        world.arrives(mail)
    (told,) = world.all(Delivery)
    (message,) = world.all(Message, col(Message.direction) == Direction.OUT)
    assert (told.recipient, told.envelope_from, message.mail_class) == ("anna@customer.test", "", MailClass.AUTOREPLY)
    assert "waits until one of us has looked at it" in message.text
    sent = world.read(outgoing, told.id)
    assert (sent.automatic, bool(sent.loop_tag)) == ("auto-replied", True)


def test_a_sender_writes_to_a_record_twenty_times_and_to_another_still(world: World) -> None:
    first, other = letter(date=None), letter(date=None)
    world.arrives(first)
    world.arrives(other)
    for _ in range(UPDATES - 1):
        world.wait(seconds=20)
        assert world.arrives(letter(in_reply_to=(first.message_id,), date=None)) is Target.RECORD
    assert world.arrives(letter(in_reply_to=(first.message_id,), date=None)) is Target.QUARANTINE
    assert "too often" in world.all(RawMail)[-1].reason
    assert world.arrives(letter(in_reply_to=(other.message_id,), date=None)) is Target.RECORD


def test_a_mailbox_fetched_for_the_first_time_is_no_loop(world: World) -> None:
    for day in range(CREATIONS + 5):
        assert world.arrives(letter(date=START - timedelta(days=2 + day))) is Target.NEW


def test_proved_agents_are_not_limited(world: World) -> None:
    from models.store import settings

    world.write(settings.put, settings.AUTHSERV_ID, "mx.desk.test")
    proof = ("mx.desk.test; dmarc=pass header.from=staff.test",)
    for _ in range(CREATIONS + 2):
        assert world.arrives(letter("Berta <berta@staff.test>", auth_results=proof, date=None)) is Target.NEW


@pytest.fixture
def busy(world: World) -> tuple[World, str]:
    """A record two customers and an agent follow, by mail."""
    first = letter(date=None)
    world.arrives(first)
    record = world.all(Record)[0]
    world.write(records.follow, record.id, agent_id=world.berta.id)
    world.arrives(letter("Carl <carl@customer.test>", to="x@y.test", date=None, subject=f"about [#{record.number}]"))
    return world, first.message_id


def test_relayed_mail_of_a_record_is_capped_by_the_hour(busy: tuple[World, str]) -> None:
    world, answered = busy
    people = [f"P{n} <p{n}@customer.test>" for n in range(RELAYS // UPDATES + 2)]
    record_id = world.all(Record)[0].id
    from models.store import contacts

    for person in people:
        contact = world.write(contacts.ensure, person.rpartition("<")[2].rstrip(">"), "", world.now)
        world.write(records.follow, record_id, contact_id=contact.id)
    for n in range(RELAYS + 3):
        world.wait(seconds=10)
        world.arrives(letter(people[n % len(people)], in_reply_to=(answered,), date=None))
    mailed = {copy.message_id for copy in world.all(Delivery) if copy.channel is Channel.EMAIL}
    assert len(mailed) == RELAYS
    last = world.all(Message)[-1]
    copies = world.all(Delivery, Delivery.message_id == last.id)
    assert {(copy.recipient, copy.channel) for copy in copies} == {(f"agent:{world.berta.id}", Channel.INBOX)}
    assert any("within the hour" in reason for _, reason in last.left_out)
    world.wait(hours=2)
    world.arrives(letter(people[0], in_reply_to=(answered,), date=None))
    last = world.all(Message)[-1]
    assert Channel.EMAIL in {copy.channel for copy in world.all(Delivery, Delivery.message_id == last.id)}


@pytest.mark.parametrize("on", ["brand", "record"])
def test_copies_between_customers_can_be_switched_off(busy: tuple[World, str], on: str) -> None:
    world, answered = busy
    from sqlalchemy import update

    from models.store import contacts
    from models.tables.desk import Brand

    record_id = world.all(Record)[0].id
    carl = world.write(contacts.ensure, "carl@customer.test", "Carl", world.now)
    world.write(records.follow, record_id, contact_id=carl.id)
    if on == "brand":
        world.write(lambda session: session.execute(update(Brand).values(customer_relay=False)))
    else:
        world.write(records.set_customer_relay, record_id, False)
    world.arrives(letter(in_reply_to=(answered,), date=None))
    last = world.all(Message)[-1]
    assert {copy.recipient for copy in world.all(Delivery, Delivery.message_id == last.id)} == {"berta@staff.test"}
    assert ["Carl", "customers get no copies here"] in last.left_out


def test_a_list_of_ours_in_front_of_support_stays_human(world: World) -> None:
    from models.types.message import MailClass

    listed = letter(mail_class=MailClass.LIST, list_id="Support <support.desk.test>", no_autoreply=True)
    assert world.arrives(listed) is Target.NEW
    assert (world.all(Message)[0].mail_class, len(world.all(Record))) == (MailClass.HUMAN, 1)
    foreign = replace(listed, message_id="<other@x.test>", list_id="<news.desk.test.evil.example>")
    world.arrives(foreign)
    assert world.all(Message)[-1].mail_class is MailClass.LIST
