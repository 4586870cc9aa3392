import os
import re
import stat
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String, insert, select, update
from sqlmodel import Session, col

from models.rules.bound import bound
from models.services import accounts as plans
from models.services import key_file, sealing, setup, vault
from models.store import settings
from models.store.database import Database
from models.tables.all import metadata
from models.tables.desk import Domain
from models.tables.dkim import DkimKey
from models.tables.mail import Account, OauthGrant
from models.types.account import NewAccount
from models.types.errors import NightdeskError, SettingsError
from models.types.secret import Secret
from tests.services.letters import START, World

NEW = NewAccount(email="sales@desk.test", name="Sales", smtp_host="mail.desk.test", imap_host="imap.desk.test")
PASSWORD = Secret("hünter2-o'clock")


@pytest.fixture
def vaulted(world: World, tmp_path: Path) -> World:
    """A desk whose key is in a file, on both databases."""
    world.database.key_file = tmp_path / "keys" / "worker.key"
    world.database._info["key_file"] = world.database.key_file
    assert world.write(vault.ensure_key)
    return world


def path_of(world: World) -> Path:
    assert world.database.key_file is not None
    return world.database.key_file


@given(st.text(max_size=300), st.sets(st.text(min_size=1, max_size=20), max_size=4))
def test_what_is_sealed_opens_with_the_key_for_its_use_only(secret: str, servers: set[str]) -> None:
    pair, other = sealing.new_pair(), sealing.new_pair()
    text = sealing.seal(pair.public, secret.encode("utf-8", "replace").decode(), servers)
    assert sealing.unseal(text, {pair.id: pair}, servers) == secret.encode("utf-8", "replace").decode()
    assert sealing.unseal(text, {pair.id: pair}, None) == sealing.unseal(text, {pair.id: pair}, ())
    with pytest.raises(SettingsError, match="was not typed for elsewhere"):
        sealing.unseal(text, {pair.id: pair}, {*servers, "elsewhere.test:25"})
    with pytest.raises(SettingsError, match="key that is not here"):
        sealing.unseal(text, {other.id: other}, servers)
    again = sealing.reseal(text, {pair.id: pair}, other.public)
    assert sealing.unseal(again, {other.id: other}, servers) == sealing.unseal(text, {pair.id: pair}, servers)


def test_a_sealed_text_tells_neither_length_nor_likeness() -> None:
    pair = sealing.new_pair()
    assert len(sealing.seal(pair.public, "x")) == len(sealing.seal(pair.public, "a longer password"))
    assert sealing.seal(pair.public, "x") != sealing.seal(pair.public, "x")


@pytest.mark.parametrize("damage", ["sealed:{id}:", "sealed:{id}:AAAA", "sealed:{id}:%%%", "sealed:{id}", "sealed::x"])
def test_a_damaged_text_is_said_and_not_shown(damage: str) -> None:
    pair = sealing.new_pair()
    with pytest.raises(SettingsError):
        sealing.unseal(damage.format(id=pair.id), {pair.id: pair}, ())


def test_a_typed_password_reaches_the_worker_and_nobody_else(vaulted: World) -> None:
    account_id = vaulted.write(setup.add_account, NEW, now=START, password=PASSWORD)
    (kept,) = vaulted.all(Account, col(Account.id) == account_id)
    assert re.fullmatch(r"sealed:[0-9a-f]{8}:[A-Za-z0-9_=-]+", kept.secret)
    assert kept.user == "sales@desk.test"
    plan = vaulted.read(plans.plan, account_id)
    assert plan.smtp is not None
    assert plan.smtp.password == PASSWORD
    assert PASSWORD not in f"{plan!r} {plan.smtp.password!r} {[plan.smtp.password]!r}"
    assert stat.S_IMODE(path_of(vaulted).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "change",
    [{"smtp_host": "evil.test"}, {"smtp_port": 2525}, {"imap_host": "evil.test"}, {"pop3_host": "evil.test"},
     {"ca_file": "/tmp/evil.pem"}],
)  # fmt: skip
def test_a_password_is_given_to_no_server_it_was_not_typed_for(vaulted: World, change: dict[str, object]) -> None:
    account_id = vaulted.write(setup.add_account, NEW, now=START, password=PASSWORD)
    vaulted.write(lambda session: session.execute(update(Account).values(change)))
    with pytest.raises(SettingsError, match="was not typed for") as error:
        vaulted.read(plans.plan, account_id)
    assert "Type it again" in error.value.remedy


def test_less_servers_need_no_new_password(vaulted: World) -> None:
    account_id = vaulted.write(setup.add_account, NEW, now=START, password=PASSWORD)
    vaulted.write(lambda session: session.execute(update(Account).values(imap_host="", smtp_host="MAIL.desk.test.")))
    assert vaulted.read(plans.plan, account_id).imap is None


def test_servers_are_named_in_one_way() -> None:
    assert bound(NEW) == ("mail.desk.test:465", "imap.desk.test:993")
    assert bound(replace(NEW, smtp_host="MAIL.desk.test.")) == bound(NEW)


def test_without_a_key_nothing_is_sealed(world: World) -> None:
    world.database._info["key_file"] = None
    assert not world.write(vault.ensure_key)
    with pytest.raises(SettingsError, match="no key yet"):
        world.write(setup.add_account, NEW, now=START, password=PASSWORD)
    assert not world.all(Account, col(Account.name) == "Sales")


def test_a_key_is_made_once(vaulted: World) -> None:
    before = path_of(vaulted).read_bytes()
    assert vaulted.write(vault.ensure_key)
    assert path_of(vaulted).read_bytes() == before
    assert len(key_file.read(path_of(vaulted))) == 1


def test_a_file_left_by_a_crash_is_taken_up(vaulted: World) -> None:
    (pair,) = key_file.read(path_of(vaulted))
    vaulted.write(settings.put, settings.WORKER_KEY, "")
    assert vaulted.write(vault.ensure_key)
    vaulted.write(lambda session: settings.put(session, settings.WORKER_KEY, pair.public))
    assert vaulted.read(vault.state).opens_all


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.unlink(), "is not at"),
        (lambda path: path.chmod(0o640), "Others may read"),
        (lambda path: path.write_text("# nothing\nxyz\n"), "is damaged"),
        (lambda path: path.write_text("00" * 31), "is damaged"),
        (lambda path: key_file.write(path, (sealing.new_pair(),)), "key that is not here"),
    ],
)
def test_a_missing_or_wrong_key_is_said(vaulted: World, spoil: object, sentence: str) -> None:
    account_id = vaulted.write(setup.add_account, NEW, now=START, password=PASSWORD)
    private = key_file.read(path_of(vaulted))[0].private
    spoil(path_of(vaulted))  # type: ignore[operator]
    with pytest.raises(SettingsError, match=sentence) as error:
        vaulted.read(plans.plan, account_id)
    assert error.value.remedy
    assert private not in f"{error.value} {error.value.remedy}"


def test_systemd_hands_the_key_over(vaulted: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id = vaulted.write(setup.add_account, NEW, now=START, password=PASSWORD)
    folder = tmp_path / "credentials"
    folder.mkdir()
    path_of(vaulted).rename(folder / key_file.CREDENTIAL)
    (folder / key_file.CREDENTIAL).chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    plan = vaulted.read(plans.plan, account_id)
    assert plan.imap is not None
    assert plan.imap.password == PASSWORD
    with pytest.raises(SettingsError, match="credential of systemd"):
        vault.rotate(vaulted.database)


def test_a_new_key_opens_everything_and_the_old_one_nothing(vaulted: World) -> None:
    account_id = vaulted.write(setup.add_account, NEW, now=START, password=PASSWORD)
    (old,) = key_file.read(path_of(vaulted))
    (before,) = vaulted.all(Account, col(Account.id) == account_id)
    done = vault.rotate(vaulted.database)
    assert (done.resealed, done.lost) == (1, 0)
    (new,) = key_file.read(path_of(vaulted))
    assert new.id == done.key == vaulted.read(vault.state).key != old.id
    (after,) = vaulted.all(Account, col(Account.id) == account_id)
    assert after.secret != before.secret
    with pytest.raises(SettingsError):
        sealing.unseal(after.secret, {old.id: old}, None)
    with pytest.raises(SettingsError, match="was not typed for"):
        sealing.unseal(after.secret, {new.id: new}, {"evil.test:25"})
    assert vaulted.read(plans.plan, account_id).name == "Sales"


def test_a_new_key_is_applied_wherever_something_is_sealed(vaulted: World) -> None:
    """Whoever adds a column for sealed text must name it in ``store.sealed``: this looks at all of them."""
    (old,) = key_file.read(path_of(vaulted))
    vaulted.write(setup.add_account, NEW, now=START, password=PASSWORD)

    def seal_everywhere(session: Session) -> None:
        text = vault.seal(session, Secret("x"))
        settings.put(session, "oauth-secret:google", text)
        session.execute(insert(OauthGrant).values(
            id="g", provider="google", user="", tokens=text, granted_at=START, access_until=START, refusal=""
        ))  # fmt: skip
        domain = session.scalar(select(col(Domain.id)))
        session.execute(insert(DkimKey).values(
            domain_id=domain, selector="s", algorithm="rsa", public="p", private=text, active=False, created_at=START
        ))  # fmt: skip

    vaulted.write(seal_everywhere)
    assert vault.rotate(vaulted.database).resealed == 4
    left = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String)
        and vaulted.read(lambda session, one=column: session.execute(
            select(one).where(one.like(f"sealed:{old.id}:%"))).all())
    ]  # fmt: skip
    assert left == []


@pytest.mark.parametrize("step", ["first write", "database", "second write"])
def test_a_change_of_key_may_end_anywhere(vaulted: World, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each point where the program may be killed the file opens what the database holds."""

    class Killed(BaseException):
        pass

    account_id = vaulted.write(setup.add_account, NEW, now=START, password=PASSWORD)
    writes = 0
    real_file, real_reseal = key_file.write, vault._reseal

    def file(*arguments: object, **named: object) -> None:
        nonlocal writes
        writes += 1
        if (writes, step) in ((1, "first write"), (2, "second write")):
            raise Killed
        real_file(*arguments, **named)  # type: ignore[arg-type]

    def reseal(*arguments: object, **named: object) -> object:
        real_reseal(*arguments, **named)  # type: ignore[arg-type]
        if step == "database":
            raise Killed
        return None

    monkeypatch.setattr(key_file, "write", file)
    monkeypatch.setattr(vault, "_reseal", reseal)
    with pytest.raises(Killed):
        vault.rotate(vaulted.database)
    monkeypatch.undo()

    plan = vaulted.read(plans.plan, account_id)
    assert plan.smtp is not None
    assert plan.smtp.password == PASSWORD
    other = vaulted.write(setup.add_account, replace(NEW, name="Other"), now=START, password=PASSWORD)
    assert vaulted.read(plans.plan, other).name == "Other"
    assert vault.rotate(vaulted.database).resealed == 2
    assert vaulted.read(plans.plan, account_id).smtp == plan.smtp


def test_a_lost_key_is_replaced_only_when_it_is_said(vaulted: World) -> None:
    vaulted.write(setup.add_account, NEW, now=START, password=PASSWORD)
    path_of(vaulted).unlink()
    with pytest.raises(SettingsError, match="1 of 1 sealed secrets"):
        vault.rotate(vaulted.database)
    assert vault.rotate(vaulted.database, lost=True).lost == 1
    assert not vaulted.read(vault.state).opens_all
    vaulted.write(setup.add_account, replace(NEW, name="Other"), now=START, password=PASSWORD)
    assert sum(vaulted.read(vault.state).sealed.values()) == 2


def test_passwords_entered_while_the_key_changes_all_open(vaulted: World) -> None:
    stop = threading.Event()
    ids: list[int] = []
    faults: list[NightdeskError] = []

    def enter() -> None:
        while not stop.is_set() and len(ids) < 60:
            try:
                new = replace(NEW, name=f"Sales {len(ids)}")
                ids.append(vaulted.write(setup.add_account, new, now=START, password=PASSWORD))
            except NightdeskError as error:
                faults.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    for _ in range(4):
        with closing(Database(vaulted.database.url, key_file=path_of(vaulted))) as other:
            vault.rotate(other)
    stop.set()
    thread.join()
    assert not faults
    for account_id in ids:
        plan = vaulted.read(plans.plan, account_id)
        assert plan.smtp is not None
        assert plan.smtp.password == PASSWORD


def test_two_changes_of_key_do_not_meet(vaulted: World) -> None:
    with key_file.locked(path_of(vaulted)), pytest.raises(SettingsError, match="Another program"):
        vault.rotate(vaulted.database)


def test_the_file_is_closed_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        key_file.write(tmp_path / "a" / "b.key", (sealing.new_pair(),))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a" / "b.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["b.key"]
