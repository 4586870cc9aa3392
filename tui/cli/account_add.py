"""``nightdesk account add``: a mail account, tested before it is kept."""

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models.types.account import Auth, NewAccount
from models.types.errors import NotAllowed, NotFound
from models.types.secret import Secret
from models.types.trial import TrialResult
from tui.cli import account_said, secret, words
from tui.cli.output import as_json, say

if TYPE_CHECKING:
    from models.store.database import Database
    from models.types.preset import Preset
    from tui.cli.parser import Commands
    from tui.settings import Settings


def declare(parts: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = parts.add_parser(
        "add",
        parents=[places],
        help="add one",
        description="Add a mail account. The address says the provider where that is known (nightdesk preset list); "
        "else name its servers. A missing half is fine: it then only sends, or only fetches. Connections are encrypted "
        "(TLS from the first byte) unless told otherwise; plain is for this machine only. The account is kept when its "
        "test passed: login, sending, and a letter to itself that comes back.",
    )
    parser.add_argument("email", metavar="ADDRESS", help="the account's own address")
    parser.add_argument("--name", default="", help="what to call it here (the address)")
    secret.declare(parser)
    parser.add_argument("--oauth", metavar="PROVIDER", nargs="?", const="", help="sign in there, without a password")
    parser.add_argument("--by-link", action="store_true", help="with --oauth: by a link instead of a code to type")
    parser.add_argument("--consent", metavar="REF", default="", help="a consent given before: oauth:...")
    parser.add_argument("--preset", metavar="NAME", default="", help="this provider: nightdesk preset list")
    parser.add_argument("--pop3", action="store_true", help="with a preset: fetch by POP3")
    parser.add_argument("--look-up", action="store_true", help="ask the domain's name server for its mail servers")
    account_said.declare(parser)
    parser.add_argument("--no-login", action="store_true", help="its server asks for no password")
    parser.add_argument("--own", action="store_true", help="my own address, not the company's")
    parser.add_argument("--no-test", action="store_true", help="keep it untested, switched off")
    words.as_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Propose, ask for the password or a consent, test, keep."""
    from models.services.account_edit import tidy
    from tui.cli.account_trial import as_plain, refused, tried
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        _may(arguments, settings, database)
        preset = _preset(arguments)
        new = tidy(_proposed(arguments, preset))
        _check(new)
        new, password = _with_secret(arguments, new, preset, settings, database)
        result = None
        if not arguments.no_test:
            result = tried(new, password, settings, database)
            if not result.passed:
                if arguments.json:
                    as_json({"kept": False, **as_plain(result)})
                again = account_said.command(new, own=arguments.own)
                raise refused(result, "Nothing was kept.", f"Once that is put right, run again: {again}")
        _keep(arguments, new, password, result, preset, settings, database, login=me(settings).login)
    name = new.name or new.email
    if arguments.json:
        as_json({"kept": True, "account": name, **(as_plain(result) if result else {"passed": None})})
    elif result:
        say(f"{name} is kept: its test passed. nightdesk, or nightdesk worker, serves it from now on.")
    else:
        say(f"{name} is kept, switched off. Test it and switch it on: nightdesk account on {name}")
    return 0


def _may(arguments: Namespace, settings: "Settings", database: "Database") -> None:
    """Let admins add the company's accounts, and everybody their own."""
    from models.services import account_edit, admin
    from tui.cli.me import me

    database.read(admin.require, me(settings), own=arguments.own)
    database.read(account_edit.may_say_secret, me(settings), arguments.secret)


def _preset(arguments: Namespace) -> "Preset | None":
    from models.presets import find

    if arguments.preset:
        found = find.by_name(arguments.preset)
        if found is None:
            raise NotFound(f"There is no preset called {arguments.preset!r}.", "See: nightdesk preset list")
        return found
    if account_said.names_server(arguments) or arguments.look_up:
        return None
    return find.by_address(arguments.email)


def _proposed(arguments: Namespace, preset: "Preset | None") -> NewAccount:
    from models.types.preset import Protocol

    known = NewAccount(arguments.email, name=arguments.name)
    if arguments.look_up:
        from tui.cli.look_up import looked_up

        known = replace(looked_up(arguments.email, pop3=arguments.pop3), name=arguments.name)
    elif preset is not None:
        incoming = Protocol.POP3 if arguments.pop3 else Protocol.IMAP
        known = account_said.from_preset(arguments.email, preset, incoming=incoming, oauth=_by_oauth(arguments))
        known = replace(known, name=arguments.name)
        if not account_said.names_server(arguments):
            _tell(preset, known)
    if _by_oauth(arguments):
        known = replace(known, auth=Auth.OAUTH)
    return account_said.said(arguments, known)


def _tell(preset: "Preset", known: NewAccount) -> None:
    """Say what the preset proposes, and what a person has to do at the provider first."""
    from tui.render import wash

    servers = [
        f"{name} {host}:{port} ({security})"
        for name, host, port, security in (
            ("SMTP", known.smtp_host, known.smtp_port, known.smtp_security),
            ("IMAP", known.imap_host, known.imap_port, known.imap_security),
            ("POP3", known.pop3_host, known.pop3_port, known.pop3_security),
        )
        if host
    ]
    print(wash.line(f"{preset.title}: {', '.join(servers)}", 300), file=sys.stderr)
    for step in preset.steps if known.auth is Auth.PASSWORD else ():
        print(f"  - {step}", file=sys.stderr)


def _check(new: NewAccount) -> None:
    from models.rules.new_account import problems

    if wrong := problems(new):
        raise NotAllowed(wrong[0], " ".join(wrong[1:]))


def _by_oauth(arguments: Namespace) -> bool:
    return arguments.oauth is not None or bool(arguments.consent)


def _with_secret(
    arguments: Namespace, new: NewAccount, preset: "Preset | None", settings: "Settings", database: "Database"
) -> tuple[NewAccount, Secret | None]:
    """Get the password, or a consent; a server that only sends may want neither."""
    if arguments.no_login:
        return new, None
    if arguments.consent:
        return replace(new, secret=arguments.consent), None
    if arguments.oauth is not None:
        from tui.cli.sign_in import signed_in

        provider = arguments.oauth or (preset.oauth if preset else "")
        return replace(new, secret=signed_in(new, provider, settings, database, by_link=arguments.by_link)), None
    reference, password = secret.asked(arguments.secret, new.name or new.email)
    return replace(new, secret=reference), password


def _keep(
    arguments: Namespace,
    new: NewAccount,
    password: Secret | None,
    result: TrialResult | None,
    preset: "Preset | None",
    settings: "Settings",
    database: "Database",
    *,
    login: str,
) -> None:
    from models.services import account_limits, setup
    from models.types.limits import NO_LIMITS
    from tui.login import whoami

    if password is not None:
        secret.ready_to_seal(database, settings)
    now = datetime.now(UTC)
    agent_id = None
    if arguments.own:
        agent_id = database.write(setup.ensure_agent, login=login, name=whoami().name).id
    account_id = database.write(setup.add_account, new, now=now, agent_id=agent_id, password=password, trial=result)
    if preset is not None and preset.limits != NO_LIMITS:
        database.write(account_limits.put, account_id, preset.limits, now)
