"""``nightdesk account set``, ``secret``, ``sign-in``: change an account; what connects differently is tested first."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models.types.account import Auth, NewAccount
from models.types.account_view import AccountView
from models.types.errors import NotAllowed, SettingsError
from models.types.secret import Secret
from models.types.trial import TrialResult
from tui.cli import account_said, secret
from tui.cli.output import as_json, say

if TYPE_CHECKING:
    from models.store.database import Database
    from tui.settings import Settings

Asked = tuple[NewAccount, Secret | None]  # what the account becomes, and a password that was typed


def run_set(arguments: Namespace) -> int:
    """Change what is said of an account; a change of its connection is tested first."""

    def asked(view: AccountView, settings: "Settings", database: "Database") -> Asked:
        said = account_said.said(arguments, _named(arguments, view))
        if not (arguments.ask_secret or arguments.secret):
            return said, None
        if view.said.auth is Auth.OAUTH:
            raise NotAllowed(f"{view.name} signs in by consent.", f"Again: nightdesk account sign-in {view.name}")
        reference, password = secret.asked(arguments.secret, view.name)
        return replace(said, secret=reference), password

    return _change(arguments, asked)


def run_secret(arguments: Namespace) -> int:
    """Change where the password is, or type a new one; it is tested before the old one goes."""

    def asked(view: AccountView, settings: "Settings", database: "Database") -> Asked:
        reference, password = secret.asked(arguments.secret, view.name)
        return replace(view.said, secret=reference, auth=Auth.PASSWORD), password

    return _change(arguments, asked)


def run_sign_in(arguments: Namespace) -> int:
    """Get a new consent for an account at its provider; it is tested before the old one goes."""

    def signed(view: AccountView, settings: "Settings", database: "Database") -> Asked:
        from models.presets.find import by_name
        from tui.cli.sign_in import signed_in

        preset = by_name(view.said.preset) if view.said.preset else None
        known = view.grant.provider if view.grant else preset.oauth if preset else ""
        provider = arguments.provider or known
        said = replace(view.said, auth=Auth.OAUTH)
        reference = signed_in(said, provider, settings, database, by_link=arguments.by_link)
        return replace(said, secret=reference), None

    return _change(arguments, signed)


def _named(arguments: Namespace, view: AccountView) -> NewAccount:
    """Put the new name and address over the old ones, where they were said."""
    known = replace(view.said, name=arguments.new_name or view.name, email=arguments.email or view.said.email)
    return replace(known, user="") if arguments.email and view.said.user == view.said.email else known


def _change(arguments: Namespace, ask: Callable[[AccountView, "Settings", "Database"], Asked]) -> int:
    """Ask, test what connects differently, keep it."""
    from models.services import account_edit
    from tui.cli.account_trial import as_plain, refused, tried
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        view = database.read(account_edit.find, arguments.name)
        database.read(account_edit.may_change, me(settings), arguments.name, seen=arguments.seen)
        new, password = ask(view, settings, database)
        new = account_edit.tidy(new)
        result: TrialResult | None = None
        off = getattr(arguments, "no_test", False)
        if account_edit.moves(view, new, password) and not off:
            _sealed_for_others(view, new, password)
            result = tried(new, password, settings, database)
            if not result.passed:
                if arguments.json:
                    as_json({"kept": False, **as_plain(result)})
                again = account_said.command(new, verb="set", name=view.name)
                raise refused(result, f"{view.name} stays as it was.", f"Once that is put right, run again: {again}")
        if password is not None:
            secret.ready_to_seal(database, settings)
        changed = database.write(
            account_edit.change, me(settings), arguments.name, new, now=datetime.now(UTC), trial=result,
            password=password, seen=view.edit.revision, off=off,
        )  # fmt: skip
    if arguments.json:
        as_json({"kept": True, "account": changed.name, "active": changed.active, "proof": changed.proof.value})
    elif off and not changed.active:
        say(f"{changed.name} is changed and off. Test it and switch it on: nightdesk account on {changed.name}")
    else:
        say(f"{changed.name} is changed.")
    return 0


def _sealed_for_others(view: AccountView, new: NewAccount, password: Secret | None) -> None:
    from models.rules.bound import bound

    kept = new.secret == view.said.secret and new.secret.startswith("sealed:")
    if password is None and kept and set(bound(new)) - set(bound(view.said)):
        raise SettingsError(
            "The password was typed for the other servers and is not sent to these.",
            "Type it for them: add --ask-secret, or name its place with --secret.",
        )
