"""What an agent does with quarantined mail, each taken back by one key, and rules for senders."""

import pytest
from sqlmodel import col

from models.services import quarantine, triage, undo
from models.store import records
from models.tables.desk import Contact, SenderRule
from models.tables.mail import Delivery, RawMail
from models.tables.record import Message, Record
from models.types.errors import NotAllowed, NotFound
from models.types.mail import IncomingMail
from models.types.record import Need
from models.types.routing import Target
from tests.services.letters import World, letter


@pytest.fixture
def lost(world: World) -> IncomingMail:
    """A mail in quarantine beside one ticket; its raw id is 2."""
    world.arrives(letter())
    mail = letter("Eve <eve@stranger.test>", to="nobody@elsewhere.test", text="Lost.")
    assert world.arrives(mail) is Target.QUARANTINE
    return mail


def raw(world: World) -> RawMail:
    found = world.all(RawMail, col(RawMail.id) == 2)[0]
    assert isinstance(found, RawMail)
    return found


def takes_back(world: World) -> str:
    return str(world.write(undo.undo_newest, world.anton.id, world.now).sentence)


def as_it_was(world: World, before: RawMail) -> bool:
    now = raw(world)
    return (now.state, now.reason, now.tried) == (before.state, before.reason, before.tried)


def test_attached_and_taken_back(world: World, lost: IncomingMail) -> None:
    before = raw(world)
    world.write(triage.done, 1, world.berta.id, world.now)
    done_at = world.all(Record)[0].need_since
    world.wait(minutes=5)
    said = world.write(quarantine.attach, 2, lost, 1001, world.anton.id, world.now)
    assert said == "The mail is on #1001 now."
    record = world.all(Record)[0]
    assert (record.need, record.preview, raw(world).state) == (Need.NEEDS_US, "Lost.", "routed")
    assert takes_back(world) == "The mail is in quarantine again."
    record = world.all(Record)[0]
    assert (record.need, record.need_since, record.preview) == (Need.DONE, done_at, "It burns.")
    assert as_it_was(world, before)
    assert "Lost." not in {message.text for message in world.all(Message)}
    world.write(quarantine.attach, 2, lost, 1001, world.anton.id, world.now)
    assert raw(world).state == "routed"


def test_a_turn_taken_since_stays_when_the_mail_is_taken_off(world: World, lost: IncomingMail) -> None:
    world.write(quarantine.attach, 2, lost, 1001, world.anton.id, world.now)
    world.wait(minutes=5)
    world.write(triage.done, 1, world.berta.id, world.now)
    takes_back(world)
    assert world.all(Record)[0].need is Need.DONE


def test_what_a_colleague_got_by_mail_cannot_be_taken_back(world: World, lost: IncomingMail) -> None:
    world.write(records.follow, 1, agent_id=world.berta.id)
    world.write(quarantine.attach, 2, lost, 1001, world.anton.id, world.now)
    assert len(world.delivers()) == 1
    assert takes_back(world) == "Too late: Berta got a copy by mail. The mail stays on #1001."
    assert raw(world).state == "routed"
    assert len(world.all(Delivery)) == 1


def test_attached_to_nothing(world: World, lost: IncomingMail) -> None:
    with pytest.raises(NotFound):
        world.write(quarantine.attach, 2, lost, 4711, world.anton.id, world.now)
    with pytest.raises(NotFound):
        world.write(quarantine.attach, 99, lost, 1001, world.anton.id, world.now)
    with pytest.raises(NotAllowed):
        world.write(quarantine.attach, 1, lost, 1001, world.anton.id, world.now)


def test_opened_and_taken_back(world: World, lost: IncomingMail) -> None:
    before = raw(world)
    said = world.write(quarantine.open_record, 2, lost, "order", world.anton.id, world.now)
    assert said == "The mail opened order #1002."
    assert takes_back(world) == "The mail is in quarantine again."
    assert [record.number for record in world.all(Record)] == [1001]
    assert as_it_was(world, before)
    world.write(quarantine.open_record, 2, lost, "order", world.anton.id, world.now)
    world.write(triage.take, world.all(Record)[-1].id, world.berta.id, world.now)
    assert takes_back(world) == "The record was worked on since; it stays."
    assert len(world.all(Record)) == 2


def test_spam_and_taken_back(world: World, lost: IncomingMail) -> None:
    before = raw(world)
    world.write(quarantine.mark_spam, 2, lost, world.anton.id, world.now)
    assert raw(world).state == "spam"
    assert world.arrives(letter("Eve <eve@stranger.test>")) is Target.NEW
    assert takes_back(world) == "The mail is in quarantine again."
    assert as_it_was(world, before)


@pytest.mark.parametrize("whom", [quarantine.ADDRESS, quarantine.DOMAIN])
def test_a_blocked_senders_mail_is_spam_until_that_is_taken_back(world: World, lost: IncomingMail, whom: str) -> None:
    world.write(quarantine.mark_spam, 2, lost, world.anton.id, world.now, from_now_on=whom)
    assert world.arrives(letter("Eve <EVE@stranger.test>")) is Target.SPAM
    assert world.all(RawMail)[-1].tried[-1][:2] == ["blocked sender", "yes"]
    colleague = world.arrives(letter("Ed <ed@stranger.test>"))
    assert colleague is (Target.SPAM if whom == quarantine.DOMAIN else Target.NEW)
    assert world.arrives(letter("<eve@sub.stranger.test>")) is Target.NEW
    takes_back(world)
    assert world.all(SenderRule) == []
    assert world.arrives(letter("Eve <eve@stranger.test>")) is Target.NEW


def test_a_senders_mail_opens_records_from_now_on(world: World, lost: IncomingMail) -> None:
    world.write(quarantine.open_record, 2, lost, "order", world.anton.id, world.now, from_now_on=quarantine.ADDRESS)
    again = letter("Eve <eve@stranger.test>", to="nobody@elsewhere.test")
    assert world.arrives(again) is Target.NEW
    assert world.all(Record)[-1].kind == "order"
    assert world.all(Message)[-1].tried[-1][:2] == ["sender rule", "yes"]
    answer = letter("Eve <eve@stranger.test>", to="nobody@elsewhere.test", in_reply_to=(again.message_id,))
    assert world.arrives(answer) is Target.RECORD


def test_the_rule_said_before_comes_back(world: World, lost: IncomingMail) -> None:
    world.write(quarantine.mark_spam, 2, lost, world.anton.id, world.now, from_now_on=quarantine.ADDRESS)
    second = letter("Eve <eve@stranger.test>", to="nobody@elsewhere.test", message_id="")
    raw_id = world.keep(second)
    from models.services import route

    world.write(route.give_up, raw_id, "to look at", world.now)
    address = quarantine.ADDRESS
    world.write(quarantine.open_record, raw_id, second, "order", world.anton.id, world.now, from_now_on=address)
    assert [(rule.sender, rule.verb, rule.kind) for rule in world.all(SenderRule)] == [
        ("eve@stranger.test", "open", "order")
    ]
    takes_back(world)
    assert [(rule.sender, rule.verb) for rule in world.all(SenderRule)] == [("eve@stranger.test", "spam")]


@pytest.mark.parametrize("sender", ["support@desk.test", "berta@staff.test"])
def test_no_rule_and_no_customer_is_made_of_ourselves(world: World, sender: str) -> None:
    mail = letter(f"<{sender}>", to="nobody@elsewhere.test", text="forged")
    raw_id = world.keep(mail)
    from models.services import route

    world.write(route.give_up, raw_id, "forged", world.now)
    with pytest.raises(NotAllowed):
        world.write(quarantine.mark_spam, raw_id, mail, world.anton.id, world.now, from_now_on=quarantine.ADDRESS)
    with pytest.raises(NotAllowed):
        world.write(quarantine.make_contact, raw_id, mail, world.anton.id, world.now)
    assert (world.all(SenderRule), world.all(Contact)) == ([], [])


def test_a_customer_made_and_taken_back(world: World, lost: IncomingMail) -> None:
    assert world.write(quarantine.make_contact, 2, lost, world.anton.id, world.now) == "Eve is a customer now."
    assert raw(world).state == "quarantined"
    assert "eve@stranger.test" in {contact.email for contact in world.all(Contact)}
    assert takes_back(world) == "They are no customer any more."
    assert "eve@stranger.test" not in {contact.email for contact in world.all(Contact)}
    world.write(quarantine.make_contact, 2, lost, world.anton.id, world.now)
    world.arrives(letter("Eve <eve@stranger.test>"))
    assert "stay one" in takes_back(world)
    assert "eve@stranger.test" in {contact.email for contact in world.all(Contact)}
