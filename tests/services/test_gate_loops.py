"""Automatic answers: who gets one, how often, and two desks that answer each other."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.mime.compose import compose
from gateway.mime.parse import parse
from models.rules.account_proof import vouched
from models.services import receive, route, settle, setup
from models.services.outgoing import outgoing
from models.store import contacts, records
from models.store.database import Database
from models.tables.mail import Delivery
from models.tables.record import Message, Record
from models.types.account import NewAccount, Security
from models.types.mail import Mailbox
from models.types.message import Direction, MailClass
from models.types.outbox import Accepted, Lane
from models.types.record import Need
from tests.services.letters import START, World, letter


@pytest.fixture
def answering(world: World) -> World:
    """A desk whose support@ answers."""
    world.write(setup.add_alias, address="support@desk.test", creates="ticket", auto_reply="We have it.")
    return world


def automatic(world: World) -> list[Any]:
    return world.all(Delivery, Delivery.lane == Lane.AUTO)


def test_no_alias_answers_unless_it_is_told_to(world: World) -> None:
    world.arrives(letter())
    assert automatic(world) == []


def test_the_first_mail_is_answered_once_and_marked_as_automatic(answering: World) -> None:
    world = answering
    first = letter()
    world.arrives(first)
    copy = automatic(world)[0]
    assert (copy.recipient, copy.envelope_from) == ("anna@customer.test", "")
    assert world.all(Record)[0].need is Need.NEEDS_US
    wire = compose(world.read(outgoing, copy.id))
    head = wire.partition(b"\r\n\r\n")[0].decode()
    for line in ("Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", f"In-Reply-To: {first.message_id}"):
        assert line in head
    assert "X-Nightdesk-Loop: " in head
    assert b"We have it." in wire
    read = parse(wire)
    assert read.mail_class is MailClass.AUTOREPLY
    assert read.no_autoreply
    world.arrives(letter(in_reply_to=(first.message_id,)))
    world.wait(hours=23)
    world.arrives(letter())
    assert len(automatic(world)) == 1
    world.wait(hours=2)
    world.arrives(letter())
    assert len(automatic(world)) == 2


@pytest.mark.parametrize(
    "said",
    [
        {"mail_class": MailClass.AUTOREPLY, "auto_generated": True},
        {"mail_class": MailClass.LIST},
        {"no_autoreply": True},
        {"to": (Mailbox("", "other@elsewhere.test"),), "delivered_to": ("support@desk.test",)},
        {"sender": (Mailbox("", "support+x@desk.test"),)},
        {"sender": ()},
        {"sender": (Mailbox("", "a@customer.test"), Mailbox("", "b@customer.test"))},
        {"spam": True},
    ],
    ids=["machine", "list", "asked not to", "blind copy", "our own address", "nobody", "several", "spam"],
)
def test_never_answered(answering: World, said: dict[str, Any]) -> None:
    answering.arrives(replace(letter(), **said))
    assert automatic(answering) == []


def test_an_address_that_changes_each_time_is_one_correspondent(answering: World) -> None:
    for n in range(6):
        answering.wait(minutes=1)
        answering.arrives(letter(f"<bot{n}@machine.test>", subject="We got your mail"))
    assert len(automatic(answering)) == 2


@pytest.fixture
def far(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    """Another desk, at far.test, whose help@ answers too."""
    path = tmp_path / "far.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    database.write(setup.init, brand="Far", domain="far.test", notification="notifications@far.test", now=START)
    database.write(setup.add_alias, address="help@far.test", creates="ticket", auto_reply="You will hear from us.")
    account = NewAccount(
        email="help@far.test", name="far", smtp_host="127.0.0.1", smtp_security=Security.PLAIN,
        imap_host="127.0.0.1", imap_security=Security.PLAIN,
    )  # fmt: skip
    account_id = database.write(setup.add_account, account, now=START, trial=vouched(account, START))
    agent = database.write(setup.ensure_agent, login="fred")
    yield World(database, account_id, agent, agent)
    database.close()


def carry(worlds: tuple[World, ...], *, strip: bool) -> int:
    """Bring what is due on each desk to the others until all is quiet; how many mails. ``strip``: headers get lost."""
    carried = 0
    for _ in range(30):
        wires = [wire for world in worlds for wire in leaving(world)]
        if not wires:
            return carried
        for world in worlds:
            world.wait(seconds=5)
        for sender, wire in wires:
            carried += 1
            content = plain(wire) if strip else b"Return-Path: <%s>\r\n" % sender.encode() + wire
            mail = parse(content)
            for world in worlds:
                domains = {"far.test"} if world is worlds[1] else {"desk.test"}
                if any(one.address.rpartition("@")[2] in domains for one in mail.to):
                    raw_id = world.write(
                        receive.keep_one, content=content, envelope_from=None, envelope_to=(), now=world.now
                    )
                    world.write(route.place, raw_id=raw_id, mail=parse(content), now=world.now)
    return carried


def leaving(world: World) -> list[tuple[str, bytes]]:
    claims = world.write(
        settle.claim, account_ids=[world.account_id], holder="post", now=world.now, lease_seconds=60, limit=50
    )
    wires = []
    for claim in claims:
        wires.append((claim.envelope_from, compose(world.read(outgoing, claim.delivery_id))))
        world.write(settle.promise, [claim], {}, world.now, 60)
        world.write(settle.settle, [(claim, Accepted("250"))], world.now)
    return wires


def plain(wire: bytes) -> bytes:
    """A mail that lost every sign of a machine on its way."""
    gone = (b"auto-submitted", b"x-auto-response-suppress", b"x-nightdesk-loop", b"precedence")
    head, _, body = wire.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(gone)]
    return b"\r\n".join(kept) + b"\r\n\r\n" + body


@pytest.mark.parametrize("strip", [False, True], ids=["as sent", "headers lost"])
def test_two_desks_that_answer_exchange_two_mails(answering: World, far: World, strip: bool) -> None:
    def begin(world: World) -> int:
        customer = world.write(contacts.ensure, "help@far.test", "Far", world.now)
        world.arrives(letter("Far <help@far.test>", no_autoreply=True))
        record = world.all(Record)[0]
        assert record.contact_id == customer.id
        return int(record.id)

    record_id = begin(answering)
    answering.write(records.follow, record_id, agent_id=answering.anton.id)
    answering.sends(record_id, "Which model is it?")
    answering.wait(minutes=1)
    far.wait(minutes=1)
    assert carry((answering, far), strip=strip) == 2
    assert len(far.all(Record)) == 1
    assert len(answering.all(Record)) == 1
    answers = answering.all(Message, Message.direction == Direction.IN)
    assert [one.record_id for one in answers] == [record_id, record_id]
