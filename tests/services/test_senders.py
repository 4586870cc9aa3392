"""Addresses, brands, domains and groups as admins set them up; and what the database itself refuses."""

from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from gateway.workers import wires
from gateway.workers.wires import Made, Ready, make_wires, promise_wires
from models.services import addresses, admin, brands, domains, drafts, reply, resend, settle, teams, undo
from models.services.addresses import AddressChange
from models.services.brands import BrandChange
from models.services.domains import DomainChange
from models.store import desk_facts, records, sending
from models.tables.desk import Domain
from models.tables.mail import Account, Delivery, SendingAddress
from models.tables.record import Draft, Message, Record
from models.types.actor import Actor
from models.types.delivery import DeliveryState
from models.types.draft import NotSendable, Sent
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed, NotFound, Overtaken
from models.types.mail import OutgoingMail
from models.types.outbox import Accepted
from models.types.people import AgentView
from models.types.sender import Proof
from tests.services.letters import World, letter

ANTON, BERTA, NOBODY = Actor("anton"), Actor("berta"), Actor("carl")
SUPPORT = "support@desk.test"


def set_up(world: World, work: Any, *args: Any, actor: Actor = ANTON, **said: Any) -> Any:
    return world.write(work, actor, *args, now=world.now, **said)


def add(world: World, address: str, **said: Any) -> Any:
    return set_up(world, addresses.add, address=address, account=SUPPORT, change=AddressChange(**said))


def ticket(world: World, **said: Any) -> int:
    world.arrives(letter(**said), SUPPORT)
    return int(world.all(Record)[-1].id)


@pytest.fixture
def record(world: World) -> int:
    """A ticket of the only brand, from a customer."""
    return ticket(world)


def draft(world: World, record_id: int, sender: str = "", agent: AgentView | None = None) -> int:
    mine = agent or world.anton
    draft_id: int = world.write(drafts.open_draft, record_id, DraftMode.REPLY, mine.id, world.now).id
    world.write(drafts.save, draft_id, mine.id, subject="Re", text="We look.", to=None, now=world.now)
    if sender:
        world.write(drafts.choose_sender, draft_id, mine.id, sender, world.now)
    return draft_id


def send(world: World, draft_id: int, agent: AgentView | None = None) -> Any:
    mine = agent or world.anton
    base = world.all(Draft, col(Draft.id) == draft_id)[0].base
    return world.write(reply.send, draft_id=draft_id, agent_id=mine.id, base=base, now=world.now, hold_seconds=0)


def leaves(world: World) -> list[tuple[str, str]]:
    """Make the bytes of all that is due: From, or the reason it does not leave."""
    found = []
    for one in made(world):
        if isinstance(one, Ready):
            found.append((next(line[6:] for line in one.wire.decode().splitlines() if line.startswith("From: ")), ""))
        else:
            world.write(_settle, *one, world.now)
            found.append(("", world.all(Delivery, col(Delivery.id) == one[0].delivery_id)[0].sentence))
    return found


def made(world: World) -> list[Made]:
    """Make the bytes of all that is due, and promise it."""
    every = make_wires(world.database, world.claims())
    ready = [one for one in every if isinstance(one, Ready)]
    return [one for one in every if not isinstance(one, Ready)] + promise_wires(world.database, ready, world.now, 60)


def _settle(session: Session, *args: Any) -> None:
    settle.settle(session, [args[:2]], args[2])


# -- who may


@pytest.mark.parametrize(
    ("work", "args"),
    [
        (addresses.bind, (SUPPORT, ["Night"])),
        (addresses.unbind, (SUPPORT, [])),
        (addresses.allow, (SUPPORT,)),
        (addresses.deny, (SUPPORT,)),
        (addresses.remove, (SUPPORT,)),
        (addresses.change, (SUPPORT, AddressChange(active=False))),
        (brands.add, (BrandChange(name="Day"),)),
        (brands.change, ("Night", BrandChange(stay_on=True))),
        (brands.remove, ("Night",)),
        (domains.add, ("day.test", DomainChange())),
        (domains.change, ("desk.test", DomainChange(catchall="support"))),
        (domains.remove, ("desk.test",)),
        (teams.add, ("first line",)),
    ],
)
def test_only_an_admin_sets_the_desk_up(world: World, work: Any, args: tuple[Any, ...]) -> None:
    for actor in (BERTA, NOBODY):
        with pytest.raises(NotAllowed, match=r"Only an admin of this desk may do that; ask anton\."):
            set_up(world, work, *args, actor=actor)


def test_an_admin_is_the_first_agent_a_flagged_one_or_the_files_owner(world: World) -> None:
    world.write(admin.require, ANTON)
    world.write(admin.require, Actor("root", owns_database=True))
    world.write(admin.make_admin, ANTON, login="berta", on=True, now=world.now)
    world.write(admin.require, BERTA)
    with pytest.raises(NotAllowed, match="anton is the desk's first agent"):
        world.write(admin.make_admin, BERTA, login="anton", on=False, now=world.now)
    with pytest.raises(NotFound):
        world.write(admin.make_admin, ANTON, login="nobody", on=True, now=world.now)
    world.write(admin.make_admin, ANTON, login="berta", on=False, now=world.now)
    with pytest.raises(NotAllowed):
        world.write(admin.require, BERTA)


def test_an_employee_words_their_own_address_and_no_more(world: World) -> None:
    add(world, "berta@desk.test", owner="berta")
    words = AddressChange(display_name="Berta  B.", signature="B.")
    changed = set_up(world, addresses.change, "berta@desk.test", words, actor=BERTA)
    assert (changed.display_name, changed.signature, changed.edit.by) == ("Berta B.", "B.", "berta")
    with pytest.raises(NotAllowed):
        set_up(world, addresses.change, "berta@desk.test", AddressChange(owner=""), actor=BERTA)
    with pytest.raises(NotAllowed, match="berta's own"):
        set_up(world, addresses.allow, "berta@desk.test", logins=["anton"])


# -- two editors


def test_the_second_of_two_editors_is_told(world: World) -> None:
    seen = world.read(addresses.find, SUPPORT).edit.revision
    set_up(world, addresses.change, SUPPORT, AddressChange(display_name="Help", sequence=3), seen=seen)
    with pytest.raises(Overtaken, match=r"anton changed display name, sequence of support@desk\.test at 09:00 UTC"):
        set_up(world, addresses.change, SUPPORT, AddressChange(display_name="Desk"), seen=seen)
    assert world.read(addresses.find, SUPPORT).display_name == "Help"
    for work, args in (
        (brands.change, ("Night", BrandChange(signature="N."))),
        (domains.change, ("desk.test", DomainChange(catchall="support"))),
    ):
        set_up(world, work, *args, seen=0)
        with pytest.raises(Overtaken):
            set_up(world, work, *args, seen=0)


def test_what_stays_as_it_is_changes_nothing(world: World) -> None:
    before = world.read(addresses.find, SUPPORT)
    assert set_up(world, addresses.change, SUPPORT, AddressChange(display_name=before.display_name)) == before


# -- permissions


def test_groups_and_agents_may_use_an_address(world: World, record: int) -> None:
    set_up(world, teams.add, "first line")
    add(world, "vip@desk.test", sequence=1)
    view = set_up(world, addresses.allow, "vip@desk.test", groups=["first line"])
    assert (view.everybody, view.groups) == (False, ("first line",))
    with pytest.raises(NotAllowed, match="the author may not use it"):
        draft(world, record, "vip@desk.test")
    set_up(world, teams.join, "first line", ["anton"])
    mine = draft(world, record, "vip@desk.test")
    assert isinstance(send(world, mine), Sent)
    told = set_up(world, teams.remove, "first line")
    assert "Nobody may use vip@desk.test now" in told[1]
    assert leaves(world)[0][1].startswith("This cannot go out as vip@desk.test: the author may not use it; choose")


def test_denying_everybody_is_not_what_deny_says(world: World) -> None:
    with pytest.raises(NotAllowed, match=f"Everybody may use {SUPPORT}"):
        set_up(world, addresses.deny, SUPPORT, logins=["berta"])
    set_up(world, addresses.allow, SUPPORT, logins=["berta"])
    view = set_up(world, addresses.deny, SUPPORT, logins=["berta"])
    assert (view.everybody, view.agents) == (False, ())
    assert set_up(world, addresses.change, SUPPORT, AddressChange(everybody=True)).everybody


# -- drafts keep the choice, and nothing goes out as anything else


def test_the_choice_survives_like_the_text(world: World, record: int) -> None:
    add(world, "vip@desk.test", sequence=50, display_name="VIP desk")
    mine = draft(world, record, "VIP@desk.test")
    again = world.write(drafts.open_draft, record, DraftMode.REPLY, world.anton.id, world.now)
    assert (again.chosen, again.sender) == ("vip@desk.test", "VIP desk <vip@desk.test>")
    assert again.sender_rule.startswith("A chosen")
    sent = send(world, mine)
    back = world.write(reply.take_back, sent.message_id, world.anton.id, world.now)
    assert back.chosen == "vip@desk.test"
    world.write(drafts.discard, back.id, world.anton.id, world.now)
    undone = world.write(undo.undo_newest, world.anton.id, world.now)
    assert undone.draft is not None
    assert undone.draft.chosen == "vip@desk.test"
    assert world.write(drafts.choose_sender, undone.draft.id, world.anton.id, "", world.now).chosen == ""


def test_a_draft_from_before_is_refused_with_the_reason(world: World, record: int) -> None:
    add(world, "vip@desk.test", sequence=50)
    mine = draft(world, record, "vip@desk.test")
    set_up(world, addresses.allow, "vip@desk.test", logins=["berta"])
    view = world.write(drafts.open_draft, record, DraftMode.REPLY, world.anton.id, world.now)
    assert view.sender == ""
    assert "the author may not use it" in view.sender_rule
    result = send(world, mine)
    assert isinstance(result, NotSendable)
    assert result.problems == (
        "This cannot go out as vip@desk.test: the author may not use it; "
        "choose another address, or ask an admin of the desk.",
    )
    assert world.all(Message, col(Message.sender) != "") == []


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ("switched off", "it is switched off"),
        ("removed", "it was removed"),
        ("rebound", "it is bound to another brand"),
        ("denied", "the author may not use it"),
    ],
)
def test_what_is_queued_never_leaves_as_another(world: World, record: int, change: str, because: str) -> None:
    add(world, "vip@desk.test", sequence=50)
    set_up(world, brands.add, BrandChange(name="Day"))
    send(world, draft(world, record, "vip@desk.test"))
    if change == "switched off":
        set_up(world, addresses.change, "vip@desk.test", AddressChange(active=False))
    elif change == "removed":
        told = set_up(world, addresses.remove, "vip@desk.test")
        assert "1 copy waiting to leave as it will fail" in " ".join(told)
    elif change == "rebound":
        set_up(world, addresses.bind, "vip@desk.test", ["Day"])
    else:
        set_up(world, addresses.allow, "vip@desk.test", logins=["berta"])
    [(sender, sentence)] = leaves(world)
    assert sender == ""
    assert because in sentence
    assert "ask an admin" in sentence
    failed = world.all(Delivery)[0]
    assert (failed.state, failed.wire) == (DeliveryState.FAILED, None)
    with pytest.raises(NotAllowed, match=because):
        world.write(resend.resend, failed.id, world.now)


def test_once_it_is_put_right_it_is_sent_again(world: World, record: int) -> None:
    add(world, "vip@desk.test", sequence=50, display_name="VIP")
    send(world, draft(world, record, "vip@desk.test"))
    set_up(world, addresses.change, "vip@desk.test", AddressChange(active=False))
    leaves(world)
    set_up(world, addresses.change, "vip@desk.test", AddressChange(active=True))
    world.write(resend.resend, world.all(Delivery)[0].id, world.now)
    assert leaves(world) == [("VIP <vip@desk.test>", "")]


def test_a_server_that_may_no_longer_send_as_it_sends_via_the_brand(world: World, record: int) -> None:
    add(world, "notifications@desk.test", sequence=90)
    add(world, "vip@elsewhere.test", sequence=50, display_name="VIP")
    send(world, draft(world, record, "vip@elsewhere.test"))
    world.write(lambda s: s.execute(update(Account).values(sends_as="desk.test")))
    assert leaves(world) == [("VIP via Night <notifications@desk.test>", "")]


def test_the_signature_is_the_addresss_before_the_brands(world: World, record: int) -> None:
    add(world, "vip@desk.test", sequence=50, signature="Your VIP desk")
    set_up(world, brands.change, "Night", BrandChange(signature="Night GmbH"))
    for sender in ("vip@desk.test", SUPPORT):
        send(world, draft(world, record, sender))
        [one] = made(world)
        assert isinstance(one, Ready)
        own, brands_ = b"Your VIP desk" in one.wire, b"Night GmbH" in one.wire
        assert (own, brands_) == (sender == "vip@desk.test", sender == SUPPORT)
        world.write(_settle, one.claim, Accepted("250"), world.now)


# -- brands and domains


def test_stay_on_answers_as_what_the_customer_wrote_to(world: World) -> None:
    add(world, "sales@desk.test", sequence=50)
    record = ticket(world, to="sales@desk.test")
    assert "E " not in draft_rule(world, record)[1]
    assert draft_rule(world, record)[0] == f"Night <{SUPPORT}>"
    set_up(world, brands.change, "Night", BrandChange(stay_on=True))
    assert draft_rule(world, record) == ("Night <sales@desk.test>", "B2 the address the customer wrote to")


def draft_rule(world: World, record_id: int) -> tuple[str, str]:
    view = world.write(drafts.open_draft, record_id, DraftMode.REPLY, world.anton.id, world.now)
    return view.sender, view.sender_rule


def test_a_brand_may_forbid_personal_senders(world: World, record: int) -> None:
    add(world, "anton@desk.test", owner="anton", sequence=50)
    assert draft_rule(world, record) == ("Anton <anton@desk.test>", "D the author's own address")
    set_up(world, brands.change, "Night", BrandChange(personal_senders=False))
    assert draft_rule(world, record)[0] == f"Night <{SUPPORT}>"
    set_up(world, addresses.bind, "anton@desk.test", ["Night"])
    assert draft_rule(world, record)[1] == "C the author's own address for this brand"


def test_the_address_a_rule_chose_stands_below_the_composers(world: World, record: int) -> None:
    vip = add(world, "vip@desk.test", sequence=50)
    add(world, "sales@desk.test", sequence=60)
    world.write(sending.choose_for_record, record, vip.id)
    assert draft_rule(world, record)[1] == "B chosen by a rule"
    draft(world, record, "sales@desk.test")
    assert draft_rule(world, record)[1] == "A chosen in the composer"


def test_several_domains_and_the_only_one(world: World) -> None:
    set_up(world, brands.add, BrandChange(name="Day", notification="hello@day.test"))
    set_up(world, domains.change, "desk.test", DomainChange(brand="Day", default_from="noreply", sequence=1))
    facts = world.read(desk_facts.read)
    night, day = facts.brands
    assert facts.domains_of(night.id) == {"desk.test"}, "the only domain is every brand's"
    set_up(world, domains.add, "night.test", DomainChange(catchall="support@night.test", bounce="Returns"))
    facts = world.read(desk_facts.read)
    assert (facts.domains_of(night.id), facts.domains_of(day.id)) == ({"night.test"}, {"desk.test", "night.test"})
    assert facts.notifications(day.id) == ("hello@day.test", "noreply@desk.test", "notifications@desk.test")
    assert facts.notifications(night.id) == ("notifications@desk.test",)
    assert {"hello@day.test", "noreply@desk.test", "returns@night.test"} <= facts.own
    with pytest.raises(NotAllowed, match=r"support@desk\.test opens records"):
        set_up(world, domains.change, "desk.test", DomainChange(bounce="support"))
    with pytest.raises(NotAllowed, match=r"no address at desk\.test"):
        set_up(world, domains.change, "desk.test", DomainChange(catchall="x@other.test"))
    with pytest.raises(NotAllowed, match=r"Aliases stand in desk\.test: support@desk\.test"):
        set_up(world, domains.remove, "desk.test")
    set_up(world, domains.remove, "night.test")
    assert [one.name for one in world.all(Domain)] == ["desk.test"]


def test_a_brand_in_use_is_given_up_and_an_unused_one_goes(world: World) -> None:
    set_up(world, brands.add, BrandChange(name="Day"))
    set_up(world, addresses.bind, SUPPORT, ["Day"])
    assert "is given up" in set_up(world, brands.remove, "Day")
    set_up(world, brands.add, BrandChange(name="Noon"))
    assert set_up(world, brands.remove, "Noon") == "Noon is removed."
    with pytest.raises(NotAllowed, match="cannot be given up"):
        set_up(world, brands.remove, "Night")
    with pytest.raises(NotAllowed, match="already"):
        set_up(world, brands.add, BrandChange(name="Night"))


# -- deletion


def test_removing_the_last_address_says_what_it_means(world: World, record: int) -> None:
    told = set_up(world, addresses.remove, SUPPORT)
    assert "Nobody can be answered for Night now (1 open record)." in told
    assert world.all(SendingAddress) == []
    assert draft_rule(world, record)[0] == ""


def test_removing_one_of_two_says_who_takes_over_and_adding_brings_it_back(world: World, record: int) -> None:
    first = add(world, "first@desk.test", sequence=1)
    send(world, draft(world, record))
    told = set_up(world, addresses.remove, "first@desk.test")
    assert f"Night is answered as {SUPPORT} from now on." in told
    assert "1 message went out as it and will still say so." in told
    with pytest.raises(NotFound):
        world.read(addresses.find, "first@desk.test")
    assert add(world, "first@desk.test").id == first.id


def test_an_address_that_stands_there_twice_is_named_by_number(world: World) -> None:
    world.write(lambda s: s.add(Account(name="second", email="b@desk.test", smtp_host="127.0.0.1")))
    set_up(world, addresses.add, address=SUPPORT, account="second", change=AddressChange())
    with pytest.raises(NotAllowed, match="stands there 2 times") as caught:
        world.read(addresses.find, SUPPORT)
    number = str(caught.value).rpartition("#")[2].partition(" ")[0]
    assert world.read(addresses.find, f"#{number}").account == "second"
    with pytest.raises(NotAllowed, match="goes out through second already"):
        set_up(world, addresses.add, address=SUPPORT, account="second", change=AddressChange())


# -- what the database refuses, whoever asks


BOUND = "bound to another brand"


@pytest.fixture
def strange(world: World, record: int) -> int:
    """An address bound to another brand than the record's; its id."""
    set_up(world, brands.add, BrandChange(name="Day"))
    view = add(world, "day@desk.test", sequence=50)
    set_up(world, addresses.bind, "day@desk.test", ["Day"])
    return int(view.id)


def refuses(world: World, statement: str, **values: Any) -> None:
    with pytest.raises(IntegrityError, match=BOUND), world.database.engine.begin() as connection:
        connection.execute(text(statement), values)


def test_no_draft_takes_it(world: World, record: int, strange: int) -> None:
    mine = draft(world, record)
    refuses(world, "UPDATE draft SET sender = 'day@desk.test' WHERE id = :id", id=mine)
    with pytest.raises(NotAllowed, match=BOUND):
        world.write(drafts.choose_sender, mine, world.anton.id, "day@desk.test", world.now)


def test_no_record_takes_it_nor_moves_under_it(world: World, record: int, strange: int) -> None:
    refuses(world, "UPDATE record SET sending_address_id = :a WHERE id = :id", a=strange, id=record)
    with pytest.raises(NotAllowed, match=BOUND):
        world.write(sending.choose_for_record, record, strange)
    day = world.read(brands.find, "Day").id
    world.write(lambda s: s.execute(update(Record).values(brand_id=day)))
    world.write(sending.choose_for_record, record, strange)
    refuses(world, "UPDATE record SET brand_id = NULL WHERE id = :id", id=record)


def test_no_message_takes_it(world: World, record: int, strange: int) -> None:
    refuses(world, "UPDATE message SET sending_address_id = :a WHERE record_id = :id", a=strange, id=record)


def test_no_copy_gets_its_bytes_under_it(world: World, record: int) -> None:
    add(world, "vip@desk.test", sequence=50)
    set_up(world, brands.add, BrandChange(name="Day"))
    send(world, draft(world, record, "vip@desk.test"))
    set_up(world, addresses.bind, "vip@desk.test", ["Day"])
    refuses(world, "UPDATE delivery SET wire = :wire", wire=b"From: vip@desk.test")
    set_up(world, addresses.bind, "vip@desk.test", ["Night"])
    with world.database.engine.begin() as connection:
        connection.execute(text("UPDATE delivery SET wire = :wire"), {"wire": b"From: vip@desk.test"})


def test_an_unbound_address_serves_every_brand(world: World, record: int) -> None:
    vip = add(world, "vip@desk.test")
    world.write(sending.choose_for_record, record, vip.id)
    set_up(world, brands.add, BrandChange(name="Day"))
    day = world.read(brands.find, "Day").id
    world.write(lambda s: s.execute(update(Record).values(brand_id=day)))
    with pytest.raises(NotAllowed, match="would then serve every brand"):
        set_up(world, addresses.bind, "vip@desk.test", ["Day"])
        set_up(world, addresses.unbind, "vip@desk.test", ["Day"])
    assert set_up(world, addresses.unbind, "vip@desk.test", []).brands == ()


def test_the_message_keeps_which_rules_were_asked_for_its_sender(world: World, record: int) -> None:
    vip = add(world, "vip@desk.test", sequence=50)
    world.write(sending.choose_for_record, record, vip.id)
    set_up(world, addresses.change, "vip@desk.test", AddressChange(active=False))
    send(world, draft(world, record))
    assert world.all(Message, col(Message.sender) != "")[-1].tried == [
        ["B chosen by a rule", "no", "vip@desk.test: it is switched off"],
        ["F the company's address of this domain", "yes", f"{SUPPORT}: first that is available"],
    ]


def test_an_address_bound_between_judging_and_keeping_stops_its_mail_only(
    world: World, record: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another admin's transaction commits just after the mail was judged."""
    add(world, "vip@desk.test", sequence=50)
    set_up(world, brands.add, BrandChange(name="Day"))
    send(world, draft(world, record, "vip@desk.test"))
    other = ticket(world, sender="Ben <ben@customer.test>", subject="Other")
    send(world, draft(world, other))
    compose = wires.compose

    def meanwhile(mail: OutgoingMail) -> bytes:
        if mail.sender.address == "vip@desk.test":
            set_up(world, addresses.bind, "vip@desk.test", ["Day"])
        return compose(mail)

    monkeypatch.setattr(wires, "compose", meanwhile)
    assert sorted(leaves(world)) == [
        ("", "This sending address is bound to another brand by now. Choose another one."),
        (f"Night <{SUPPORT}>", ""),
    ]


def test_a_notification_whose_address_went_to_another_account_is_sent_again_through_that(
    world: World, record: int
) -> None:
    proved = {"smtp_host": "127.0.0.1", "active": True, "proof": Proof.OK}
    world.write(lambda s: s.add(Account(name="second", email="b@desk.test", **proved)))
    world.write(records.follow, record, agent_id=world.berta.id)
    world.sends(record, "We look into it.", mode=DraftMode.NOTE)
    world.wait(minutes=1)
    set_up(world, addresses.change, SUPPORT, AddressChange(account="second"))
    [(sender, sentence)] = leaves(world)
    assert (sender, "no address this record may be answered from" in sentence) == ("", True)
    copy = world.all(Delivery, col(Delivery.state) == DeliveryState.FAILED)[0]
    world.write(resend.resend, copy.id, world.now)
    again = world.all(Delivery, col(Delivery.id) == copy.id)[0]
    assert world.all(Account, col(Account.id) == again.account_id)[0].name == "second"
    world.account_id = again.account_id
    assert leaves(world) == [(f"Anton via Night <{SUPPORT}>", "")]
