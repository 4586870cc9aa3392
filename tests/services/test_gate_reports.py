"""Reports that come back: what they prove, what they change, and sending again to a corrected address."""

from typing import Any

import pytest
from sqlmodel import col

from models.services import resend
from models.services.outgoing import outgoing
from models.store import contacts, records
from models.tables.desk import Contact
from models.tables.mail import Delivery, RawMail
from models.tables.record import Message, Record
from models.types.delivery import DeliveryState
from models.types.errors import NotAllowed
from models.types.mail import Bounce, BounceRecipient, IncomingMail
from models.types.message import MailClass
from models.types.outbox import Accepted
from models.types.people import Channel
from models.types.record import Need
from models.types.routing import Target
from tests.services.letters import World, letter

HARD = BounceRecipient("anna@customer.test", "5.1.1", "hard", "user", "550 5.1.1 unknown")


@pytest.fixture
def copy(world: World) -> Any:
    """An answer that was sent to Anna; its copy."""
    world.arrives(letter())
    world.sends(1, "Use water.")
    world.wait(minutes=1)
    world.delivers(Accepted("250"))
    return world.all(Delivery)[0]


def report(to: str, *about: BounceRecipient, **said: Any) -> IncomingMail:
    bounce = Bounce(is_bounce=not said.get("is_complaint"), recipients=about, **said)
    return letter(
        "<mailer-daemon@mx.test>", to=to, text="not delivered", mail_class=MailClass.REPORT, bounce=bounce,
        return_path="", auto_generated=True, no_autoreply=True,
    )  # fmt: skip


def state(world: World) -> DeliveryState:
    return DeliveryState(world.all(Delivery)[0].state)


def test_a_hard_bounce_of_our_message_in_another_case(world: World, copy: Any) -> None:
    sent = world.read(outgoing, copy.id).message_id
    assert world.arrives(report("support@desk.test", HARD, original_ids=(sent.upper(),))) is Target.BOUNCE
    assert state(world) is DeliveryState.BOUNCED
    record = world.all(Record)[0]
    assert (record.need, record.need_reason) == (Need.NEEDS_US, "bounced")


SOFT = BounceRecipient("anna@customer.test", "4.2.2", "soft", "full", "452 4.2.2 mailbox full")
LATE = BounceRecipient("anna@customer.test", "4.4.7", "delayed", "system", "still trying")


@pytest.mark.parametrize(
    ("reports", "bounced"),
    [
        ([(0, SOFT), (71, SOFT)], False),
        ([(0, SOFT), (73, SOFT)], True),
        ([(0, SOFT), (30, SOFT), (43, SOFT)], True),
        ([(0, LATE), (30, LATE), (60, LATE)], False),
        ([(0, LATE), (73, SOFT)], False),
        ([(0, SOFT), (80, LATE)], False),
    ],
)
def test_soft_bounces_for_three_days_are_hard(
    world: World, copy: Any, reports: list[tuple[int, BounceRecipient]], bounced: bool
) -> None:
    for hours, about in reports:
        world.wait(hours=hours)
        world.arrives(report(copy.envelope_from, about))
    record = world.all(Record)[0]
    found = (state(world) is DeliveryState.BOUNCED, record.need is Need.NEEDS_US, record.need_reason == "bounced")
    assert found == (bounced, bounced, bounced)
    assert bool(world.all(Contact)[0].undeliverable) == bounced


def test_who_writes_meanwhile_begins_anew(world: World, copy: Any) -> None:
    world.arrives(report(copy.envelope_from, SOFT))
    world.wait(hours=50)
    world.arrives(letter(text="I am back."))
    world.wait(hours=30)
    world.arrives(report(copy.envelope_from, SOFT))
    assert state(world) is DeliveryState.SENT


@pytest.mark.parametrize("kind", ["soft", "delayed"])
def test_a_delay_is_information(world: World, copy: Any, kind: str) -> None:
    about = BounceRecipient("anna@customer.test", "4.4.7", kind, "system", "still trying")
    assert world.arrives(report(copy.envelope_from, about)) is Target.BOUNCE
    assert (state(world), world.all(Record)[0].need) == (DeliveryState.SENT, Need.WAITING)
    assert world.all(Delivery)[0].server_text == "still trying"
    assert world.all(Contact)[0].undeliverable == ""


def test_a_complaint_marks_the_customer_and_brings_the_record_back(world: World, copy: Any) -> None:
    hidden = report(copy.envelope_from, is_complaint=True)
    assert world.arrives(hidden) is Target.BOUNCE
    assert state(world) is DeliveryState.SENT
    assert "called our mail spam" in world.all(Contact)[0].undeliverable
    assert (world.all(Record)[0].need, world.all(Record)[0].need_reason) == (Need.NEEDS_US, "complaint")


@pytest.mark.parametrize(
    "forged",
    [
        report("support@desk.test", HARD, original_ids=("<never-sent@desk.test>",)),
        report("support+d1.aaaaaaaaaaaaaaaa@desk.test", HARD),
        report("support@desk.test", HARD, original_ids=("<nd.1.abc.aaaaaaaaaaaaaaaa@desk.test>",)),
        report("support@desk.test", is_complaint=True, original_ids=("<never-sent@desk.test>",)),
    ],
    ids=["an id we never made", "an envelope not signed", "an id that looks like ours", "a complaint of nothing"],
)
def test_forged_reports_touch_nothing(world: World, copy: Any, forged: IncomingMail) -> None:
    messages = len(world.all(Message))
    assert world.arrives(forged) in (Target.BOUNCE, Target.QUARANTINE)
    assert state(world) is DeliveryState.SENT
    assert world.all(Record)[0].need is Need.WAITING
    assert (world.all(Contact)[0].undeliverable, len(world.all(Message))) == ("", messages)
    assert world.all(RawMail)[-1].state in ("ignored", "quarantined")


def test_reports_are_passed_on_to_nobody(world: World, copy: Any) -> None:
    bob = world.write(contacts.ensure, "bob@partner.test", "Bob", world.now)
    world.write(records.follow, 1, contact_id=bob.id)
    world.write(records.follow, 1, agent_id=world.berta.id)
    world.arrives(report(copy.envelope_from, HARD))
    last = world.all(Message)[-1]
    assert last.mail_class is MailClass.REPORT
    assert world.all(Delivery, col(Delivery.message_id) == last.id) == []


def test_sent_again_to_a_corrected_address(world: World, copy: Any) -> None:
    world.arrives(report(copy.envelope_from, HARD))
    first_id = world.read(outgoing, copy.id).message_id
    said = world.write(resend.resend, copy.id, world.now, " Anna.B@customer.test ")
    assert said == "Sending to anna.b@customer.test instead of anna@customer.test."
    old, new = world.all(Delivery)
    assert (old.state, old.sentence) == (DeliveryState.BOUNCED, "It was sent to anna.b@customer.test instead.")
    assert (new.state, new.recipient, new.message_id) == (DeliveryState.QUEUED, "anna.b@customer.test", old.message_id)
    mail = world.read(outgoing, new.id)
    assert ([one.address for one in mail.to], mail.text, mail.message_id) == (
        ["anna.b@customer.test"], "Use water.", first_id,
    )  # fmt: skip
    assert new.envelope_from != old.envelope_from
    world.delivers()
    assert world.all(Delivery)[1].state is DeliveryState.SENT
    back = world.arrives(letter("<anna.b@customer.test>", to=new.reply_to))
    assert (back, world.all(Message)[-1].verified) == (Target.RECORD, True)


def test_not_sent_again_where_it_may_not_go(world: World, copy: Any) -> None:
    with pytest.raises(NotAllowed):
        world.write(resend.resend, copy.id, world.now, "anna.b@customer.test")
    world.arrives(report(copy.envelope_from, HARD))
    for address in ("no address", "support@desk.test"):
        with pytest.raises(NotAllowed):
            world.write(resend.resend, copy.id, world.now, address)
    world.write(resend.resend, copy.id, world.now, "anna.b@customer.test")
    with pytest.raises(NotAllowed):
        world.write(resend.resend, copy.id, world.now, "anna.b@customer.test")


def test_a_notes_copy_is_never_sent_again_to_an_outsider(world: World) -> None:
    from models.types.draft_mode import DraftMode
    from models.types.outbox import Phase, Reason, Refused

    world.arrives(letter())
    world.write(records.follow, 1, agent_id=world.berta.id)
    world.sends(1, "They never pay.", mode=DraftMode.NOTE)
    world.wait(minutes=1)
    world.delivers(Refused(Reason.USER, Phase.RCPT, "550 no such user", 550))
    note = next(one for one in world.all(Delivery) if one.channel is Channel.EMAIL)
    assert note.state is DeliveryState.FAILED
    with pytest.raises(NotAllowed):
        world.write(resend.resend, note.id, world.now, "anna@customer.test")
    assert "anna@customer.test" not in {one.recipient for one in world.all(Delivery)}
