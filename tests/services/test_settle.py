"""The outbox served: claims, fences, the point of no return, outcomes, and picking up after the dead."""

from dataclasses import replace

import pytest
from sqlmodel import col

from models.services import settle
from models.services.resend import resend
from models.store import accounts, outbox, records
from models.tables.desk import Contact
from models.tables.mail import Account, Attempt, Delivery
from models.tables.record import Message, Record
from models.types.delivery import DeliveryState
from models.types.errors import LeaseLost, NotAllowed
from models.types.health import AccountState
from models.types.mail import Bounce, BounceRecipient
from models.types.message import MailClass
from models.types.outbox import Accepted, Deferred, Outcome, Phase, Reason, Refused, Unknown
from models.types.record import Need
from models.types.routing import Target
from tests.services.letters import World, letter


@pytest.fixture
def copy_id(world: World) -> int:
    """One held copy."""
    world.arrives(letter())
    world.sends(world.all(Record)[0].id, "Use water.")
    return int(world.all(Delivery)[0].id)


def only(world: World) -> Delivery:
    copies = world.all(Delivery)
    assert len(copies) == 1
    return copies[0]


def test_a_held_copy_is_due_when_the_hold_ends(world: World, copy_id: int) -> None:
    assert world.claims() == []
    world.wait(seconds=12.9)
    assert world.claims() == []
    world.wait(seconds=0.1)
    claim = world.claims()[0]
    assert (claim.delivery_id, claim.fence, claim.attempt, claim.made) == (copy_id, 1, 1, False)
    assert (claim.envelope_to, claim.envelope_from) == ("anna@customer.test", only(world).envelope_from)
    attempt = world.all(Attempt)[0]
    assert (attempt.delivery_id, attempt.number, attempt.started_at, attempt.outcome) == (copy_id, 1, world.now, "")
    assert world.claims() == [], "claimed is claimed"


def test_accepted_is_sent(world: World, copy_id: int) -> None:
    world.wait(minutes=1)
    world.delivers()
    row = only(world)
    assert (row.state, row.lease_until, row.sentence) == (DeliveryState.SENT, None, "")
    assert world.all(Attempt)[0].outcome == "accepted"


def test_the_wire_is_kept_for_later_tries(world: World, copy_id: int) -> None:
    world.wait(minutes=1)
    claim = world.claims()[0]
    world.write(settle.promise, [claim], {claim.delivery_id: b"From: x\r\n"}, world.now, 60)
    world.write(settle.settle, [(claim, Deferred(Reason.GREYLIST, Phase.RCPT, "later", 450))], world.now)
    assert world.claims() == []
    world.wait(minutes=2)
    again = world.claims()[0]
    assert (again.made, again.attempt, again.fence) == (True, 2, 2)
    assert world.read(outbox.wire, again.delivery_id) == b"From: x\r\n"


@pytest.mark.parametrize(
    ("outcome", "state", "need"),
    [
        (Deferred(Reason.GREYLIST, Phase.RCPT, "later", 450), DeliveryState.QUEUED, Need.WAITING),
        (Refused(Reason.USER, Phase.RCPT, "no such user", 550), DeliveryState.FAILED, Need.NEEDS_US),
        (Unknown("connection lost"), DeliveryState.UNSURE, Need.NEEDS_US),
    ],
)
def test_outcomes_are_visible(world: World, copy_id: int, outcome: Outcome, state: DeliveryState, need: Need) -> None:
    world.wait(minutes=1)
    world.delivers(outcome)
    row = only(world)
    assert row.state is state
    assert row.sentence
    assert row.server_text == getattr(outcome, "text", "")
    assert world.all(Record)[0].need is need
    world.wait(seconds=30)
    assert world.claims() == []


def test_a_refused_login_stops_the_queue_and_not_the_fetching(world: World, copy_id: int) -> None:
    world.wait(minutes=1)
    claim = world.claims()[0]
    refused = Refused(Reason.AUTH, Phase.AUTH, "bad password", 535, account_wide=True)
    world.write(settle.settle, [(claim, refused)], world.now)
    account = world.all(Account)[0]
    assert (account.send_state, account.state) == (AccountState.STOPPED, AccountState.OK)
    assert account.send_sentence
    assert only(world).state is DeliveryState.QUEUED
    world.wait(minutes=10)
    assert world.claims() == []
    world.write(accounts.restart, account.id)
    assert len(world.delivers()) == 1
    assert world.all(Account)[0].send_state is AccountState.OK


def test_a_dead_server_pauses_the_account_and_then_work_goes_on(world: World, copy_id: int) -> None:
    world.wait(minutes=1)
    down = Deferred(Reason.CONNECT, Phase.CONNECT, "refused", account_wide=True)
    for _ in range(8):
        for claim in world.claims():
            world.write(settle.settle, [(claim, down)], world.now)
        retry_at = world.all(Account)[0].send_retry_at
        assert only(world).ready_at == retry_at
        world.now = retry_at
    world.delivers()
    account = world.all(Account)[0]
    assert (only(world).state, account.send_state, account.send_failures) == (DeliveryState.SENT, AccountState.OK, 0)


def test_old_fences_write_nothing(world: World, copy_id: int) -> None:
    world.wait(minutes=1)
    old = world.claims()[0]
    world.wait(minutes=2)
    assert world.write(settle.recover, world.now) == 1
    new = world.claims()[0]
    lost = frozenset({copy_id})
    assert world.write(settle.promise, [old], {copy_id: b"x"}, world.now, 60) == lost
    assert world.write(settle.settle, [(old, Accepted("250"))], world.now) == lost
    for late in (
        lambda: world.write(settle.renew, old, world.now, 60),
        lambda: world.write(settle.release, old, world.now),
    ):
        with pytest.raises(LeaseLost):
            late()
    assert (only(world).state, only(world).wire) == (DeliveryState.SENDING, None)
    assert world.write(settle.promise, [new], {}, world.now, 60) == frozenset()
    assert world.write(settle.settle, [(new, Accepted("250"))], world.now) == frozenset()
    assert world.write(settle.settle, [(new, Unknown("late"))], world.now) == lost
    assert only(world).state is DeliveryState.SENT


def test_a_turn_is_promised_and_ended_together(world: World) -> None:
    """Each copy has its own fate, also one that another process has by now."""
    for name in ("anna", "bob", "carol", "dora"):
        world.arrives(letter(f"{name}@customer.test"))
    for record in world.all(Record):
        world.sends(record.id, "Use water.")
    world.wait(minutes=1)
    claims = world.claims()
    taken = replace(claims[1], fence=0)
    wires = {claim.delivery_id: b"bytes %d" % claim.delivery_id for claim in claims}
    turn = [claims[0], taken, *claims[2:]]
    assert world.write(settle.promise, turn, wires, world.now, 60) == {taken.delivery_id}
    assert [row.state for row in world.all(Delivery)] == [
        DeliveryState.IN_DATA, DeliveryState.SENDING, DeliveryState.IN_DATA, DeliveryState.IN_DATA,
    ]  # fmt: skip
    fates = [
        (claims[0], Accepted("250")),
        (taken, Accepted("250")),
        (claims[2], Refused(Reason.USER, Phase.RCPT, "no such user", 550)),
        (claims[3], Accepted("250")),
    ]
    assert world.write(settle.settle, fates, world.now) == {taken.delivery_id}
    rows = world.all(Delivery)
    assert [row.state for row in rows] == [
        DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.FAILED, DeliveryState.SENT,
    ]  # fmt: skip
    assert [row.wire for row in rows] == [wires[rows[0].id], None, wires[rows[2].id], wires[rows[3].id]]
    assert [attempt.outcome for attempt in world.all(Attempt)] == ["accepted", "", "refused", "accepted"]
    assert {record.need for record in world.all(Record)} == {Need.WAITING, Need.NEEDS_US}


def test_what_was_promised_and_not_begun_can_be_given_back(world: World, copy_id: int) -> None:
    world.wait(minutes=1)
    claim = world.claims()[0]
    world.write(settle.promise, [claim], {copy_id: b"bytes"}, world.now, 60)
    world.write(settle.release, claim, world.now)
    assert (only(world).state, only(world).lease_until) == (DeliveryState.QUEUED, None)
    assert [again.made for again in world.delivers()] == [True]
    assert only(world).wire == b"bytes"


def test_each_crash_point_maps_to_one_state(world: World, copy_id: int) -> None:
    """Enumerates the rows a kill may leave: before the claim, claimed, promised."""
    world.wait(minutes=1)
    assert world.write(settle.recover, world.now) == 0, "nothing claimed: nothing to recover"
    claim = world.claims()[0]
    assert world.write(settle.recover, world.now) == 0, "the lease still runs"
    world.wait(minutes=2)
    assert world.write(settle.recover, world.now) == 1
    assert only(world).state is DeliveryState.QUEUED
    claim = world.claims()[0]
    world.write(settle.promise, [claim], {copy_id: b"bytes"}, world.now, 60)
    assert world.write(settle.recover, world.now) == 0, "it may be on the wire just now"
    world.wait(minutes=2)
    assert world.write(settle.recover, world.now) == 1
    row = only(world)
    assert row.state is DeliveryState.UNSURE
    assert "may have arrived" in row.sentence
    record = world.all(Record)[0]
    assert (record.need, record.need_reason) == (Need.NEEDS_US, "unsure")
    world.wait(days=3)
    assert world.claims() == [], "unsure is never sent again by itself"
    assert [attempt.outcome for attempt in world.all(Attempt)] == ["lost", "lost"]
    world.write(settle.settle, [(claim, Accepted("250 late"))], world.now)
    assert only(world).state is DeliveryState.SENT, "a late answer is still the truth"


def test_a_person_may_send_an_unsure_copy_again_with_the_same_bytes(world: World, copy_id: int) -> None:
    world.wait(minutes=1)
    claim = world.claims()[0]
    world.write(settle.promise, [claim], {claim.delivery_id: b"bytes"}, world.now, 60)
    world.write(settle.settle, [(claim, Unknown("cut"))], world.now)
    world.write(resend, copy_id, world.now)
    assert world.write(settle.settle, [(claim, Accepted("250"))], world.now) == {copy_id}
    with pytest.raises(NotAllowed):
        world.write(resend, copy_id, world.now)
    assert [again.made for again in world.delivers()] == [True]
    assert only(world).wire == b"bytes"
    assert only(world).state is DeliveryState.SENT


def test_order_is_kept_per_record_and_recipient(world: World) -> None:
    world.arrives(letter())
    world.arrives(letter())
    first, second = (record.id for record in world.all(Record))
    world.sends(first, "one")
    world.sends(first, "two")
    world.sends(second, "other record")
    world.wait(minutes=1)
    copies = [row.id for row in world.all(Delivery)]
    claims = world.claims()
    assert [claim.delivery_id for claim in claims] == [copies[0], copies[2]]
    world.write(settle.settle, [(claims[0], Deferred(Reason.GREYLIST, Phase.RCPT, "later", 450))], world.now)
    assert world.claims() == [], "the first waits, so the second does"
    world.wait(minutes=2)
    assert [claim.delivery_id for claim in world.delivers()] == [copies[0]]
    assert [claim.delivery_id for claim in world.delivers()] == [copies[1]]


def test_people_come_before_copies_for_followers(world: World) -> None:
    first = letter()
    world.arrives(first)
    record_id = world.all(Record)[0].id
    world.write(records.follow, record_id, agent_id=world.berta.id)
    world.arrives(letter(in_reply_to=(first.message_id,)))
    world.sends(record_id, "Use water.")
    world.wait(minutes=1)
    assert [claim.envelope_to for claim in world.claims(limit=1)] == ["anna@customer.test"]


def test_switched_off_and_foreign_accounts_give_nothing(world: World, copy_id: int) -> None:
    world.wait(minutes=1)
    nothing = world.write(
        settle.claim, account_ids=[world.account_id + 1], holder="x", now=world.now, lease_seconds=9, limit=9
    )
    assert nothing == []


def report(world: World, kind: str, to: str = "support@desk.test", **said: object) -> Target:
    bounce = Bounce(
        is_bounce=True,
        recipients=(BounceRecipient("anna@customer.test", "5.1.1", kind, "user", "550 no such user"),),
        **said,  # type: ignore[arg-type]
    )
    return world.arrives(
        letter("MAILER-DAEMON <mailer-daemon@mx.test>", to=to, mail_class=MailClass.REPORT, bounce=bounce)
    )


@pytest.mark.parametrize("proof", ["envelope", "returned id"])
def test_a_hard_bounce_brings_the_record_back_on_top(world: World, copy_id: int, proof: str) -> None:
    world.wait(minutes=1)
    world.delivers()
    world.wait(minutes=1)
    if proof == "envelope":
        report(world, "hard", to=only(world).envelope_from)
    else:
        report(world, "hard", original_ids=(world.all(Message)[-1].message_id,))
    row = only(world)
    assert (row.state, row.server_text) == (DeliveryState.BOUNCED, "550 no such user")
    record = world.all(Record)[0]
    assert (record.need, record.need_reason, record.need_since) == (Need.NEEDS_US, "bounced", world.now)
    assert world.all(Contact)[0].undeliverable
    assert world.all(Message)[-1].mail_class is MailClass.REPORT
    world.arrives(letter(in_reply_to=(world.all(Message)[0].message_id,)))
    assert world.all(Contact)[0].undeliverable == "", "mail from them: the address works again"


def test_a_forged_report_changes_nothing(world: World, copy_id: int) -> None:
    world.wait(minutes=1)
    world.delivers()
    report(world, "hard", original_ids=(world.all(Message)[0].message_id, "<nd.1.abc.aaaaaaaaaaaaaaaa@desk.test>"))
    assert only(world).state is DeliveryState.SENT
    assert world.all(Contact)[0].undeliverable == ""
    assert len(world.all(Message)) == 2


@pytest.mark.parametrize(("kind", "state"), [("delayed", DeliveryState.SENT), ("delivered", DeliveryState.DELIVERED)])
def test_delay_and_success_are_no_failures(world: World, copy_id: int, kind: str, state: DeliveryState) -> None:
    world.wait(minutes=1)
    world.delivers()
    report(world, kind, to=only(world).envelope_from)
    assert only(world).state is state
    assert world.all(Record)[0].need is Need.WAITING


def test_followers_whose_mail_came_back_are_not_tried(world: World) -> None:
    first = letter()
    world.arrives(first)
    record = world.all(Record)[0]
    world.arrives(letter("Bob <bob@other.test>"))
    bob = world.all(Contact)[-1]
    world.write(records.follow, record.id, contact_id=bob.id)
    from models.store import contacts

    world.write(contacts.mark_undeliverable, bob.email, "gone")
    world.arrives(letter(in_reply_to=(first.message_id,)))
    copy = world.all(Delivery, col(Delivery.recipient) == bob.email)[0]
    assert (copy.state, copy.reason) == (DeliveryState.FAILED, Reason.SUPPRESSED)
