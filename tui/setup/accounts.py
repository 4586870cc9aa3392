"""The room of mail accounts: each with its proof, its health and what it may still send."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from models.rules import account_proof
from models.rules.oauth import PROVIDERS
from models.services import account_edit, account_limits, admin, consent, setup
from models.store import grants
from models.types.account import Auth, NewAccount
from models.types.account_view import AccountView
from models.types.actor import Actor
from models.types.errors import NotAllowed
from models.types.health import AccountState
from models.types.limits import Limits
from models.types.secret import Secret
from models.types.sender import Proof
from models.types.trial import StepState, TrialResult
from tui.render.ink import Role
from tui.render.setup_item import Fact, Item
from tui.render.times import clock
from tui.setup import account_form
from tui.setup.typed import Typed, edited


def items(session: Session, now: datetime) -> tuple[Item, ...]:
    """List the accounts by name."""
    return tuple(_item(session, view, now) for view in account_edit.views(session))


def said(session: Session, item: Item | None, values: Mapping[str, str]) -> tuple[NewAccount, Secret | None, bool]:
    """Read a form: the settings, a typed password, and whether they must be tested before they are kept."""
    before = account_edit.find(session, item.key) if item is not None else None
    found, password = account_form.said(Typed(values), before)
    if before is None or password is not None:
        return found, password, True
    return found, password, _proof(before.said) != _proof(account_edit.tidy(found))


def keep(
    session: Session,
    actor: Actor,
    item: Item | None,
    found: NewAccount,
    password: Secret | None,
    trial: TrialResult | None,
    now: datetime,
) -> str:
    """Keep an account as it was tested."""
    if item is not None:
        view = account_edit.change(
            session, actor, item.key, found, now=now, trial=trial, password=password, seen=item.revision
        )
        return f"{view.name} is saved."
    admin.require(session, actor)
    account_id = setup.add_account(session, found, now=now, password=password, trial=trial)
    limits = _limits(found)
    if limits != Limits():
        account_limits.put(session, account_id, limits, now)
    return f"{found.name or found.email} is saved and works from now on."


def tested(session: Session, actor: Actor, item: Item, result: TrialResult, now: datetime) -> str:
    """Keep what a test of the stored settings said."""
    account_edit.tested(session, actor, item.key, result, now=now)
    return f"{item.title} works." if result.passed else f"{item.title} does not work: see the step that failed."


def switch(session: Session, actor: Actor, item: Item, now: datetime) -> str:
    """Serve it, or no more."""
    if item.active:
        account_edit.switch_off(session, actor, item.key, now=now, seen=item.revision)
        return f"{item.title} is off: it neither sends nor fetches. What waits in its queue stays there."
    account_edit.switch_on(session, actor, item.key, now=now, seen=item.revision)
    return f"{item.title} is on."


def remove(session: Session, actor: Actor, item: Item, now: datetime) -> tuple[str, ...]:
    """Take it out."""
    account_edit.remove(session, actor, item.key, now=now, seen=item.revision)
    return (f"{item.title} and its sending addresses are removed; the mail stays.",)


def stored(session: Session, item: Item) -> NewAccount:
    """The settings as they are kept."""
    return account_edit.find(session, item.key).said


def provider(session: Session, found: NewAccount) -> str:
    """Name where an account signs in: at its preset's provider, else at the only one of the desk's own.

    ``NotAllowed`` when that is not known.
    """
    from models.presets.find import by_address, by_name

    grant = found.secret.removeprefix("oauth:") if found.secret.startswith("oauth:") else ""
    view = grants.view(session, grant) if grant else None
    preset = by_name(found.preset) if found.preset else by_address(found.email)
    name = view.provider if view else preset.oauth if preset else ""
    own = [one.name for one in consent.providers(session) if one.client_id and one.name not in PROVIDERS]
    if not name and len(own) != 1:
        raise NotAllowed(
            f"{found.email} cannot be signed in: its provider is not known.",
            f"Use a password, or name it: nightdesk account add {found.email} --oauth NAME",
        )
    return name or own[0]


def _proof(one: NewAccount) -> str:
    return account_proof.fingerprint(one, account_proof.secret_word(one.secret))


def _limits(found: NewAccount) -> Limits:
    from models.presets.find import by_name

    preset = by_name(found.preset) if found.preset else None
    return preset.limits if preset else Limits()


def _item(session: Session, view: AccountView, now: datetime) -> Item:
    mark, role = _mark(view)
    sends, fetches = _servers(view.said)
    deeds = " and ".join(word for word, there in (("sends", sends), ("fetches", fetches)) if there)
    trouble = view.sentence or view.send_sentence
    addressed = "" if view.said.email == view.name else f"{view.said.email} · "
    return Item(
        key=view.name,
        title=view.name,
        summary=trouble or f"{addressed}{deeds}",
        mark=mark,
        mark_role=role,
        facts=(*_facts(session, view, sends, fetches, now), *_steps(view), *edited(view.edit, now)),
        values=account_form.values(view),
        revision=view.edit.revision,
        active=view.active,
    )


def _mark(view: AccountView) -> tuple[str, Role]:
    if not view.active:
        return ("off", Role.MUTED) if view.proof is Proof.OK else ("untested", Role.NEED)
    states = {view.state, view.send_state}
    if AccountState.STOPPED in states:
        return "stopped", Role.BAD
    if AccountState.FAILING in states:
        return "failing", Role.NEED
    return "ok", Role.GOOD


def _servers(one: NewAccount) -> tuple[str, str]:
    sends = f"{one.smtp_host}:{one.smtp_port}, {one.smtp_security}" if one.smtp_host else ""
    if one.pop3_host:
        kept = "for ever" if one.leave_days is None else f"for {one.leave_days} days"
        return sends, f"{one.pop3_host}:{one.pop3_port}, POP3, {one.pop3_security}; mail stays there {kept}"
    if one.imap_host:
        folders = ", ".join((one.folder, *one.more_folders.splitlines()))
        then = "" if one.after_fetch == "keep" else f"; then there: {one.after_fetch}"
        return sends, f"{one.imap_host}:{one.imap_port}, IMAP, {one.imap_security}, {folders}{then}"
    return sends, ""


def _facts(session: Session, view: AccountView, sends: str, fetches: str, now: datetime) -> list[Fact]:
    one = view.said
    facts = [
        Fact("Address", one.email),
        Fact("Sends", sends or "no"),
        Fact("Fetches", fetches or "no"),
        Fact("Login", _login(view)),
    ]
    if view.sentence:
        facts.append(Fact("Fetching", view.sentence, Role.BAD))
    if view.send_sentence:
        facts.append(Fact("Sending", view.send_sentence, Role.BAD))
    if view.queued:
        facts.append(Fact("Queue", f"{view.queued} {'copy waits' if view.queued == 1 else 'copies wait'}"))
    left = account_limits.left(session, view.id, now)
    if left.sentence:
        until = f"; the next may go at {clock(left.next_at, now)}" if left.next_at else ""
        facts.append(Fact("May send", left.sentence + until, Role.NEED if left.next_at else Role.TEXT))
    facts.append(Fact("Opens", one.default_kind or "nothing: mail no rule places waits in quarantine"))
    if view.plus_addressing is not None:
        facts.append(Fact("Name+word", "comes to name" if view.plus_addressing else "does not arrive"))
    if view.grant is not None:
        facts += _grant(view, now)
    return facts


def _login(view: AccountView) -> str:
    one = view.said
    if one.auth is Auth.OAUTH:
        return f"signed in at {view.grant.provider} as {view.grant.user}" if view.grant else "to be signed in (s)"
    if not one.secret:
        return "none"
    scheme = one.secret.partition(":")[0]
    where = (
        "a password, sealed" if scheme == "sealed" else one.secret if scheme == "env" else f"a password from {scheme}:"
    )
    return f"{one.user or one.email}, {where}"


def _grant(view: AccountView, now: datetime) -> list[Fact]:
    grant = view.grant
    if grant is None:
        return []
    if grant.refusal:
        return [Fact("Sign-in", f"{grant.refusal} s signs in again.", Role.BAD)]
    if grant.grant_until is None:
        return [Fact("Sign-in", "lasts until somebody takes it back", Role.GOOD)]
    days = max((grant.grant_until - now).days, 0)
    return [Fact("Sign-in", f"{days} days left", Role.NEED if days < 7 else Role.TEXT)]


def _steps(view: AccountView) -> list[Fact]:
    """The newest test; a failed step says what to do."""
    if view.tested_at is None:
        return [Fact("", ""), Fact("Test", "never tested: t tests it", Role.NEED)]
    facts = [Fact("Newest test", "")]
    signs = {StepState.OK.value: ("✓", Role.MUTED), StepState.FAILED.value: ("✗", Role.BAD)}
    for _, name, state, sentence, remedy, server_text in view.steps:
        sign, role = signs.get(state, ("–", Role.MUTED))
        facts.append(Fact(f"  {sign}", f"{name}. {sentence}" if sentence else name, role))
        if state == StepState.FAILED.value:
            facts += [Fact("  do", remedy)] if remedy else []
            facts += [Fact("  server", server_text, Role.MUTED)] if server_text else []
    return facts
