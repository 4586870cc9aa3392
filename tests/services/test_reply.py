"""Sending: who gets it, what it looks like, the guard, the hold, and taking it back."""

import pytest
from sqlmodel import col

from models.rules import tokens
from models.services import reply, settle
from models.services.outgoing import outgoing
from models.store import desk_facts, drafts, records
from models.tables.mail import Delivery
from models.tables.record import Draft, Message, Record, UndoStep
from models.types.delivery import DeliveryState
from models.types.draft import NotSendable, Sent, Stopped
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed, NotFound
from models.types.mail import Mailbox
from models.types.message import Direction, MessageKind
from models.types.people import Channel, Why
from models.types.record import Need
from models.types.routing import Target
from tests.services.letters import World, letter


@pytest.fixture
def record_id(world: World) -> int:
    world.arrives(letter(cc=(Mailbox("Carl", "carl@customer.test"),), text="It burns.\nHelp!"))
    return int(world.all(Record)[0].id)


def test_a_reply_goes_to_author_and_readers_of_the_mail_and_ends_our_turn(world: World, record_id: int) -> None:
    sent = world.sends(record_id, "Use water.")
    assert isinstance(sent, Sent)
    assert sent.hold_until == world.now.replace(second=13)
    message = world.all(Message)[-1]
    assert (message.id, message.kind, message.direction) == (sent.message_id, MessageKind.EMAIL, Direction.OUT)
    assert (message.author_agent_id, message.sender) == (world.anton.id, "Night <support@desk.test>")
    assert message.to == ["Anna <anna@customer.test>", "Carl <carl@customer.test>"]
    copies = world.all(Delivery)
    assert [(c.recipient, c.state, c.lane, c.why) for c in copies] == [
        ("anna@customer.test", DeliveryState.HELD, 0, Why.TO),
        ("carl@customer.test", DeliveryState.HELD, 0, Why.TO),
    ]
    assert len({c.reply_to for c in copies}) == len({c.envelope_from for c in copies}) == 2
    record = world.all(Record)[0]
    assert (record.need, record.preview) == (Need.WAITING, "Use water.")
    assert world.all(Draft) == []


def test_the_mail_threads_with_what_it_answers(world: World, record_id: int) -> None:
    world.sends(record_id, "Use water.")
    first = world.all(Message)[0]
    key = world.read(desk_facts.read).key
    mail = world.read(outgoing, world.all(Delivery)[0].id)
    assert (mail.sender, mail.subject) == (Mailbox("Night", "support@desk.test"), "Re: Printer on fire [#1001]")
    assert (mail.to, mail.cc) == (
        (Mailbox("Anna", "anna@customer.test"),),
        (Mailbox("Carl", "carl@customer.test"),),
    )
    assert (mail.in_reply_to, mail.references) == (first.message_id, (first.message_id,))
    assert tokens.is_our_message_id(key, mail.message_id)
    assert (mail.text, mail.quoted) == ("Use water.", "It burns.\nHelp!")
    assert mail.quoted_intro == "On 02 Mar 2026 at 09:00 UTC, Anna wrote:"
    assert (mail.automatic, mail.loop_tag) == ("", "")


def test_the_customers_answer_to_the_reply_address_comes_back_proved(world: World, record_id: int) -> None:
    world.sends(record_id, "Use water.")
    reply_to = world.all(Delivery)[0].reply_to
    assert world.arrives(letter(to=reply_to, text="It works.")) is Target.RECORD
    message = world.all(Message)[-1]
    assert (message.record_id, message.verified, message.text) == (record_id, True, "It works.")
    assert world.all(Record)[0].need is Need.NEEDS_US


def test_brand_signature_stands_below_the_text_once(world: World, record_id: int) -> None:
    from sqlalchemy import update

    from models.tables.desk import Brand

    world.write(lambda session: session.execute(update(Brand).values(signature="Night Ltd")))
    world.sends(record_id, "Use water.")
    assert world.read(outgoing, world.all(Delivery)[0].id).text == "Use water.\n\n-- \nNight Ltd"


def test_a_note_stays_inside_and_leaves_the_turn_alone(world: World, record_id: int) -> None:
    record = world.all(Record)[0]
    world.write(records.follow, record_id, agent_id=world.berta.id)
    world.write(records.follow, record_id, contact_id=record.contact_id)
    sent = world.sends(record_id, "He never pays.", mode=DraftMode.NOTE)
    assert isinstance(sent, Sent)
    message = world.all(Message)[-1]
    assert (message.kind, message.direction, message.to) == (MessageKind.NOTE, Direction.INSIDE, [])
    assert [(c.recipient, c.channel) for c in world.all(Delivery)] == [("berta@staff.test", Channel.EMAIL)]
    assert world.all(Record)[0].need is Need.NEEDS_US
    mail = world.read(outgoing, world.all(Delivery)[0].id)
    assert mail.to == (Mailbox("Berta", "berta@staff.test"),)
    assert mail.text.startswith("He never pays.")


def test_an_answer_to_a_notes_mail_stays_a_note(world: World, record_id: int) -> None:
    world.write(records.follow, record_id, agent_id=world.berta.id)
    world.write(records.follow, record_id, contact_id=world.all(Record)[0].contact_id)
    world.sends(record_id, "He never pays.", mode=DraftMode.NOTE)
    reply_to = world.all(Delivery)[0].reply_to
    world.arrives(letter("Berta <berta@staff.test>", to=reply_to, text="Indeed he does not."))
    message = world.all(Message)[-1]
    assert (message.kind, message.author_agent_id) == (MessageKind.NOTE, world.berta.id)
    copies = world.all(Delivery, col(Delivery.message_id) == message.id)
    assert [copy.recipient for copy in copies] == [f"agent:{world.anton.id}"]


def test_a_reply_may_not_repeat_a_note(world: World, record_id: int) -> None:
    world.sends(record_id, "This customer never pays his bills.", mode=DraftMode.NOTE)
    answer = world.sends(record_id, "Hello,\n> this customer never\n> pays his bills.\n")
    assert isinstance(answer, NotSendable)
    assert "internal note" in answer.problems[0]
    assert len(world.all(Message)) == 2


def test_an_empty_text_is_not_sent(world: World, record_id: int) -> None:
    assert isinstance(world.sends(record_id, "  \n"), NotSendable)
    assert len(world.all(Draft)) == 1


@pytest.mark.parametrize("what", ["mail", "note", "reply"])
def test_news_stops_a_send_until_it_was_seen(world: World, record_id: int, what: str) -> None:
    seen = world.newest(record_id)
    draft_id = world.write_draft(record_id, "Use water.")
    if what == "mail":
        world.arrives(letter(in_reply_to=(world.all(Message)[0].message_id,), text="Too late."))
    elif what == "note":
        world.sends(record_id, "Too late.", mode=DraftMode.NOTE)
    else:
        world.sends(record_id, "Too late.", agent=world.berta)

    def send(base: int) -> object:
        return world.write(
            reply.send, draft_id=draft_id, agent_id=world.anton.id, base=base, now=world.now, hold_seconds=13
        )

    stopped = send(seen)
    assert isinstance(stopped, Stopped)
    assert [news.text for news in stopped.news] == ["Too late."]
    assert len(world.all(Draft)) == 1
    assert isinstance(send(stopped.newest), Sent)


def test_a_draft_of_somebody_else_cannot_be_sent(world: World, record_id: int) -> None:
    draft_id = world.write_draft(record_id, "Use water.")
    with pytest.raises(NotFound):
        world.write(reply.send, draft_id=draft_id, agent_id=world.berta.id, base=99, now=world.now, hold_seconds=0)


def test_take_back_restores_draft_and_record_and_leaves_no_copy(world: World, record_id: int) -> None:
    before = world.all(Record)[0]
    sent = world.sends(record_id, "Use water.", to=("carl@customer.test",))
    assert isinstance(sent, Sent)
    world.wait(seconds=5)
    draft = world.write(reply.take_back, sent.message_id, world.anton.id, world.now)
    assert (draft.text, draft.to, draft.mode) == ("Use water.", ("carl@customer.test",), DraftMode.REPLY)
    assert world.all(Delivery) == []
    assert len(world.all(Message)) == 1
    after = world.all(Record)[0]
    assert (after.need, after.need_since, after.need_reason, after.position, after.preview) == (
        before.need, before.need_since, before.need_reason, before.position, before.preview,
    )  # fmt: skip
    assert world.read(records.followers, record_id) == ()
    again = world.write(
        reply.send, draft_id=draft.id, agent_id=world.anton.id, base=draft.base, now=world.now, hold_seconds=13
    )
    assert isinstance(again, Sent)
    assert again.message_id > sent.message_id, "an id used again would blind the guard"


def test_news_while_a_send_was_held_stops_the_next_send(world: World, record_id: int) -> None:
    sent = world.sends(record_id, "Use water.")
    assert isinstance(sent, Sent)
    world.arrives(letter(in_reply_to=(world.all(Message)[0].message_id,), text="Out already."))
    draft = world.write(reply.take_back, sent.message_id, world.anton.id, world.now)
    assert world.all(Record)[0].need is Need.NEEDS_US
    again = world.write(
        reply.send, draft_id=draft.id, agent_id=world.anton.id, base=draft.base, now=world.now, hold_seconds=13
    )
    assert isinstance(again, Stopped)


def test_too_late_to_take_back_says_the_true_state(world: World, record_id: int) -> None:
    sent = world.sends(record_id, "Use water.")
    assert isinstance(sent, Sent)
    world.wait(seconds=14)
    world.claims(limit=1)
    with pytest.raises(NotAllowed, match="being sent to Anna"):
        world.write(reply.take_back, sent.message_id, world.anton.id, world.now)
    world.wait(minutes=5)
    world.write(settle.recover, world.now)
    with pytest.raises(NotAllowed, match="tried"):
        world.write(reply.take_back, sent.message_id, world.anton.id, world.now)
    world.delivers()
    with pytest.raises(NotAllowed, match="sent"):
        world.write(reply.take_back, sent.message_id, world.anton.id, world.now)
    assert len(world.all(Message)) == 2


def test_text_begun_since_stays_below_what_is_taken_back(world: World, record_id: int) -> None:
    sent = world.sends(record_id, "Use water.")
    assert isinstance(sent, Sent)
    world.write_draft(record_id, "And sand.")
    draft = world.write(reply.take_back, sent.message_id, world.anton.id, world.now)
    assert draft.text == "Use water.\n\nAnd sand."


def test_without_a_sending_account_nothing_can_be_sent(world: World, record_id: int) -> None:
    from sqlalchemy import update

    from models.tables.mail import Account

    world.write(lambda session: session.execute(update(Account).values(smtp_host="")))
    answer = world.sends(record_id, "Use water.")
    assert isinstance(answer, NotSendable)
    assert "no address this record may be answered from" in answer.problems[0]


def test_a_draft_shows_what_sending_will_do(world: World, record_id: int) -> None:
    draft_id = world.write_draft(record_id, "Use water.")
    view = world.read(reply.draft_view, draft_id, world.anton.id)
    assert [person.address for person in view.audience.recipients] == ["anna@customer.test", "carl@customer.test"]
    assert (view.sender, view.sender_rule[0]) == ("Night <support@desk.test>", "F")
    world.write(drafts.save, draft_id, subject="", text="x", to=("dora@other.test",), now=world.now)
    view = world.read(reply.draft_view, draft_id, world.anton.id)
    assert [person.address for person in view.audience.recipients] == ["dora@other.test"]


def test_undo_step_names_the_message(world: World, record_id: int) -> None:
    sent = world.sends(record_id, "Use water.")
    assert isinstance(sent, Sent)
    step = world.all(UndoStep)[-1]
    assert (step.verb, step.before["message_id"]) == ("send", sent.message_id)
