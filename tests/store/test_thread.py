from datetime import timedelta

from models.store.plain import Reader
from models.store.thread import thread
from models.tables.record import Attachment
from models.types.delivery import DeliveryState
from models.types.message import AttachmentView, DeliveryView, Direction, FollowerView, MailClass, MessageKind
from models.types.people import Channel, Why
from tests.store.world import NOW, World


def test_the_newest_messages_oldest_first(reader: Reader, world: World) -> None:
    record, other = world.record(), world.record()
    messages = [world.message(record, f"{number}") for number in range(5)]
    world.message(other)
    found = thread(reader, record, agent_id=world.me, now=NOW, limit=3)
    assert found is not None
    assert [message.id for message in found.messages] == messages[2:]
    assert (found.row.id, found.older) == (record, 2)


def test_a_record_without_messages(reader: Reader, world: World) -> None:
    found = thread(reader, world.record(), agent_id=world.me, now=NOW)
    assert found is not None
    assert (found.messages, found.older, found.followers) == ((), 0, ())
    assert thread(reader, 999_999, agent_id=world.me, now=NOW) is None


def test_a_message_holds_what_the_thread_shows(reader: Reader, world: World) -> None:
    record = world.record()
    message = world.message(
        record,
        "Reply\n> quoted",
        kind=MessageKind.EMAIL,
        direction=Direction.OUT,
        mail_class=MailClass.OWN,
        author_agent_id=world.me,
        author_contact_id=None,
        verified=True,
        new_text="Reply",
        to=["Anna <anna@example.org>"],
        cc=["b@example.org"],
        sent_at=NOW - timedelta(seconds=5),
        tried=[["token", "yes", "signed for anna@example.org"]],
        warnings=["not fully parsed"],
        message_id="<1@desk.test>",
    )
    world.add(Attachment(message_id=message, name="a.pdf", media_type="application/pdf", size_bytes=3, content=b"abc"))
    found = thread(reader, record, agent_id=world.me, now=NOW)
    assert found is not None
    (shown,) = found.messages
    assert (shown.kind, shown.direction, shown.mail_class) == (MessageKind.EMAIL, Direction.OUT, MailClass.OWN)
    assert (shown.author_login, shown.verified, shown.new_text) == ("ada", True, "Reply")
    assert (shown.to, shown.cc) == (("Anna <anna@example.org>",), ("b@example.org",))
    assert (shown.created_at, shown.sent_at) == (NOW, NOW - timedelta(seconds=5))
    assert shown.why == (("token", "yes", "signed for anna@example.org"),)
    assert (shown.warnings, shown.message_id) == (("not fully parsed",), "<1@desk.test>")
    assert shown.attachments == (AttachmentView(1, "a.pdf", "application/pdf", 3),)


def test_each_copy_says_how_far_it_is(reader: Reader, world: World) -> None:
    record = world.record()
    message = world.message(record, direction=Direction.OUT)
    held = world.delivery(message, record, "a@example.org", name="Anna", state=DeliveryState.HELD)
    again = world.delivery(message, record, "b@example.org", attempts=2, sentence="Try again.", server_text="451 no")
    first = world.delivery(message, record, "c@example.org", why=Why.FOLLOWER)
    inbox = world.delivery(
        message, record, "agent:1", channel=Channel.INBOX, state=DeliveryState.DELIVERED, agent_id=world.me
    )
    found = thread(reader, record, agent_id=world.me, now=NOW)
    assert found is not None
    mail, to = Channel.EMAIL, Why.TO
    assert found.messages[0].deliveries == (
        DeliveryView(held, "Anna", "a@example.org", mail, to, DeliveryState.HELD, NOW, None, 0, "", ""),
        DeliveryView(again, "", "b@example.org", mail, to, DeliveryState.QUEUED, None, NOW, 2, "Try again.", "451 no"),
        DeliveryView(first, "", "c@example.org", mail, Why.FOLLOWER, DeliveryState.QUEUED, None, None, 0, "", ""),
        DeliveryView(inbox, "", "", Channel.INBOX, to, DeliveryState.DELIVERED, None, None, 0, "", ""),
    )


def test_followers_are_listed_with_their_channel(reader: Reader, world: World) -> None:
    record = world.record()
    world.follows(record, contact_id=world.anna)
    world.follows(record, agent_id=world.me)
    found = thread(reader, record, agent_id=world.me, now=NOW)
    assert found is not None
    assert found.followers == (
        FollowerView("Anna Muster", "anna@example.org", Channel.EMAIL, staff=False),
        FollowerView("Ada", "ada@desk.test", Channel.INBOX, staff=True),
    )
