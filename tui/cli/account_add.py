"""``nightdesk account add``: a mail account, tried before it is kept."""

import asyncio
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.types.account import NewAccount, Security
from models.types.errors import NightdeskError, NotAllowed
from models.types.secret import Secret
from tui.cli import secret
from tui.cli.output import say

if TYPE_CHECKING:
    from models.store.database import Database
    from tui.cli.parser import Commands
    from tui.settings import Settings

PORTS = {
    "smtp": {Security.TLS: 465, Security.STARTTLS: 587, Security.PLAIN: 25},
    "imap": {Security.TLS: 993, Security.STARTTLS: 143, Security.PLAIN: 143},
    "pop3": {Security.TLS: 995, Security.STARTTLS: 110, Security.PLAIN: 110},
}


class NoTrust(NightdeskError):
    """A server of the new account did not let us in."""

    exit_code = 69  # EX_UNAVAILABLE


def declare(parts: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = parts.add_parser(
        "add",
        parents=[places],
        help="add one",
        description="Add a mail account. A missing half is fine: it then only sends, or only fetches. "
        "Connections are encrypted (TLS from the first byte) unless told otherwise; plain is for this machine only. "
        "The servers are tried before anything is kept.",
    )
    parser.add_argument("email", metavar="ADDRESS", help="the account's own address")
    parser.add_argument("--name", help="what to call it here (the address)")
    parser.add_argument("--display-name", metavar="NAME", default="", help="the name customers see (the brand)")
    parser.add_argument("--user", help="the login, when it is not the address")
    secret.declare(parser)
    for protocol, words in (("smtp", "sends"), ("imap", "fetches"), ("pop3", "fetches")):
        group = parser.add_argument_group(f"{protocol.upper()} ({words})")
        group.add_argument(f"--{protocol}-host", metavar="HOST", default="")
        group.add_argument(f"--{protocol}-port", metavar="PORT", type=int)
        group.add_argument(
            f"--{protocol}-security", type=Security, choices=list(Security), default=Security.TLS, metavar="HOW",
            help="tls (default), starttls or plain",
        )  # fmt: skip
    parser.add_argument("--ca-file", metavar="FILE", default="", help="trust this certificate authority instead")
    parser.add_argument("--folder", default="INBOX", help="the IMAP folder to fetch (INBOX)")
    parser.add_argument("--poll-seconds", metavar="N", type=int, default=60, help="look at least this often (60)")
    parser.add_argument("--leave-days", metavar="N", type=int, help="POP3: delete there after so many days (never)")
    parser.add_argument("--opens", metavar="KIND", default="", help="what mail no rule places opens (quarantine)")
    parser.add_argument("--no-login", action="store_true", help="its server asks for no password")
    parser.add_argument("--own", action="store_true", help="my own address, not the company's")
    parser.add_argument("--no-test", action="store_true", help="keep it without trying its servers")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Ask for the password, try the servers, keep the account."""
    from models.rules.new_account import problems
    from models.services import setup
    from tui.cli.store import opened, settings_of
    from tui.login import whoami

    settings = settings_of(arguments)
    with opened(settings) as database:
        if wrong := problems(_said(arguments, "")):
            raise NotAllowed(wrong[0], " ".join(wrong[1:]))
        reference, password = _secret(arguments)
        new = _said(arguments, reference)
        if not arguments.no_test:
            _try(new, password, settings, database)
        if password is not None:
            secret.ready_to_seal(database, settings)
        agent_id = None
        if arguments.own:
            me = whoami()
            agent_id = database.write(setup.ensure_agent, login=me.login, name=me.name).id
        database.write(setup.add_account, new, now=datetime.now(UTC), agent_id=agent_id, password=password)
    tried = "not tried" if arguments.no_test else "every server lets us in"
    say(f"{new.name or new.email} is kept: {tried}. nightdesk, or nightdesk worker, serves it from now on.")
    return 0


def _said(arguments: Namespace, reference: str) -> NewAccount:
    """Gather what the arguments say; a port follows the security unless it was named."""

    def port(protocol: str) -> int:
        named: int | None = getattr(arguments, f"{protocol}_port")
        return PORTS[protocol][getattr(arguments, f"{protocol}_security")] if named is None else named

    return NewAccount(
        email=arguments.email,
        name=arguments.name or "",
        display_name=arguments.display_name,
        user=arguments.user or "",
        secret=reference,
        smtp_host=arguments.smtp_host,
        smtp_port=port("smtp"),
        smtp_security=arguments.smtp_security,
        imap_host=arguments.imap_host,
        imap_port=port("imap"),
        imap_security=arguments.imap_security,
        pop3_host=arguments.pop3_host,
        pop3_port=port("pop3"),
        pop3_security=arguments.pop3_security,
        leave_days=arguments.leave_days,
        ca_file=str(Path(arguments.ca_file).expanduser().absolute()) if arguments.ca_file else "",
        folder=arguments.folder,
        poll_seconds=arguments.poll_seconds,
        default_kind=arguments.opens,
    )


def _secret(arguments: Namespace) -> tuple[str, Secret | None]:
    """Return where the password is, or itself when it is typed; a server that only sends may want none."""
    if arguments.no_login:
        return "", None
    return secret.asked(arguments.secret, arguments.name or arguments.email)


def _try(new: NewAccount, password: Secret | None, settings: "Settings", database: "Database") -> None:
    from models.services.accounts import trial
    from tui.cli.account_trial import troubles
    from tui.identity import hostname

    found = asyncio.run(troubles(trial(new, password), hostname=hostname(settings, database)))
    if found:
        raise NoTrust(" ".join(found), "Nothing was kept. To keep it all the same: --no-test")
