"""Accounts are kept as they were tested, and the second of two editors is told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.rules.account_proof import fingerprint, secret_word, vouched
from models.services import account_edit, login_guard, setup
from models.store import account_settings, accounts
from models.store.accounts import Half
from models.tables.mail import Account, SendingAddress
from models.types.account import Auth, Endpoint, NewAccount, Security
from models.types.actor import Actor
from models.types.errors import NotAllowed, NotFound, Overtaken
from models.types.health import AccountState
from models.types.sender import Proof
from models.types.trial import StepState, TrialResult, TrialStep
from tests.services.letters import START, World

ADMIN, OTHER = Actor("anton"), Actor("berta")
NEW = NewAccount(
    "sales@desk.test", secret="env:SALES", smtp_host="mail.desk.test", imap_host="mail.desk.test", imap_port=993
)


def result(of: NewAccount, *, passed: bool = True, plus: bool | None = True) -> TrialResult:
    state = StepState.OK if passed else StepState.FAILED
    step = TrialStep("smtp.login", "SMTP: log in", state, "refused", "do something", "535 no")
    return TrialResult(fingerprint(of, secret_word(of.secret)), START, (step,), plus, None, "mx.desk.test")


@pytest.fixture
def name(world: World) -> str:
    world.write(setup.add_account, NEW, now=START, trial=result(NEW))
    return "sales@desk.test"


def view(world: World, name: str) -> Any:
    return world.read(account_edit.find, name)


def test_an_account_is_kept_on_only_with_its_proof(world: World) -> None:
    with pytest.raises(NotAllowed, match="did not pass"):
        world.write(setup.add_account, NEW, now=START, trial=result(NEW, passed=False))
    with pytest.raises(NotAllowed, match="other settings"):
        world.write(setup.add_account, replace(NEW, smtp_port=587), now=START, trial=result(NEW))
    assert [row.email for row in world.all(Account)] == ["support@desk.test"]
    world.write(setup.add_account, NEW, now=START)
    kept = view(world, "sales@desk.test")
    assert (kept.active, kept.proof) == (False, Proof.UNTESTED)
    assert "sales@desk.test" not in [one.name for one in world.read(accounts.active)]


def test_what_the_test_found_is_remembered(world: World, name: str) -> None:
    kept = view(world, name)
    assert (kept.active, kept.proof, kept.plus_addressing, kept.authserv_id) == (True, Proof.OK, True, "mx.desk.test")
    assert kept.steps[0][:3] == ("smtp.login", "SMTP: log in", "ok")
    world.write(account_edit.tested, ADMIN, name, result(kept.said, plus=None), now=START)
    assert view(world, name).plus_addressing is True, "not found out is not no"


CONNECTION = [
    {"email": "billing@desk.test"}, {"user": "somebody"}, {"smtp_host": "evil.desk.test"}, {"smtp_port": 466},
    {"smtp_security": Security.STARTTLS}, {"imap_host": "other.desk.test"}, {"imap_port": 994},
    {"imap_host": "", "pop3_host": "mail.desk.test"}, {"secret": "env:OTHER"}, {"ca_file": "/tmp/ca.pem"},
    {"folder": "Support"}, {"more_folders": "Sales"}, {"auth": Auth.OAUTH, "secret": "oauth:1234"},
]  # fmt: skip


@pytest.mark.parametrize("changes", CONNECTION, ids=lambda one: "+".join(one))
def test_a_change_of_the_connection_needs_its_own_proof(world: World, name: str, changes: dict[str, Any]) -> None:
    before = view(world, name)
    said = replace(before.said, **changes)
    for trial in (None, result(before.said), result(said, passed=False)):
        with pytest.raises(NotAllowed, match="is not changed"):
            world.write(account_edit.change, ADMIN, name, said, now=START, trial=trial)
    assert view(world, name) == before
    changed = world.write(account_edit.change, ADMIN, name, said, now=START, trial=result(said))
    assert (changed.active, changed.proof) == (True, Proof.OK)
    assert world.read(account_edit.proved, name)


@pytest.mark.parametrize("changes", CONNECTION[:3], ids=lambda one: "+".join(one))
def test_without_proof_it_is_only_kept_off(world: World, name: str, changes: dict[str, Any]) -> None:
    said = replace(view(world, name).said, **changes)
    changed = world.write(account_edit.change, ADMIN, name, said, now=START, off=True)
    assert (changed.active, changed.proof, changed.plus_addressing) == (False, Proof.UNTESTED, None)
    for trial in (None, result(said, passed=False), result(NEW)):
        with pytest.raises(NotAllowed, match="stays off"):
            world.write(account_edit.switch_on, ADMIN, name, now=START, trial=trial)
    assert world.write(account_edit.switch_on, ADMIN, name, now=START, trial=result(said)).active


def test_what_is_no_connection_needs_no_test(world: World, name: str) -> None:
    said = replace(view(world, name).said, poll_seconds=300, default_kind="order", name="Sales", leave_days=3)
    changed = world.write(account_edit.change, ADMIN, name, said, now=START)
    assert (changed.name, changed.said.poll_seconds, changed.active, changed.proof) == ("Sales", 300, True, Proof.OK)
    assert changed.edit.what == "name, leave days, poll seconds, default kind"


def test_off_and_on_again_needs_no_new_test(world: World, name: str) -> None:
    assert not world.write(account_edit.switch_off, ADMIN, name, now=START).active
    assert world.write(account_edit.switch_on, ADMIN, name, now=START).active


def test_a_row_changed_behind_our_back_is_not_switched_on(world: World, name: str) -> None:
    world.write(account_edit.switch_off, ADMIN, name, now=START)
    account_id = view(world, name).id
    world.write(account_settings.write, account_id, {"smtp_host": "evil.test"}, by="x", what="host", now=START)
    with pytest.raises(NotAllowed, match="not tested"):
        world.write(account_edit.switch_on, ADMIN, name, now=START)


def test_a_failed_test_is_told_and_a_good_one_brings_it_back(world: World, name: str) -> None:
    said = view(world, name).said
    world.write(account_edit.tested, ADMIN, name, result(said, passed=False), now=START)
    assert view(world, name).proof is Proof.FAILED
    world.write(accounts.fails, view(world, name).id, Half.SEND, "refused", START, stop=True)
    world.write(account_edit.tested, ADMIN, name, result(said), now=START)
    again = view(world, name)
    assert (again.proof, again.send_state) == (Proof.OK, AccountState.OK)
    with pytest.raises(Overtaken, match="while it was tested"):
        world.write(account_edit.tested, ADMIN, name, result(replace(said, smtp_port=1)), now=START)


def test_a_server_out_of_reach_takes_no_proof_away(world: World, name: str) -> None:
    said = view(world, name).said
    failed = result(said, passed=False)
    away = replace(failed, steps=(replace(failed.steps[0], key="smtp.reach"),))
    world.write(account_edit.tested, ADMIN, name, away, now=START)
    assert (view(world, name).proof, view(world, name).steps[0][2]) == (Proof.OK, "failed")
    world.write(account_edit.tested, ADMIN, name, failed, now=START)
    world.write(account_edit.tested, ADMIN, name, away, now=START)
    assert view(world, name).proof is Proof.FAILED, "nor does it give one"


def test_the_second_editor_is_told_who_changed_what(world: World, name: str) -> None:
    seen = view(world, name)
    world.write(
        account_edit.change, ADMIN, name, replace(seen.said, poll_seconds=300), now=START, seen=seen.edit.revision
    )
    with pytest.raises(Overtaken, match=r"anton changed poll seconds of sales@desk.test at \d\d:\d\d"):
        world.write(
            account_edit.change, ADMIN, name, replace(seen.said, poll_seconds=30), now=START, seen=seen.edit.revision
        )
    for deed in (account_edit.switch_off, account_edit.remove):
        with pytest.raises(Overtaken):
            world.write(deed, ADMIN, name, now=START, seen=seen.edit.revision)
    assert view(world, name).said.poll_seconds == 300


def test_who_is_no_admin_changes_nothing(world: World, name: str) -> None:
    before = view(world, name)
    less = replace(before.said, poll_seconds=9)
    with pytest.raises(NotAllowed, match="Only an admin"):
        world.write(account_edit.change, OTHER, name, less, now=START)
    with pytest.raises(NotAllowed, match="Only an admin"):
        world.write(account_edit.tested, OTHER, name, result(before.said), now=START)
    for deed in (account_edit.switch_on, account_edit.switch_off, account_edit.remove):
        with pytest.raises(NotAllowed, match="Only an admin"):
            world.write(deed, OTHER, name, now=START)
    with pytest.raises(NotAllowed, match="Only an admin"):
        world.read(account_edit.may_change, OTHER, name)
    assert view(world, name) == before


def test_an_employee_changes_their_own(world: World) -> None:
    world.write(setup.add_account, NEW, now=START, trial=result(NEW), agent_id=world.berta.id)
    assert not world.write(account_edit.switch_off, OTHER, "sales@desk.test", now=START).active


@pytest.mark.parametrize("place", ["cmd:cat /etc/shadow", "file:/srv/anton/.ssh/id", "env:OTHER"])
def test_but_does_not_send_the_worker_to_look_somewhere(world: World, place: str) -> None:
    world.write(setup.add_account, NEW, now=START, trial=result(NEW), agent_id=world.berta.id)
    said = replace(view(world, "sales@desk.test").said, secret=place)
    with pytest.raises(NotAllowed, match="Only an admin says where"):
        world.write(account_edit.change, OTHER, "sales@desk.test", said, now=START, trial=result(said))
    assert world.write(account_edit.change, ADMIN, "sales@desk.test", said, now=START, trial=result(said)).active


def test_a_removed_account_is_gone_from_sight_and_its_name_is_free(world: World, name: str) -> None:
    world.write(account_edit.remove, ADMIN, name, now=START)
    with pytest.raises(NotFound):
        view(world, name)
    gone = next(row for row in world.all(Account) if row.removed_at)
    assert (gone.active, gone.secret) == (False, "")
    assert [row.removed for row in world.all(SendingAddress) if row.account_id == gone.id] == [True]
    world.write(setup.add_account, NEW, now=START, trial=vouched(NEW, START))
    assert view(world, name).active


def guard(world: World, password: str, minutes: int, *, refuse: bool = False, user: str = "a@desk.test") -> bool:
    """Whether a login may be tried; with ``refuse`` the server then says no."""
    endpoint = Endpoint("mail.desk.test", 465, Security.TLS, user, password)
    now = START + timedelta(minutes=minutes)
    try:
        world.read(login_guard.check, [endpoint], now)
    except login_guard.TooSoon:
        return False
    if refuse:
        world.write(login_guard.note, [endpoint], [], now)
    return True


def test_a_refused_login_is_not_repeated(world: World) -> None:
    assert guard(world, "wrong", 0, refuse=True)
    assert not guard(world, "wrong", 1)
    assert guard(world, "wrong", 1, user="b@desk.test")
    assert guard(world, "right", 1)
    assert guard(world, "wrong", 15, refuse=True)


def test_no_more_than_three_refusals_whatever_the_password(world: World) -> None:
    assert all(guard(world, f"wrong {number}", number, refuse=True) for number in range(3))
    assert not guard(world, "right at last", 5)
    assert guard(world, "right at last", 31)


def test_a_good_login_wipes_the_slate(world: World) -> None:
    endpoint = Endpoint("mail.desk.test", 465, Security.TLS, "a@desk.test", "right")
    assert all(guard(world, f"wrong {number}", 0, refuse=True) for number in range(3))
    world.write(login_guard.note, [], [endpoint], START)
    assert guard(world, "wrong 1", 1)
