"""Incoming mail: where it lands, what it changes, whom it reaches."""

from dataclasses import replace

import pytest
from sqlmodel import col

from models.rules import tokens
from models.services import receive, route
from models.services.outgoing import outgoing
from models.store import desk_facts, records
from models.tables.desk import Contact
from models.tables.mail import ChangeLog, Delivery, RawMail
from models.tables.record import Attachment, Message, Record
from models.types.account import Batch, Cursor, Fetched
from models.types.delivery import DeliveryState
from models.types.errors import NotAllowed, NotFound
from models.types.mail import AttachedFile, Mailbox
from models.types.message import Direction, MailClass, MessageKind
from models.types.people import Channel
from models.types.record import Need
from models.types.routing import Target
from tests.services.letters import World, letter


def test_first_mail_opens_a_ticket_with_its_customer(world: World) -> None:
    mail = letter(attachments=(AttachedFile("fire.jpg", "image/jpeg", 9, "2"),), warnings=("not fully parsed",))
    assert world.arrives(mail) is Target.NEW
    record = world.all(Record)[0]
    assert (record.kind, record.number, record.title, record.stage) == ("ticket", 1001, "Printer on fire", "new")
    assert (record.need, record.need_reason, record.preview) == (Need.NEEDS_US, "new", "It burns.")
    contact = world.all(Contact)[0]
    assert (contact.id, contact.email, contact.name) == (record.contact_id, "anna@customer.test", "Anna")
    message = world.all(Message)[0]
    assert (message.record_id, message.direction, message.author_contact_id) == (record.id, Direction.IN, contact.id)
    assert (message.verified, message.warnings) == (False, ["not fully parsed"])
    assert message.tried[-1][:2] == ["alias", "yes"]
    assert [file.path for file in world.all(Attachment)] == ["2"]
    assert world.all(RawMail)[0].state == "routed"
    assert {log.record_id for log in world.all(ChangeLog)} >= {record.id}


def test_numbers_grow_by_one(world: World) -> None:
    for _ in range(3):
        world.arrives(letter())
    assert [record.number for record in world.all(Record)] == [1001, 1002, 1003]


def test_placing_twice_changes_nothing(world: World) -> None:
    mail = letter()
    raw_id = world.keep(mail)
    assert world.write(route.place, raw_id=raw_id, mail=mail, now=world.now) is Target.NEW
    assert world.write(route.place, raw_id=raw_id, mail=mail, now=world.now) is Target.RECORD
    assert len(world.all(Message)) == len(world.all(Record)) == 1


def test_same_mail_through_two_mailboxes_is_one_message(world: World) -> None:
    mail = letter()
    world.arrives(mail)
    assert world.arrives(replace(mail, delivered_to=("sales@desk.test",))) is Target.DUPLICATE
    assert len(world.all(Message)) == 1
    assert [raw.state for raw in world.all(RawMail)] == ["routed", "duplicate"]


def test_same_id_with_other_content_is_kept_and_flagged(world: World) -> None:
    mail = letter()
    world.arrives(mail)
    world.arrives(replace(mail, text="Something else.", reply_text="Something else."))
    assert len(world.all(Message)) == 2
    assert any("Message-ID" in warning for warning in world.all(Message)[1].warnings)


def test_mail_without_an_id_is_one_message_however_often_it_is_offered(world: World) -> None:
    mail = letter(message_id="")
    world.arrives(mail)
    world.arrives(mail)
    assert len(world.all(Message)) == 1


def test_answer_by_reference_lands_on_the_record_and_wakes_it(world: World) -> None:
    first = letter()
    world.arrives(first)
    record = world.all(Record)[0]
    world.write(records.move, record.id, Need.DONE, world.now, "", 3 << 60)
    world.wait(hours=1)
    assert world.arrives(letter(to="x@desk.test", in_reply_to=(first.message_id,), text="Still.")) is Target.RECORD
    record = world.all(Record)[0]
    assert (record.need, record.need_reason, record.need_since, record.preview) == (
        Need.NEEDS_US, "reply", world.now, "Still.",
    )  # fmt: skip


def test_machine_mail_changes_no_turn_and_makes_no_contact(world: World) -> None:
    first = letter()
    world.arrives(first)
    record_id = world.all(Record)[0].id
    world.sends(record_id, "We come.")
    world.arrives(letter(mail_class=MailClass.AUTOREPLY, in_reply_to=(first.message_id,), text="I am away."))
    assert world.all(Record)[0].need is Need.WAITING
    assert world.all(Message)[-1].mail_class is MailClass.AUTOREPLY
    world.arrives(letter("Robot <robot@machine.test>", mail_class=MailClass.LIST))
    assert world.all(Record)[1].contact_id is None


def test_what_no_rule_places_is_quarantined_visibly(world: World) -> None:
    assert world.arrives(letter(to="nobody@elsewhere.test")) is Target.QUARANTINE
    raw = world.all(RawMail)[0]
    assert (raw.state, raw.sender, raw.subject) == ("quarantined", "Anna <anna@customer.test>", "Printer on fire")
    assert raw.reason
    assert raw.tried[-1][:2] == ["quarantine", "yes"]
    assert "quarantine" in {log.topic for log in world.all(ChangeLog)}
    assert world.all(Message) == []


def test_quarantined_mail_is_placed_by_hand_once(world: World) -> None:
    world.arrives(letter())
    lost = letter(to="nobody@elsewhere.test", text="Lost.")
    raw_id = world.keep(lost)
    world.write(route.place, raw_id=raw_id, mail=lost, now=world.now)
    with pytest.raises(NotFound):
        world.write(route.place_by_hand, raw_id, lost, 4711, world.anton.id, world.now)
    record_id = world.write(route.place_by_hand, raw_id, lost, 1001, world.anton.id, world.now)
    message = world.all(Message)[-1]
    assert (message.record_id, message.text, message.tried[0][0]) == (record_id, "Lost.", "by hand")
    with pytest.raises(NotAllowed):
        world.write(route.open_from_mail, raw_id, lost, "ticket", world.anton.id, world.now)


def test_quarantined_mail_opens_a_record_by_hand(world: World) -> None:
    lost = letter(to="nobody@elsewhere.test")
    raw_id = world.keep(lost)
    world.write(route.place, raw_id=raw_id, mail=lost, now=world.now)
    world.write(route.open_from_mail, raw_id, lost, "order", world.anton.id, world.now)
    record = world.all(Record)[0]
    assert (record.kind, record.stage, record.contact_id) == ("order", "quotation", world.all(Contact)[0].id)
    assert world.all(RawMail)[0].state == "routed"


def test_poison_goes_to_quarantine_with_its_reason(world: World) -> None:
    raw_id = world.keep(letter())
    world.write(route.give_up, raw_id, "It could not be read three times.", world.now)
    raw = world.all(RawMail)[0]
    assert (raw.state, raw.reason) == ("quarantined", "It could not be read three times.")


def test_followers_get_the_answer_by_their_preference_and_the_author_does_not(world: World) -> None:
    first = letter()
    world.arrives(first)
    record = world.all(Record)[0]
    world.write(records.follow, record.id, agent_id=world.anton.id)
    world.write(records.follow, record.id, agent_id=world.berta.id)
    world.write(records.follow, record.id, contact_id=record.contact_id)
    world.arrives(letter(in_reply_to=(first.message_id,), text="More smoke."))
    message = world.all(Message)[-1]
    copies = world.all(Delivery, col(Delivery.message_id) == message.id)
    assert {(copy.recipient, copy.channel, copy.state, copy.lane) for copy in copies} == {
        (f"agent:{world.anton.id}", Channel.INBOX, DeliveryState.DELIVERED, 1),
        ("berta@staff.test", Channel.EMAIL, DeliveryState.QUEUED, 1),
    }


def test_relayed_mail_can_be_answered_and_is_marked_as_ours(world: World) -> None:
    first = letter()
    world.arrives(first)
    record = world.all(Record)[0]
    world.write(records.follow, record.id, agent_id=world.berta.id)
    world.arrives(letter(in_reply_to=(first.message_id,), text="More smoke."))
    copy = world.all(Delivery)[0]
    mail = world.read(outgoing, copy.id)
    key = world.read(desk_facts.read).key
    assert mail.sender == Mailbox("Anna via Night", "support@desk.test")
    assert mail.to == (Mailbox("Berta", "berta@staff.test"),)
    assert mail.reply_to is not None
    parts = tokens.read_reply_address(key, mail.reply_to.address)
    assert parts is not None
    assert (parts.record_id, parts.message_id, parts.valid) == (record.id, world.all(Message)[-1].id, True)
    assert tokens.recipient_matches(key, parts, "berta@staff.test")
    assert tokens.is_our_message_id(key, mail.message_id)
    assert tokens.is_our_loop_tag(key, mail.loop_tag)
    assert mail.automatic == "auto-generated"
    assert mail.references == (first.message_id,)
    assert "More smoke." in mail.text
    assert tokens.read_envelope_sender(key, copy.envelope_from) == copy.id


def test_an_agents_answer_by_mail_reaches_the_customer_and_ends_our_turn(world: World) -> None:
    first = letter()
    world.arrives(first)
    record = world.all(Record)[0]
    world.write(records.follow, record.id, agent_id=world.berta.id)
    world.write(records.follow, record.id, agent_id=world.anton.id)
    world.arrives(letter(in_reply_to=(first.message_id,)))
    reply_to = world.all(Delivery, col(Delivery.channel) == Channel.EMAIL)[0].reply_to
    answer = letter("Berta <berta@staff.test>", to=reply_to, text="Use water.")
    assert world.arrives(answer) is Target.RECORD
    message = world.all(Message)[-1]
    assert (message.author_agent_id, message.verified, message.kind) == (world.berta.id, True, MessageKind.EMAIL)
    assert world.all(Record)[0].need is Need.WAITING
    copies = world.all(Delivery, col(Delivery.message_id) == message.id)
    assert {copy.recipient for copy in copies} == {"anna@customer.test", f"agent:{world.anton.id}"}


def test_an_unproved_agent_address_is_nobodys_word(world: World) -> None:
    first = letter()
    world.arrives(first)
    record = world.all(Record)[0]
    world.write(records.follow, record.id, agent_id=world.anton.id)
    world.write(records.follow, record.id, contact_id=record.contact_id)
    world.arrives(letter("Berta <berta@staff.test>", in_reply_to=(first.message_id,), text="Pay here."))
    message = world.all(Message)[-1]
    assert (message.author_agent_id, message.verified) == (None, False)
    assert world.all(Record)[0].need is Need.NEEDS_US
    copies = world.all(Delivery, col(Delivery.message_id) == message.id)
    assert {copy.recipient for copy in copies} == {f"agent:{world.anton.id}"}


def test_people_in_to_and_cc_get_no_second_copy(world: World) -> None:
    first = letter()
    world.arrives(first)
    record = world.all(Record)[0]
    world.write(records.follow, record.id, agent_id=world.berta.id)
    world.arrives(letter(in_reply_to=(first.message_id,), cc=(Mailbox("", "Berta@Staff.test"),)))
    assert world.all(Delivery) == []
    assert [name for name, _ in world.all(Message)[-1].left_out] == ["Berta"]


def test_our_own_relay_coming_back_is_dropped(world: World) -> None:
    key = world.read(desk_facts.read).key
    assert world.arrives(letter(loop_tag=tokens.loop_tag(key))) is Target.LOOP
    assert world.all(Message) == []
    assert world.arrives(letter(loop_tag="forged")) is Target.NEW


def test_too_large_mail_is_a_message_with_a_warning(world: World) -> None:
    batch = Batch("INBOX", Cursor(7, 3), (Fetched(3, None, 99_000_000, b"Subject: huge\r\n\r\n"),), False)
    assert world.write(receive.keep, account_id=world.account_id, batch=batch, now=world.now) == 1
    stored = world.all(RawMail)[0]
    assert (stored.content, stored.size_bytes) == (b"Subject: huge\r\n\r\n", 99_000_000)
    world.write(route.place, raw_id=stored.id, mail=letter(), now=world.now)
    assert "Too large (99000000 bytes)" in world.all(Message)[0].warnings[0]


def test_many_in_one_transaction_stand_for_themselves(world: World) -> None:
    mails = [letter(f"P{n} <p{n}@customer.test>") for n in range(5)]
    ids = [world.keep(mail) for mail in mails]
    items = list(zip(ids, mails, strict=True))
    items[2] = (ids[2], replace(mails[2], message_id="x\0y" if not world.database.sqlite else mails[2].message_id))
    placed = world.write(route.place_many, items, world.now)
    expected = Target.NEW if world.database.sqlite else None
    assert placed == [Target.NEW, Target.NEW, expected, Target.NEW, Target.NEW]
    assert len(world.all(Record)) == placed.count(Target.NEW)
