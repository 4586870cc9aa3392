"""Old mail by the batch: the same desk as mail by mail, and nobody hears of it."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlmodel import col

from models.rules import tokens
from models.services import bulk, triage
from models.store import bulk as bulk_store
from models.store import desk_facts, records
from models.store.database import Database
from models.store.plain import Reader
from models.store.search import hits
from models.tables.desk import Contact
from models.tables.mail import Delivery, RawMail
from models.tables.record import Attachment, Message, Record
from models.types.letter import Letter
from models.types.mail import AttachedFile, Bounce, BounceRecipient, IncomingMail
from models.types.message import MailClass
from models.types.record import Need
from models.types.routing import Target
from tests.services.letters import START, World, box, desk, letter


def imports(world: World, *mails: IncomingMail, done: bool = False, kind: str = "") -> Counter[Target]:
    letters = [
        Letter(content, sha256(content).hexdigest(), mail) for mail in mails for content in [repr(mail).encode()]
    ]
    return world.write(bulk.place, letters, default_kind=kind, done=done, now=world.now)


def found(reader: Reader, word: str) -> list[int]:
    source, facts = hits(reader, f"{word} ")
    return [row["id"] for row in reader.rows(f"SELECT r.id FROM {source}", **facts)]


def mixture(loop_tag: str) -> list[IncomingMail]:
    """Threads that cross, answers from strangers, machines, copies, and mail for nobody here."""
    first = letter(subject="First", cc=(box("Cleo <cleo@customer.test>"),))
    second = letter("Bob <bob@customer.test>", subject="Second", reply_text="")
    answer = letter("Cleo <cleo@customer.test>", subject="Re: First", references=(first.message_id,), text="I too.")
    return [
        first,
        second,
        answer,
        letter(subject="Re: Re: First", in_reply_to=(answer.message_id,), text="words\n> quoted", reply_text="words"),
        letter("Mallory <m@evil.test>", subject="Re: First", in_reply_to=(first.message_id,)),
        letter("Bob <bob@customer.test>", subject="Re: Second", in_reply_to=("<unknown@x.test>", second.message_id)),
        first,  # the same bytes
        replace(first, delivered_to=("x@desk.test",)),  # the same mail by another way
        replace(first, text="other words", reply_text="other words"),  # its id, and other content
        letter("Robot <robot@customer.test>", mail_class=MailClass.AUTOREPLY, auto_generated=True, no_autoreply=True,
               in_reply_to=(second.message_id,)),
        letter(loop_tag=loop_tag),
        letter(to="nobody@desk.test", delivered_to=("nobody@desk.test",)),
        letter(message_id="", subject="No id"),
        letter("<dora@customer.test>", subject="", attachments=(AttachedFile("a.pdf", "application/pdf", 9, "2"),)),
        letter("Night <support@desk.test>", subject="From ourselves"),
        replace(letter(subject="Nobody wrote this"), sender=()),
        letter("", subject="Delivery failed", mail_class=MailClass.REPORT,
               bounce=Bounce(True, recipients=(BounceRecipient("a@b.test", "5.1.1", "hard", "user"),))),
        letter("Änne <änne@müller.test>", subject="Re: First", in_reply_to=(answer.message_id,)),
    ]  # fmt: skip


def looks(world: World) -> dict[str, Any]:
    """The desk without ids and times of its own."""
    numbers = {record.id: place for place, record in enumerate(world.all(Record))}
    contacts = {contact.id: contact.email for contact in world.all(Contact)}
    return {
        "records": [
            (one.kind, one.title, one.stage, one.need, one.need_reason, contacts.get(one.contact_id), one.preview)
            for one in world.all(Record)
        ],
        "messages": sorted(
            (numbers[one.record_id], one.kind, one.direction, one.mail_class, one.author_name, one.author_address,
             one.verified, one.subject, one.text, one.new_text, one.to, one.cc, one.message_id, one.in_reply_to,
             one.references, one.warnings, [step[:2] for step in one.tried], one.sent_at)
            for one in world.all(Message)
        ),
        "files": [(one.name, one.media_type, one.size_bytes, one.path) for one in world.all(Attachment)],
        "raw": sorted((one.sha256, one.state, one.sender, one.subject, one.reason) for one in world.all(RawMail)),
        "contacts": sorted((one.email, one.name) for one in world.all(Contact)),
    }  # fmt: skip


@pytest.fixture
def other(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    """A second desk, on SQLite, with the first one's key."""
    path = tmp_path / "other.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield desk(database)
    database.close()


@pytest.mark.parametrize("size", [1, 4, 100])
def test_the_same_desk_as_mail_by_mail(world: World, other: World, size: int) -> None:
    def key(of: World) -> bytes:
        return of.read(desk_facts.read).key

    old = mixture("")
    bulk_mails, single_mails = (
        [replace(mail, loop_tag=tokens.loop_tag(key(one))) if place == 10 else mail for place, mail in enumerate(old)]
        for one in (world, other)
    )
    for start in range(0, len(bulk_mails), size):
        imports(world, *bulk_mails[start : start + size])
    for mail in single_mails:
        other.arrives(mail)
    ours, theirs = looks(world), looks(other)
    # the loop tag is each desk's own, so one mail's bytes differ
    for one in (ours, theirs):
        one["raw"] = [row[1:] for row in one["raw"]]
        one["raw"].sort()
    assert ours == theirs
    assert len(ours["records"]) > 5


def test_nothing_leaves_the_house(world: World) -> None:
    opening = letter()
    world.arrives(opening)
    (record,) = world.all(Record)
    world.write(records.follow, record.id, agent_id=world.berta.id)
    (customer,) = world.all(Contact)
    world.write(records.follow, record.id, contact_id=customer.id)
    answer = letter("Bob <bob@customer.test>", in_reply_to=(opening.message_id,), date=START + timedelta(days=1))
    bounced = letter("", mail_class=MailClass.REPORT, bounce=Bounce(True, original_ids=(opening.message_id,)))
    world.wait(days=2)
    imports(world, replace(answer, sender=opening.sender), bounced)
    assert len(world.all(Message)) >= 2
    assert world.all(Delivery) == []
    assert world.all(Contact)[0].undeliverable == ""


def test_running_it_again_changes_nothing(world: World) -> None:
    mails = mixture("")
    imports(world, *mails)
    before = looks(world)
    assert imports(world, *mails) == Counter({Target.DUPLICATE: len(mails)})
    assert looks(world) == before


class TestTurns:
    def test_old_mail_does_not_reopen_what_is_done(self, world: World) -> None:
        opening = letter()
        world.arrives(opening)
        (record,) = world.all(Record)
        world.write(triage.done, record_id=record.id, agent_id=world.anton.id, now=world.wait(hours=1))
        imports(world, letter(in_reply_to=(opening.message_id,), date=START - timedelta(days=300), text="old words"))
        (record,) = world.all(Record)
        assert record.need is Need.DONE
        assert "old words" not in record.preview

    def test_mail_newer_than_the_last_turn_does(self, world: World) -> None:
        opening = letter()
        world.arrives(opening)
        (record,) = world.all(Record)
        world.write(triage.done, record_id=record.id, agent_id=world.anton.id, now=world.wait(hours=1))
        world.wait(days=2)
        imports(world, letter(in_reply_to=(opening.message_id,), date=START + timedelta(days=1), text="new words"))
        (record,) = world.all(Record)
        assert (record.need, record.need_reason, record.preview) == (Need.NEEDS_US, "reply", "new words")
        assert record.need_since == START + timedelta(days=1)

    def test_a_record_stands_where_its_newest_mail_puts_it(self, world: World) -> None:
        world.wait(days=100)
        opening = letter(date=START + timedelta(days=3), text="three")
        others = [
            letter(in_reply_to=(opening.message_id,), date=START + timedelta(days=days), text=f"{days}")
            for days in (9, 5)
        ]
        imports(world, opening, *others)
        (record,) = world.all(Record)
        assert (record.need_since, record.preview) == (START + timedelta(days=9), "9")
        assert record.created_at == START + timedelta(days=3)

    def test_history_needs_nobody(self, world: World) -> None:
        opening = letter()
        imports(world, opening, letter(in_reply_to=(opening.message_id,), date=START + timedelta(hours=1)), done=True)
        (record,) = world.all(Record)
        assert record.need is Need.DONE

    @pytest.mark.parametrize("date", [None, START + timedelta(days=9000), START.replace(year=1904)])
    def test_a_date_that_cannot_be_is_now(self, world: World, date: Any) -> None:
        world.wait(days=5)
        imports(world, letter(date=date))
        (record,) = world.all(Record)
        assert record.created_at == world.now


def test_mail_for_nobody_opens_the_kind_that_was_asked_for(world: World) -> None:
    assert imports(world, letter(to="nobody@elsewhere.test"), kind="order") == Counter(
        {Target.NEW: 1, Target.DUPLICATE: 0}
    )
    assert world.all(Record)[0].kind == "order"


def test_what_ended_its_reader_is_in_quarantine(world: World) -> None:
    unread = Letter(b"bomb", sha256(b"bomb").hexdigest(), None)
    world.write(bulk.place, [unread], default_kind="", done=False, now=world.now)
    (raw,) = world.all(RawMail)
    assert (raw.state, raw.content) == ("quarantined", b"bomb")
    assert raw.reason


def test_all_of_it_is_found(world: World) -> None:
    world.arrives(letter(subject="before the import", text="antelope"))
    imports(world, letter(subject="Zebra crossing", text="giraffe"), letter(subject="other", text="lion giraffe"))
    imports(world, letter(text="tiger"))
    world.arrives(letter(text="after the import: leopard"))
    reader = Reader(world.database.url)
    words = ("antelope", "zebra", "giraffe", "tiger", "leopard", "nothing")
    counts = {word: len(found(reader, word)) for word in words}
    reader.close()
    assert counts == {"antelope": 1, "zebra": 1, "giraffe": 2, "tiger": 1, "leopard": 1, "nothing": 0}
    if world.database.sqlite:
        for index in ("message_search", "record_search"):
            world.write(lambda s, i=index: s.execute(text(f"INSERT INTO {i}({i}, rank) VALUES ('integrity-check', 1)")))


def test_a_batch_that_fails_leaves_nothing_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk went away")

    with monkeypatch.context() as fault:
        fault.setattr(bulk_store, "announce", broken)
        with pytest.raises(OSError, match="disk"):
            imports(world, letter(text="giraffe"))
    assert world.read(lambda s: s.scalar(select(func.count()).select_from(RawMail))) == 0
    world.arrives(letter(text="giraffe"))
    reader = Reader(world.database.url)
    assert len(found(reader, "giraffe")) == 1
    reader.close()


def test_numbers_and_ids_go_on(world: World) -> None:
    world.arrives(letter())
    imports(world, letter(), letter())
    world.arrives(letter())
    imports(world, letter())
    numbers = [record.number for record in world.all(Record)]
    assert numbers == [1001, 1002, 1003, 1004, 1005]
    newest = world.read(lambda s: s.scalar(select(func.max(col(Message.id)))))
    assert [m.id for m in world.all(Message)][-1] == newest
    assert world.all(Record)[0].created_at.tzinfo is UTC
