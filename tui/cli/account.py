"""``nightdesk account``: the mail accounts the desk sends and fetches with."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.cli import (
    account_add,
    account_limits,
    account_said,
    account_sends_as,
    account_set,
    account_switch,
    secret,
    words,
)
from tui.cli.output import as_json, say, table, tell

if TYPE_CHECKING:
    from models.types.account_view import AccountView
    from tui.cli.parser import Commands


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "account", help="mail accounts: add, set, list, show, test, on, off, remove, retry, secret, sign-in, limits"
    )
    parts = parser.add_subparsers(dest="part", metavar="WHAT", required=True)
    account_add.declare(parts, places)
    account_limits.declare(parts, places)
    account_sends_as.declare(parts, places)
    listing = parts.add_parser("list", parents=[places], help="what is set up and how it fares")
    words.as_json(listing)
    listing.set_defaults(run=run_list)
    named: dict[str, ArgumentParser] = {}
    for name, text, run in (
        ("show", "one, with its test and its last change", run_show),
        ("set", "change one; a change of its connection is tested before it is kept", account_set.run_set),
        ("test", "log in, send a letter to itself and fetch it", account_switch.run_test),
        ("on", "serve it again; one that was changed is tested first", account_switch.run_on),
        ("off", "serve it no more; what waits in its queue stays", account_switch.run_off),
        ("remove", "take it out; mail that came and went by it stays", account_switch.run_remove),
        ("retry", "try again at once what was stopped", run_retry),
        ("secret", "a new password; it is tested before the old one goes", account_set.run_secret),
        ("sign-in", "a new consent at its provider (OAuth)", account_set.run_sign_in),
    ):
        named[name] = part = parts.add_parser(name, parents=[places], help=text)
        part.add_argument("name", metavar="NAME")
        part.set_defaults(run=run)
        words.as_json(part)
    for name in ("set", "secret", "sign-in", "on", "off", "remove"):
        words.seen(named[name])
    for name in ("set", "secret"):
        secret.declare(named[name])
    changing = named["set"]
    changing.add_argument("--new-name", default="", help="what to call it here")
    changing.add_argument("--email", default="", metavar="ADDRESS", help="its own address")
    changing.add_argument("--ask-secret", action="store_true", help="type the password anew")
    changing.add_argument("--no-test", action="store_true", help="keep it untested, switched off")
    account_said.declare(changing)
    signing = named["sign-in"]
    signing.add_argument("--provider", default="", help="where, when its preset does not say")
    signing.add_argument("--by-link", action="store_true", help="by a link instead of a code to type")


def run_list(arguments: Namespace) -> int:
    """List the accounts, those that are off, too."""
    from models.services import account_edit
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(account_edit.views)
    if arguments.json:
        as_json([_plain(one) for one in found])
        return 0
    table(
        ("ACCOUNT", "DOES", "STATE", "TEST", "QUEUED", "WHAT IS WRONG"),
        [(one.name, _does(one), _state(one), one.proof.value, str(one.queued), _wrong(one)) for one in found],
    )
    return 0


def run_show(arguments: Namespace) -> int:
    """Show one account with its test."""
    from models.services import account_edit
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        found = database.read(account_edit.find, arguments.name)
    facts = _plain(found)
    if arguments.json:
        as_json(facts)
        return 0
    steps = facts.pop("test")
    for name, value in facts.items():
        if value not in ("", None, []):
            say(f"{name.replace('_', ' '):<18} {value}")
    for step in steps:
        say(f"  {step['state']:<8} {step['name']}" + (f": {step['sentence']}" if step["sentence"] else ""))
        if step["server"]:
            say(f"           the server says: {step['server']}")
    return 0


def run_retry(arguments: Namespace) -> int:
    """Try again at once what was stopped."""
    from models.services import account_care, account_edit
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        database.read(account_edit.may_change, me(settings), arguments.name)
        database.write(account_care.retry, name=arguments.name, now=datetime.now(UTC))
    tell([f"{arguments.name} is tried again at once."], json=arguments.json)
    return 0


def _plain(one: "AccountView") -> dict[str, Any]:
    """Turn an account into what JSON can hold; of the secret only where it is."""
    said = one.said
    facts: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "email": said.email,
        "active": one.active,
        "does": _does(one),
        "sends": bool(said.smtp_host),
        "fetches": bool(said.imap_host or said.pop3_host),
        "state": _state(one),
        "sentence": _wrong(one),
        "queued": one.queued,
        "user": said.user,
        "login": said.auth.value,
        "secret": said.secret.partition(":")[0] if said.secret.startswith("sealed:") else said.secret,
        "preset": said.preset,
    }
    for protocol in ("smtp", "imap", "pop3"):
        host = getattr(said, f"{protocol}_host")
        port, security = getattr(said, f"{protocol}_port"), getattr(said, f"{protocol}_security")
        facts[protocol] = f"{host}:{port} {security.value}" if host else ""
    facts |= {
        "folder": said.folder,
        "more_folders": said.more_folders.splitlines(),
        "after": said.after_fetch,
        "poll_seconds": said.poll_seconds,
        "leave_days": said.leave_days,
        "opens": said.default_kind,
        "ca_file": said.ca_file,
        "proof": one.proof.value,
        "tested_at": one.tested_at.isoformat() if one.tested_at else None,
        "plus_addressing": one.plus_addressing,
        "other_from": one.other_from,
        "authserv_id": one.authserv_id,
        "revision": one.edit.revision,
        "changed_by": one.edit.by,
        "changed_at": one.edit.at.isoformat() if one.edit.at else None,
        "changed_what": one.edit.what,
    }
    if one.grant is not None:
        facts |= {
            "consent_at": one.grant.provider,
            "consent_given": one.grant.granted_at.isoformat(),
            "consent_days_left": _days_left(one.grant.grant_until),
            "consent_refusal": one.grant.refusal,
        }
    return facts | {"test": [dict(zip(_STEP, step, strict=False)) for step in one.steps]}


_STEP = ("step", "name", "state", "sentence", "remedy", "server")
_WORST = ("ok", "failing", "stopped")


def _does(one: "AccountView") -> str:
    deeds = [("sends", one.said.smtp_host), ("fetches", one.said.imap_host or one.said.pop3_host)]
    return ", ".join(word for word, host in deeds if host)


def _state(one: "AccountView") -> str:
    """Say the worse of its halves; off when it is."""
    if not one.active:
        return "off"
    halves = [one.send_state] if one.said.smtp_host else []
    halves += [one.state] if one.said.imap_host or one.said.pop3_host else []
    return max((half.value for half in halves), key=_WORST.index, default="ok")


def _wrong(one: "AccountView") -> str:
    if one.grant is not None and one.grant.refusal:
        return one.grant.refusal
    if one.said.smtp_host and one.send_sentence:
        return one.send_sentence
    if one.sentence:
        return one.sentence
    days = _days_left(one.grant.grant_until) if one.grant is not None else None
    return f"The consent ends in {days} days: sign in again." if days is not None and days <= 14 else ""


def _days_left(until: datetime | None) -> int | None:
    return None if until is None else max(0, (until - datetime.now(UTC)).days)
