"""Change mail accounts. What connects differently than its test did is not kept, or only switched off (B5)."""

from dataclasses import asdict, replace
from datetime import datetime

from sqlmodel import Session

from models.rules import account_proof, edit, new_account
from models.rules.address import normal
from models.rules.admin import refusal as admin_refusal
from models.rules.host_name import host_name
from models.services import admin
from models.services.accounts import sealed
from models.store import account_settings, accounts, admins, setting_up
from models.store.changes import announce
from models.types.account import NewAccount
from models.types.account_view import AccountView
from models.types.actor import Actor
from models.types.errors import NotAllowed, NotFound, Overtaken
from models.types.secret import Secret
from models.types.sender import Proof
from models.types.trial import TrialResult

OUT_OF_REACH = ("smtp.reach", "fetch.reach")  # steps of a trial whose failure is the network's
PLACES = ("env:", "file:", "cmd:")
UNPROVED = "Test it first: what was tested must be what is kept."


def views(session: Session) -> tuple[AccountView, ...]:
    """Read every account, by name."""
    return account_settings.views(session)


def find(session: Session, name: str, *, lock: bool = False) -> AccountView:
    """Find an account by its name; ``NotFound`` when there is none."""
    account_id = accounts.by_name(session, name)
    found = account_settings.views(session, account_id=account_id, lock=lock) if account_id is not None else ()
    if not found:
        raise NotFound(f"There is no account called {name!r}.", "See: nightdesk account list")
    return found[0]


def tidy(said: NewAccount) -> NewAccount:
    """Bring what was typed to the form that is judged, tested and kept; what cannot be stays for ``problems``."""
    return replace(
        said,
        email=said.email.strip(),
        name=said.name.strip()[:120],
        user=said.user.strip(),
        smtp_host=host_name(said.smtp_host) or said.smtp_host.strip(),
        imap_host=host_name(said.imap_host) or said.imap_host.strip(),
        pop3_host=host_name(said.pop3_host) or said.pop3_host.strip(),
    )


def may_change(session: Session, actor: Actor, name: str, *, seen: int | None = None) -> None:
    """Go on only for who may change an account, as it was read: before anybody is asked for a password."""
    view = find(session, name)
    _require(session, actor, view.id)
    _same(view, seen)


def may_say_secret(session: Session, actor: Actor, reference: str) -> None:
    """Go on when this actor may say so where a password is: the worker runs a command and reads a file as itself."""
    if reference.startswith(PLACES) and admin_refusal(admins.standing(session, actor), ()):
        raise NotAllowed(
            "Only an admin says where a password is: the desk's worker would look there.", "Type the password instead."
        )


def moves(before: AccountView, said: NewAccount, password: Secret | None = None) -> bool:
    """Tell whether these settings connect differently, so that they must be tested."""
    if password is not None:
        return True
    was = account_proof.fingerprint(before.said, account_proof.secret_word(before.said.secret))
    return was != account_proof.fingerprint(said, account_proof.secret_word(said.secret))


def proved(session: Session, name: str) -> bool:
    """Tell whether an account's newest test passed, and was of its settings as they are."""
    view = find(session, name)
    proof, fingerprint = account_settings.proof(session, view.id)
    now = account_proof.fingerprint(view.said, account_proof.secret_word(view.said.secret))
    return proof is Proof.OK and fingerprint in ("", now)  # "": it worked before there were tests


def change(
    session: Session,
    actor: Actor,
    name: str,
    said: NewAccount,
    *,
    now: datetime,
    trial: TrialResult | None = None,
    password: Secret | None = None,
    seen: int | None = None,
    off: bool = False,
) -> AccountView:
    """Keep an account's settings as they now are said.

    A change of its connection needs a ``trial`` of exactly these settings that passed; with ``off`` it is kept
    without, switched off and untested. ``password``: as it was typed. ``seen``: the revision that was read;
    ``Overtaken`` tells who changed what since. Nothing is kept when anything is raised.
    """
    before = _locked(session, actor, name, seen)
    said = tidy(said)
    _fit(session, before, said)
    if said.secret != before.said.secret:
        may_say_secret(session, actor, said.secret)
    moved = moves(before, said, password)
    tested = account_proof.secret_word(said.secret, password)
    passed = account_proof.proves(trial, said, tested)
    if moved and not passed and not off:
        raise NotAllowed(f"{name} is not changed: {_why_unproved(trial)}", UNPROVED)
    if password is not None:
        said = replace(said, secret=sealed(session, said, password))
    values = _values(before, said)
    what = edit.changed(asdict(before.said) | {"secret": before.said.secret}, values)
    if what:
        account_settings.write(session, before.id, values, by=actor.login, what=", ".join(what), now=now)
    if moved and not passed:
        account_settings.forget_trial(session, before.id)
    if passed and trial is not None:
        _keep_trial(session, before.id, said, trial)
    if moved and passed:
        accounts.restart(session, before.id)
    announce(session, now, topic="accounts")
    return _again(session, before.id)


def tested(session: Session, actor: Actor, name: str, trial: TrialResult, *, now: datetime) -> AccountView:
    """Keep what a test of an account as it is stored said, good or bad. A good one brings a stopped account back.

    A server that is out of reach today says nothing about settings that passed before: they stay proved.
    """
    view = find(session, name, lock=True)
    _require(session, actor, view.id)
    word = account_proof.secret_word(view.said.secret)
    if trial.fingerprint != account_proof.fingerprint(view.said, word):
        raise Overtaken(f"{name} was changed while it was tested.", "Test it again.")
    away = trial.failure is not None and trial.failure.key in OUT_OF_REACH
    kept = Proof.OK if away and proved(session, name) else None
    account_settings.write_trial(session, view.id, trial, trial.fingerprint, proof=kept)
    if trial.passed:
        accounts.restart(session, view.id)
    announce(session, now, topic="accounts")
    return _again(session, view.id)


def switch_on(
    session: Session,
    actor: Actor,
    name: str,
    *,
    now: datetime,
    trial: TrialResult | None = None,
    seen: int | None = None,
) -> AccountView:
    """Serve an account again. Its settings must have passed their newest test, or pass with ``trial``."""
    view = _locked(session, actor, name, seen)
    if trial is not None and account_proof.proves(trial, view.said, account_proof.secret_word(view.said.secret)):
        _keep_trial(session, view.id, view.said, trial)
    elif trial is not None or not proved(session, name):
        raise NotAllowed(f"{name} stays off: {_why_unproved(trial)}", UNPROVED)
    account_settings.write(session, view.id, {"active": True}, by=actor.login, what="on", now=now)
    accounts.restart(session, view.id)
    announce(session, now, topic="accounts")
    return _again(session, view.id)


def switch_off(session: Session, actor: Actor, name: str, *, now: datetime, seen: int | None = None) -> AccountView:
    """Serve an account no more: it neither sends nor fetches. What waits in its queue stays there."""
    view = _locked(session, actor, name, seen)
    account_settings.write(session, view.id, {"active": False}, by=actor.login, what="off", now=now)
    announce(session, now, topic="accounts")
    return _again(session, view.id)


def remove(session: Session, actor: Actor, name: str, *, now: datetime, seen: int | None = None) -> None:
    """Take an account and its sending addresses out; mail that came and went by it stays, its secret does not.

    ``NotAllowed`` while mail waits to be sent by it.
    """
    view = _locked(session, actor, name, seen)
    if view.queued:
        raise NotAllowed(
            f"{view.queued} messages wait to be sent by {name}.", "Let them go out, or cancel them, then remove it."
        )
    account_settings.retire(session, view.id, view.name, now)
    announce(session, now, topic="accounts")


def _locked(session: Session, actor: Actor, name: str, seen: int | None) -> AccountView:
    view = find(session, name, lock=True)
    _require(session, actor, view.id)
    _same(view, seen)
    return view


def _same(view: AccountView, seen: int | None) -> None:
    if sentence := edit.overtaken(view.edit, seen, view.name):
        raise Overtaken(sentence, f"Nothing was changed. Read it again: nightdesk account show {view.name}")


def _require(session: Session, actor: Actor, account_id: int) -> None:
    admin.require(session, actor, own=account_settings.owned_by(session, account_id, actor.login))


def _fit(session: Session, before: AccountView, said: NewAccount) -> None:
    if wrong := new_account.problems(said):
        raise NotAllowed(wrong[0], " ".join(wrong[1:]))
    if said.default_kind and said.default_kind not in setting_up.kinds(session):
        raise NotFound(f"There is no kind of record called {said.default_kind!r}.")
    other = accounts.by_name(session, said.name)
    if said.name and other not in (None, before.id):
        raise NotAllowed(f"There is an account called {said.name} already.", "Choose another name for it.")


def _values(before: AccountView, said: NewAccount) -> dict[str, object]:
    """Name the columns that differ; their old values are compared in words the second editor understands."""
    wanted = asdict(said) | {"email": normal(said.email), "name": said.name or before.name}
    wanted["user"] = said.user or (said.email if said.secret else "")
    del wanted["display_name"]
    was = asdict(before.said)
    return {column: value for column, value in wanted.items() if was[column] != value}


def _keep_trial(session: Session, account_id: int, said: NewAccount, trial: TrialResult) -> None:
    """Keep it under the fingerprint of what is stored, where a typed password has become a sealed one."""
    stored = account_proof.fingerprint(said, account_proof.secret_word(said.secret))
    account_settings.write_trial(session, account_id, trial, stored)


def _why_unproved(trial: TrialResult | None) -> str:
    if trial is None:
        return "its settings as they are now were not tested."
    failed = trial.failure
    if failed is not None:
        return f"the test failed at {failed.name!r}: {failed.sentence}"
    return "it was changed after the test." if trial.passed else "the test did not come to its end."


def _again(session: Session, account_id: int) -> AccountView:
    session.expire_all()
    return account_settings.views(session, account_id=account_id)[0]
