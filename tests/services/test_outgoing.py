"""Many copies gathered by one reading say what each says alone, and nothing of one gets into another."""

import contextlib
import random
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import event, insert, text, update
from sqlmodel import Session, col

from models.services import addresses, brands, draft_files, drafts, outgoing, reply, resend
from models.services.addresses import AddressChange
from models.services.brands import BrandChange
from models.store import records, sending
from models.tables.desk import Alias
from models.tables.mail import Delivery, SendingAddress
from models.tables.record import Message, Record
from models.types.actor import Actor
from models.types.delivery import DeliveryState
from models.types.draft import Sent
from models.types.draft_mode import DraftMode
from models.types.errors import NightdeskError, NotAllowed, NotFound
from models.types.mail import AttachedFile, Mailbox, OutgoingMail
from models.types.message import Direction, MailClass, MessageKind
from models.types.people import Channel
from tests.services.letters import World, letter

SUPPORT = "support@desk.test"
ANTON = Actor("anton")
PEOPLE = tuple(f"Person {n} <p{n}@customer.test>" for n in range(5))


def said(world: World, delivery_ids: Sequence[int]) -> dict[int, Any]:
    """What each says; for one that cannot be sent its error's type and words."""
    found = world.read(outgoing.many, delivery_ids)
    return {key: one if isinstance(one, OutgoingMail) else (type(one), str(one)) for key, one in found.items()}


def mails(world: World) -> list[OutgoingMail]:
    """What all copies that are mailed say, in their order."""
    found = world.read(outgoing.many, ids(world))
    assert all(isinstance(one, OutgoingMail) for one in found.values()), found
    return list(found.values())


def copies(world: World) -> list[Delivery]:
    return world.all(Delivery, col(Delivery.channel) == Channel.EMAIL)


def ids(world: World) -> list[int]:
    return [copy.id for copy in copies(world) if copy.id is not None]


def set_up(world: World, work: Any, *args: Any, **keys: Any) -> None:
    world.write(work, ANTON, *args, now=world.now, **keys)


def ticket(world: World, **keys: Any) -> int:
    world.arrives(letter(**keys))
    return int(world.all(Record)[-1].id)


def answers(world: World, record_id: int, text: str, sender: str = "") -> None:
    draft_id = world.write_draft(record_id, text)
    if sender:
        world.write(drafts.choose_sender, draft_id, world.anton.id, sender, world.now)
    base = world.newest(record_id)
    sent = world.write(reply.send, draft_id=draft_id, agent_id=world.anton.id, base=base, now=world.now, hold_seconds=0)
    assert isinstance(sent, Sent)


class Busy:
    """A desk where everything happens that copies are made of."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.pick = world, random.Random(seed)
        for address in ("vip", "sales", "old"):
            change = AddressChange(display_name=address.upper(), signature=f"The {address} team")
            set_up(world, addresses.add, address=f"{address}@desk.test", account=SUPPORT, change=change)
        set_up(world, brands.add, BrandChange(name="Day"))
        set_up(world, brands.change, "Night", BrandChange(signature="Night Ltd", stay_on=True))
        world.write(lambda session: session.execute(update(Alias).values(auto_reply="We have it.")))
        for subject in ("Printer", "Rechnung für März", ""):
            ticket(world, subject=subject, sender=self.pick.choice(PEOPLE))
        self.deeds = (
            self.writes, self.writes_again, self.writes_again, self.answer, self.answer, self.answer, self.note,
            self.follow, self.follow, self.resend, self.rule, self.bind, self.deny, self.remove,
        )  # fmt: skip

    def happens(self) -> None:
        self.world.wait(minutes=self.pick.choice((1, 100)))
        with contextlib.suppress(NightdeskError):  # what the desk refuses is no copy
            self.pick.choice(self.deeds)()

    def record(self) -> Record:
        found = self.pick.choice(self.world.all(Record))
        assert isinstance(found, Record)
        return found

    def writes(self) -> None:
        files = (AttachedFile("a.txt", "text/plain", 10, "1"), AttachedFile("b.txt", "text/plain", 10**9, "2"))
        cc = tuple(Mailbox("", f"p{n}@customer.test") for n in self.pick.sample(range(5), 2))
        ticket(self.world, sender=self.pick.choice(PEOPLE), cc=cc, attachments=self.pick.choice(((), files)))

    def writes_again(self) -> None:
        answered = self.pick.choice(self.world.all(Message)).message_id
        self.world.arrives(letter(self.pick.choice(PEOPLE), in_reply_to=(answered,), text="And then?"))

    def answer(self) -> None:
        agent = self.pick.choice((self.world.anton, self.world.berta))
        record_id = self.record().id or 0
        to = self.pick.choice((None, None, ("x@other.test", "Zoe <z@other.test>")))
        draft_id = self.world.write_draft(record_id, "Try water.", agent=agent, to=to)
        try:
            if self.pick.random() < 0.4:
                named = {"name": "offer.pdf", "content": self.pick.randbytes(20)}
                self.world.write(draft_files.attach, draft_id, agent.id, now=self.world.now, **named)
            if self.pick.random() < 0.5:
                address = self.pick.choice(("vip@desk.test", "sales@desk.test", "old@desk.test"))
                self.world.write(drafts.choose_sender, draft_id, agent.id, address, self.world.now)
            base = self.world.newest(record_id)
            keys = {"draft_id": draft_id, "agent_id": agent.id, "base": base, "now": self.world.now}
            sent = isinstance(self.world.write(reply.send, hold_seconds=0, **keys), Sent)
        except NightdeskError:
            sent = False
        if not sent:
            self.world.write(drafts.discard, draft_id, agent.id, self.world.now)

    def note(self) -> None:
        agent = self.pick.choice((self.world.anton, self.world.berta))
        self.world.sends(self.record().id or 0, "Between us.", mode=DraftMode.NOTE, agent=agent)

    def follow(self) -> None:
        record = self.record()
        staff = self.pick.choice((self.world.anton.id, self.world.berta.id, None))
        who = {"agent_id": staff} if staff else {"contact_id": record.contact_id}
        self.world.write(records.follow, record.id, **who)

    def resend(self) -> None:
        found = copies(self.world)
        if found:
            copy = self.pick.choice(found)
            failed = update(Delivery).where(col(Delivery.id) == copy.id).values(state=DeliveryState.FAILED)
            self.world.write(lambda session: session.execute(failed))
            address = self.pick.choice(("", f"right{copy.id}@other.test"))
            self.world.write(resend.resend, copy.id, self.world.now, address)

    def rule(self) -> None:
        address = self.pick.choice(self.world.all(SendingAddress))
        self.world.write(sending.choose_for_record, self.record().id, address.id)

    def bind(self) -> None:
        address = self.pick.choice(("vip@desk.test", "sales@desk.test"))
        set_up(self.world, addresses.bind, address, [self.pick.choice(("Night", "Day"))])

    def deny(self) -> None:
        set_up(self.world, addresses.allow, "sales@desk.test", logins=["anton"])

    def remove(self) -> None:
        set_up(self.world, addresses.remove, "old@desk.test")


@pytest.mark.parametrize("seed", range(2))
def test_many_say_what_each_says_alone(world: World, seed: int) -> None:
    busy = Busy(world, seed)
    for _ in range(60):
        busy.happens()
    every = ids(world)
    alone = {delivery_id: said(world, [delivery_id])[delivery_id] for delivery_id in every}
    assert said(world, every) == alone
    busy.pick.shuffle(every)
    some = [*every[: len(every) // 2], 10**6]
    assert said(world, some) == {
        **{delivery_id: alone[delivery_id] for delivery_id in some[:-1]},
        10**6: (NotFound, "This message is not there any more."),
    }
    answered = [one for one in alone.values() if isinstance(one, OutgoingMail) and one.quoted]
    assert len(answered) > 5, "a world where little happens shows nothing"


def test_each_quotes_its_own_record_and_carries_its_own_files(world: World) -> None:
    for number in (1, 2, 3):
        name = {"sender": f"C{number} <c{number}@customer.test>", "text": f"Question {number}"}
        record = ticket(world, message_id=f"<q{number}@customer.test>", **name)
        draft_id = world.write_draft(record, f"Answer {number}")
        if number != 2:
            keys = {"name": f"f{number}.txt", "content": b"%d" % number, "now": world.now}
            world.write(draft_files.attach, draft_id, world.anton.id, **keys)
        base = world.newest(record)
        world.write(reply.send, draft_id=draft_id, agent_id=world.anton.id, base=base, now=world.now, hold_seconds=0)
    assert [
        (mail.text, mail.quoted, mail.references, [(file.name, file.content) for file in mail.attachments])
        for mail in mails(world)
    ] == [
        ("Answer 1", "Question 1", ("<q1@customer.test>",), [("f1.txt", b"1")]),
        ("Answer 2", "Question 2", ("<q2@customer.test>",), []),
        ("Answer 3", "Question 3", ("<q3@customer.test>",), [("f3.txt", b"3")]),
    ]


def test_each_is_judged_and_signed_under_its_own_address(world: World) -> None:
    for address in ("vip", "sales"):
        change = AddressChange(display_name=address.upper(), signature=f"The {address} team")
        set_up(world, addresses.add, address=f"{address}@desk.test", account=SUPPORT, change=change)
    set_up(world, brands.change, "Night", BrandChange(signature="Night Ltd"))
    for sender in ("vip@desk.test", "sales@desk.test", SUPPORT):
        answers(world, ticket(world), "Hello.", sender)
    vip, sales, support = mails(world)
    assert (str(vip.sender), vip.text) == ("VIP <vip@desk.test>", "Hello.\n\n-- \nThe vip team")
    assert (str(sales.sender), sales.text) == ("SALES <sales@desk.test>", "Hello.\n\n-- \nThe sales team")
    assert (str(support.sender), support.text) == ("Night <support@desk.test>", "Hello.\n\n-- \nNight Ltd")
    set_up(world, brands.add, BrandChange(name="Day"))
    set_up(world, addresses.allow, "sales@desk.test", logins=["berta"])
    first, second, third = ids(world)
    found = said(world, [first, second, third])
    assert (found[first], found[third]) == (vip, support)
    assert found[second][0] is NotAllowed
    assert "the author may not use it" in found[second][1]


def test_a_rules_address_is_its_own_records(world: World) -> None:
    set_up(world, addresses.add, address="vip@desk.test", account=SUPPORT, change=AddressChange())
    (vip,) = (one for one in world.all(SendingAddress) if one.email == "vip@desk.test")
    for number in (1, 2):
        record = ticket(world, message_id=f"<q{number}@customer.test>")
        world.write(records.follow, record, agent_id=world.berta.id)
        if number == 2:
            world.write(sending.choose_for_record, record, vip.id)
        world.arrives(letter(in_reply_to=(f"<q{number}@customer.test>",)))
    assert [mail.sender.address for mail in mails(world)] == [SUPPORT, "vip@desk.test"]


def test_the_thread_is_of_what_is_public_before_it_and_among_the_newest(world: World) -> None:
    full, long, mixed = (ticket(world, message_id=f"<old{n}@customer.test>") for n in (1, 2, 3))

    def later(session: Session, record_id: int, number: int, kind: MessageKind) -> None:
        values = {
            "record_id": record_id, "kind": kind, "direction": Direction.IN, "mail_class": MailClass.LIST,
            "to": [], "cc": [], "references": [], "tried": [], "warnings": [], "left_out": [],
            "created_at": world.now,
        }  # fmt: skip
        named = [{**values, "message_id": f"<{kind}{n}@{record_id}.test>"} for n in range(number)]
        session.execute(insert(Message), named)

    world.write(later, full, 198, MessageKind.LOG)
    world.write(later, long, 199, MessageKind.EMAIL)
    world.write(later, mixed, 198, MessageKind.LOG)
    for record in (full, long, mixed):
        answers(world, record, "So it is.")
    world.write(later, mixed, 1, MessageKind.EMAIL)
    last, beyond, since = mails(world)
    assert (last.references, last.quoted) == (("<old1@customer.test>",), "It burns."), "the 200th"
    assert (beyond.references[0], beyond.quoted) == (f"<email0@{long}.test>", ""), "the 201st is out of sight"
    assert (since.references, since.quoted) == (("<old3@customer.test>",), ""), "what came later counts, unseen"


@pytest.mark.parametrize(
    ("change", "said_of_it"),
    [("UPDATE delivery SET why = 'strange' WHERE id = :id", "LookupError"),
     ("UPDATE message SET to_line = '[1]' WHERE id = (SELECT message_id FROM delivery WHERE id = :id)", "Attr"),],
)  # fmt: skip
def test_a_row_nobody_can_read_stops_no_other(world: World, change: str, said_of_it: str) -> None:
    for _ in range(3):
        answers(world, ticket(world), "Hello.")
    first, second, third = ids(world)
    world.write(lambda session: session.execute(text(change), {"id": second}))
    found = said(world, [first, second, third])
    assert (found[first].text, found[third].text) == ("Hello.", "Hello.")
    assert found[second][0] is ValueError
    assert found[second][1].startswith(said_of_it)
    with pytest.raises(ValueError, match=said_of_it):
        world.read(outgoing.outgoing, second)


def test_the_copies_of_a_message_share_its_files(world: World) -> None:
    record = ticket(world)
    draft_id = world.write_draft(record, "See there.", to=("a@other.test", "b@other.test"))
    keys = {"name": "f.txt", "content": b"large", "now": world.now}
    world.write(draft_files.attach, draft_id, world.anton.id, **keys)
    base = world.newest(record)
    world.write(reply.send, draft_id=draft_id, agent_id=world.anton.id, base=base, now=world.now, hold_seconds=0)
    one, two = mails(world)
    assert one.attachments[0].content == b"large"
    assert one.attachments[0].content is two.attachments[0].content


def test_the_number_of_selects_does_not_grow_with_the_copies(world: World) -> None:
    for _ in range(6):
        answers(world, ticket(world), "Hello.")
    every = ids(world)
    statements: list[str] = []
    event.listen(world.database.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    said(world, every[:1])
    for_one = len(statements)
    said(world, every)
    assert len(statements) == 2 * for_one


def test_more_copies_than_a_driver_takes_values(world: World) -> None:
    answers(world, ticket(world), "Hello.")
    (mine,) = ids(world)
    found = said(world, [mine, *range(10**6, 10**6 + 40_000)])
    assert found[mine].text == "Hello."
    assert len(found) == 40_001
