"""The rooms of the set-up over real services: what a form holds is what is kept, and what is refused keeps nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from models.rules import account_proof
from models.services import account_edit, setup, vault
from models.store.database import Database
from models.types.account import Auth, NewAccount
from models.types.actor import Actor
from models.types.dkim import Algorithm, NewKey
from models.types.domain_health import DomainReport, Finding, Grade
from models.types.errors import NightdeskError, NotAllowed, Overtaken, Unfit
from models.types.oauth import Tokens
from models.types.secret import Secret
from models.types.trial import StepState, TrialResult, TrialStep
from tests.store.world import NOW, World
from tui.render.setup_item import Item, Room
from tui.setup.desk import LocalSetup
from tui.setup.gate import Gate

T = TypeVar("T")
OWNER, STRANGER = Actor("ada", owns_database=True), Actor("stranger")
FORM = {
    "email": "support@acme.example", "login": "password", "password": "hunter2", "smtp_host": "smtp.acme.example",
    "smtp_port": "465", "smtp_security": "tls", "fetch_by": "imap", "fetch_host": "imap.acme.example",
    "fetch_port": "993", "fetch_security": "tls", "folder": "INBOX", "poll_seconds": "60",
}  # fmt: skip


class FakeTrial:
    def __init__(self, said: NewAccount, password: Secret | None, passes: bool) -> None:
        self.said = account_edit.tidy(said)
        self._passes = passes
        self._word = account_proof.secret_word(said.secret, password)

    @property
    def result(self) -> TrialResult:
        state = StepState.OK if self._passes else StepState.FAILED
        step = TrialStep("smtp.login", "SMTP: log in", state, "" if self._passes else "Refused.", "Check it.")
        return TrialResult(account_proof.fingerprint(self.said, self._word), NOW, (step,))

    async def steps(self) -> AsyncIterator[TrialStep]:
        yield TrialStep("smtp.login", "SMTP: log in", StepState.RUNNING)
        yield self.result.steps[0]


class FakeGate:
    def __init__(self) -> None:
        self.passes = True
        self.tried: list[tuple[NewAccount, Secret | None]] = []

    def ready_to_seal(self, database: Database) -> None:
        database.write(vault.ensure_key)

    def trial(self, database: Database, said: NewAccount, password: Secret | None) -> FakeTrial:
        self.tried.append((said, password))
        return FakeTrial(said, password, self.passes)

    def examine(self, database: Database, domain: str) -> DomainReport:
        wrong = Finding("SPF", Grade.WRONG, "There is no SPF record.", domain, "TXT", "v=spf1 mx -all")
        return DomainReport(domain, (Finding("MX", Grade.GOOD, "It is there."), wrong), NOW)

    def dkim_key(self) -> NewKey:
        return NewKey(Algorithm.RSA, "MIIBpublic", Secret("private half"))

    def sign_in(self, database: Database, said: NewAccount, provider: str) -> "FakeSigning":
        return FakeSigning(database, provider)


class FakeSigning:
    def __init__(self, database: Database, provider: str) -> None:
        self._database, self._provider = database, provider
        self._pasted = asyncio.Event()
        self.reference = ""

    def paste(self, text: str) -> None:
        self._pasted.set()

    async def steps(self) -> AsyncIterator[str]:
        yield f"Open https://{self._provider}.example and type ABCD."
        await self._pasted.wait()
        from models.services import consent

        self._database.write(vault.ensure_key)
        given = Tokens(Secret("access"), Secret("refresh"), NOW.replace(year=2099))
        self.reference = self._database.write(consent.keep, self._provider, "me", given, ("smtp.gmail.com",), NOW)
        yield "It lets us in."


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    database.key_file = tmp_path / "keys" / "worker.key"
    database._info["key_file"] = database.key_file
    world = World(database)
    database.write(setup.init, brand="Acme", domain="acme.example", notification="n@acme.example", now=NOW)
    return world


@pytest.fixture
def gate() -> FakeGate:
    return FakeGate()


def room_desk(database: Database, gate: Gate, actor: Actor = OWNER) -> LocalSetup:
    async def run(work: Callable[[Database], T], /) -> T:
        return await asyncio.to_thread(work, database)

    return LocalSetup(run, actor, gate, lambda: NOW)


@pytest.fixture
def rooms(database: Database, world: World, gate: FakeGate) -> LocalSetup:
    return room_desk(database, gate)


async def kept(rooms: LocalSetup, room: Room, item: Item | None, values: Mapping[str, str]) -> list[TrialStep | str]:
    return [told async for told in rooms.keep(room, item, values)]


async def only(rooms: LocalSetup, room: Room) -> Item:
    (item,) = await rooms.items(room)
    return item


async def test_an_account_is_tested_sealed_and_kept(rooms: LocalSetup, gate: FakeGate, database: Database) -> None:
    told = await kept(rooms, Room.ACCOUNTS, None, FORM)
    assert told[-1] == "support@acme.example is saved and works from now on."
    assert [one.state for one in told if isinstance(one, TrialStep)] == [StepState.RUNNING, StepState.OK]
    assert gate.tried[0][1] == "hunter2"
    item = await only(rooms, Room.ACCOUNTS)
    assert (item.mark, item.active) == ("ok", True)
    stored = database.read(account_edit.find, item.key).said
    assert stored.secret.startswith("sealed:")
    assert "hunter2" not in repr(item)
    assert item.values["password"] == ""
    assert (await only(rooms, Room.ADDRESSES)).title == "support@acme.example"


async def test_a_failed_test_keeps_nothing(rooms: LocalSetup, gate: FakeGate) -> None:
    gate.passes = False
    with pytest.raises(NotAllowed, match=r"failed at 'SMTP: log in'\. Refused\."):
        await kept(rooms, Room.ACCOUNTS, None, FORM)
    assert await rooms.items(Room.ACCOUNTS) == ()
    assert await rooms.items(Room.ADDRESSES) == ()


async def test_what_does_not_connect_otherwise_is_kept_without_a_test(rooms: LocalSetup, gate: FakeGate) -> None:
    await kept(rooms, Room.ACCOUNTS, None, FORM)
    item = await only(rooms, Room.ACCOUNTS)
    await kept(rooms, Room.ACCOUNTS, item, {**item.values, "name": "support", "default_kind": "ticket"})
    assert len(gate.tried) == 1
    changed = await only(rooms, Room.ACCOUNTS)
    assert (changed.key, changed.values["default_kind"]) == ("support", "ticket")
    assert any("name" in fact.text for fact in changed.facts if fact.label == "Last change")


async def test_several_folders_and_what_is_done_there(rooms: LocalSetup, database: Database) -> None:
    await kept(rooms, Room.ACCOUNTS, None, {**FORM, "folder": "INBOX, Sales", "after_fetch": "move:Done"})
    item = await only(rooms, Room.ACCOUNTS)
    assert (item.values["folder"], item.values["after_fetch"]) == ("INBOX, Sales", "move:Done")
    stored = database.read(account_edit.find, item.key).said
    assert (stored.folder, stored.more_folders) == ("INBOX", "Sales")


async def test_another_server_is_tested_with_the_sealed_password(rooms: LocalSetup, gate: FakeGate) -> None:
    await kept(rooms, Room.ACCOUNTS, None, FORM)
    item = await only(rooms, Room.ACCOUNTS)
    with pytest.raises(NightdeskError):  # the password was sealed for the servers it was typed for (C11)
        gate.passes = False
        await kept(rooms, Room.ACCOUNTS, item, {**item.values, "smtp_host": "other.example"})
    gate.passes = True
    await kept(rooms, Room.ACCOUNTS, item, {**item.values, "smtp_host": "other.example", "password": "new one"})
    assert gate.tried[-1][1] == "new one"
    assert (await only(rooms, Room.ACCOUNTS)).values["smtp_host"] == "other.example"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"), ("email", ""), ("smtp_port", "many"), ("smtp_port", "70000"), ("smtp_host", "a b"),
        ("fetch_host", "-x.example"),
        ("after_fetch", "burn"), ("after_fetch", "move:INBOX"), ("poll_seconds", "1"), ("smtp_security", "plain"),
        ("password", ""),
    ],
)  # fmt: skip
async def test_what_is_unfit_is_said_at_its_field_and_nothing_is_tried(
    rooms: LocalSetup, gate: FakeGate, field: str, value: str
) -> None:
    with pytest.raises(Unfit) as refused:
        await kept(rooms, Room.ACCOUNTS, None, {**FORM, field: value})
    assert field in {one.field for one in refused.value.problems}
    assert gate.tried == []


async def test_a_reference_must_say_where(rooms: LocalSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unfit) as refused:
        await kept(rooms, Room.ACCOUNTS, None, {**FORM, "login": "reference", "reference": "hunter2"})
    assert [one.field for one in refused.value.problems] == ["reference"]
    assert "hunter2" not in str(refused.value)
    await kept(rooms, Room.ACCOUNTS, None, {**FORM, "login": "reference", "reference": "env:MAIL_PASSWORD"})
    assert (await only(rooms, Room.ACCOUNTS)).values["reference"] == "env:MAIL_PASSWORD"


async def test_the_second_admin_is_told_who_changed_what(rooms: LocalSetup) -> None:
    await kept(rooms, Room.ACCOUNTS, None, FORM)
    item = await only(rooms, Room.ACCOUNTS)
    await kept(rooms, Room.ACCOUNTS, item, {**item.values, "poll_seconds": "30"})
    with pytest.raises(Overtaken, match="ada changed poll seconds"):
        await kept(rooms, Room.ACCOUNTS, item, {**item.values, "poll_seconds": "90"})
    assert (await only(rooms, Room.ACCOUNTS)).values["poll_seconds"] == "30"


async def test_signing_in_waits_for_the_browser_and_then_tests(rooms: LocalSetup, gate: FakeGate) -> None:
    form = {**FORM, "email": "me@gmail.com", "login": "sign in", "password": ""}
    told: list[str] = []
    async for one in rooms.keep(Room.ACCOUNTS, None, form):
        if isinstance(one, str):
            told.append(one)
            if "type ABCD" in one:
                rooms.paste("code=1")
    assert told[:2] == ["Open https://google.example and type ABCD.", "It lets us in."]
    said, password = gate.tried[0]
    assert (said.auth, said.secret.startswith("oauth:"), password) == (Auth.OAUTH, True, None)
    with pytest.raises(NotAllowed, match="Nobody is being signed in"):
        rooms.paste("again")


async def test_a_preset_is_proposed_for_a_whole_address_only(rooms: LocalSetup) -> None:
    assert await rooms.proposal("me") is None
    assert await rooms.proposal("me@unknown.example") is None
    found = await rooms.proposal("me@gmail.com")
    assert found is not None
    assert (found.values["smtp_host"], found.values["fetch_by"]) == ("smtp.gmail.com", "imap")
    assert any("password" in note for note in found.notes)


async def test_a_stranger_hears_whom_to_ask_at_every_door(
    database: Database, rooms: LocalSetup, gate: FakeGate
) -> None:
    await kept(rooms, Room.ACCOUNTS, None, FORM)
    theirs = room_desk(database, gate, STRANGER)
    for room in (Room.ACCOUNTS, Room.ADDRESSES, Room.BRANDS, Room.DOMAINS):
        item = (await theirs.items(room))[0]
        with pytest.raises(NotAllowed, match="ask"):
            await kept(theirs, room, item, dict(item.values))
        with pytest.raises(NotAllowed):
            await theirs.switch(room, item)
        with pytest.raises(NotAllowed, match="ask"):
            await theirs.remove(room, item)
    with pytest.raises(NotAllowed, match="ask"):
        await kept(theirs, Room.GROUPS, None, {"name": "sales"})
    with pytest.raises(NotAllowed, match="ask"):
        await kept(theirs, Room.ACCOUNTS, None, {**FORM, "email": "x@acme.example"})


async def test_an_address_is_bound_allowed_and_opened_again(world: World, rooms: LocalSetup) -> None:
    world.agent("bob")
    await kept(rooms, Room.ACCOUNTS, None, FORM)
    await kept(rooms, Room.BRANDS, None, {"name": "Borealis", "active": "yes"})
    await kept(rooms, Room.GROUPS, None, {"name": "sales", "agents": "bob, ada"})
    item = await only(rooms, Room.ADDRESSES)
    await kept(
        rooms, Room.ADDRESSES, item,
        {**item.values, "brands": "Borealis, Acme", "allowed": "bob, sales", "signature": "Yours\\nAcme"},
    )  # fmt: skip
    item = await only(rooms, Room.ADDRESSES)
    assert item.values["brands"] in ("Acme, Borealis", "Borealis, Acme")
    assert item.values["allowed"] == "bob, sales"
    assert item.values["signature"] == "Yours\\nAcme"
    await kept(rooms, Room.ADDRESSES, item, {**item.values, "brands": "Acme", "allowed": "sales"})
    item = await only(rooms, Room.ADDRESSES)
    assert (item.values["brands"], item.values["allowed"]) == ("Acme", "sales")
    await kept(rooms, Room.ADDRESSES, item, {**item.values, "brands": "", "allowed": ""})
    item = await only(rooms, Room.ADDRESSES)
    assert (item.values["brands"], item.values["allowed"]) == ("", "")
    with pytest.raises(NightdeskError, match="no brand 'Nowhere'"):
        await kept(rooms, Room.ADDRESSES, item, {**item.values, "sequence": "20", "brands": "Nowhere"})
    assert (await only(rooms, Room.ADDRESSES)).values["sequence"] == "10"


async def test_switching_and_removing_say_what_that_means(rooms: LocalSetup) -> None:
    await kept(rooms, Room.ACCOUNTS, None, FORM)
    account = await only(rooms, Room.ACCOUNTS)
    assert "is off" in await rooms.switch(Room.ACCOUNTS, account)
    account = await only(rooms, Room.ACCOUNTS)
    assert (account.mark, account.active) == ("off", False)
    assert "is on" in await rooms.switch(Room.ACCOUNTS, account)
    address = await only(rooms, Room.ADDRESSES)
    told = await rooms.remove(Room.ADDRESSES, address)
    assert any("Acme" in one for one in told)
    assert any(one.mark == "problem" for one in await rooms.items(Room.CHECK))


async def test_findings_lead_to_what_they_are_about(rooms: LocalSetup) -> None:
    await kept(rooms, Room.ACCOUNTS, None, FORM)
    address = await only(rooms, Room.ADDRESSES)
    await kept(rooms, Room.BRANDS, None, {"name": "Borealis", "active": "yes"})
    await kept(rooms, Room.ADDRESSES, address, {**address.values, "brands": "Borealis"})
    found = await rooms.items(Room.CHECK)
    assert found
    for item in found:
        assert item.room in (Room.ADDRESSES, Room.BRANDS, Room.DOMAINS)
        keys = {one.key for one in await rooms.items(item.room)}
        assert item.target in keys | {""}


async def test_a_domain_is_examined_and_gets_a_key(rooms: LocalSetup, database: Database, gate: FakeGate) -> None:
    domain = await only(rooms, Room.DOMAINS)
    told = [one async for one in rooms.test(Room.DOMAINS, domain)]
    assert [one.state for one in told if isinstance(one, TrialStep)] == [StepState.OK, StepState.FAILED]
    assert any("acme.example TXT v=spf1 mx -all" in one.remedy for one in told if isinstance(one, TrialStep))
    assert "something is wrong" in str(told[-1])
    said = await rooms.make_key(domain)
    assert any("_domainkey.acme.example TXT v=DKIM1; k=rsa; p=MIIBpublic" in one for one in said)
    assert "private half" not in " ".join(said)
    facts = (await only(rooms, Room.DOMAINS)).facts
    assert any("does not sign, not seen in DNS yet" in fact.text for fact in facts)
    with pytest.raises(NotAllowed, match="ask"):
        await room_desk(database, gate, STRANGER).make_key(domain)


async def test_a_domain_and_a_group_are_changed_and_removed(rooms: LocalSetup) -> None:
    await kept(rooms, Room.DOMAINS, None, {"name": "Bücher.example", "catchall": "all", "bounce": "b", "sequence": "5"})
    made = next(one for one in await rooms.items(Room.DOMAINS) if one.key.startswith("xn--"))
    assert made.values["catchall"] == "all"
    with pytest.raises(Unfit):
        await kept(rooms, Room.DOMAINS, made, {**made.values, "name": "other.example"})
    await kept(rooms, Room.DOMAINS, made, {**made.values, "catchall": ""})
    await rooms.remove(Room.DOMAINS, replace(made, revision=made.revision + 1))
    assert [one.key for one in await rooms.items(Room.DOMAINS)] == ["acme.example"]
    await kept(rooms, Room.GROUPS, None, {"name": "sales", "agents": "ada"})
    group = await only(rooms, Room.GROUPS)
    await kept(rooms, Room.GROUPS, group, {"name": "selling", "agents": ""})
    group = await only(rooms, Room.GROUPS)
    assert (group.title, group.values["agents"]) == ("selling", "")
    assert "removed" in (await rooms.remove(Room.GROUPS, group))[0]
