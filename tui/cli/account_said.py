"""What the arguments of ``nightdesk account add`` and ``set`` say of an account, over what is known already."""

import shlex
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.types.account import Auth, NewAccount, Security

if TYPE_CHECKING:
    from models.types.preset import Preset, Protocol

PORTS = {
    "smtp": {Security.TLS: 465, Security.STARTTLS: 587, Security.PLAIN: 25},
    "imap": {Security.TLS: 993, Security.STARTTLS: 143, Security.PLAIN: 143},
    "pop3": {Security.TLS: 995, Security.STARTTLS: 110, Security.PLAIN: 110},
}
_PLAIN = {  # option -> field of NewAccount
    "display_name": "display_name",
    "user": "user",
    "after": "after_fetch",
    "poll_seconds": "poll_seconds",
    "leave_days": "leave_days",
    "opens": "default_kind",
}


def declare(parser: ArgumentParser) -> None:
    """Add the options; what is not said stays as it is known."""
    parser.add_argument("--display-name", metavar="NAME", help="the name customers see (the brand)")
    parser.add_argument("--user", help="the login, when it is not the address")
    for protocol, words in (("smtp", "sends"), ("imap", "fetches"), ("pop3", "fetches")):
        group = parser.add_argument_group(f"{protocol.upper()} ({words})")
        group.add_argument(f"--{protocol}-host", metavar="HOST", help='"" for none')
        group.add_argument(f"--{protocol}-port", metavar="PORT", type=int)
        group.add_argument(
            f"--{protocol}-security", type=Security, choices=list(Security), metavar="HOW",
            help="tls (usual), starttls or plain (this machine only)",
        )  # fmt: skip
    parser.add_argument("--ca-file", metavar="FILE", help="trust this certificate authority instead")
    parser.add_argument("--folder", action="append", help="the IMAP folder to fetch (INBOX); again for more folders")
    parser.add_argument(
        "--after", metavar="WHAT", help="then, on the IMAP server: keep (usual), seen, delete or move:FOLDER"
    )
    parser.add_argument("--poll-seconds", metavar="N", type=int, help="look at least this often (60)")
    parser.add_argument("--leave-days", metavar="N", type=int, help="POP3: delete there after so many days (never)")
    parser.add_argument("--opens", metavar="KIND", help="what mail no rule places opens (quarantine)")


def names_server(arguments: Namespace) -> bool:
    """Tell whether a server was named by hand."""
    return any(getattr(arguments, f"{protocol}_host") for protocol in PORTS)


def said(arguments: Namespace, known: NewAccount) -> NewAccount:
    """Put what was said over what is known; a port follows a security that was said, unless it was said, too."""
    values: dict[str, object] = {
        field: value for option, field in _PLAIN.items() if (value := getattr(arguments, option)) is not None
    }
    if arguments.folder:
        first, *others = dict.fromkeys(arguments.folder)
        values |= {"folder": first, "more_folders": "\n".join(others)}
    if arguments.ca_file is not None:
        values["ca_file"] = str(Path(arguments.ca_file).expanduser().absolute()) if arguments.ca_file else ""
    for protocol, ports in PORTS.items():
        host, port = getattr(arguments, f"{protocol}_host"), getattr(arguments, f"{protocol}_port")
        security = getattr(arguments, f"{protocol}_security")
        if host is not None:
            values[f"{protocol}_host"] = host
        if security is not None:
            values[f"{protocol}_security"] = security
            values[f"{protocol}_port"] = ports[security]
        if port is not None:
            values[f"{protocol}_port"] = port
    return replace(known, **values)  # type: ignore[arg-type]


def from_preset(address: str, preset: "Preset", *, incoming: "Protocol", oauth: bool = False) -> NewAccount:
    """Propose an account at a known provider. ``incoming``: by which protocol mail is fetched where there are both."""
    from models.presets.find import filled
    from models.types.preset import Protocol

    values: dict[str, object] = {"preset": preset.name, "auth": Auth.OAUTH if oauth else Auth.PASSWORD}
    fetching = incoming if preset.server(incoming) else Protocol.IMAP
    users = []
    for protocol in (Protocol.SMTP, fetching if preset.server(fetching) else Protocol.POP3):
        server = preset.server(protocol)
        if server is None:
            continue
        found = filled(server, address)
        users.append(found.user)
        values |= {
            f"{protocol}_host": found.host,
            f"{protocol}_port": found.port,
            f"{protocol}_security": found.security,
        }
    # where the two servers want different logins, the whole address is one both know
    values["user"] = users[0] if len(set(users)) == 1 and users[0] != address else ""
    return NewAccount(address, **values)  # type: ignore[arg-type]


def command(said: NewAccount, *, own: bool = False, verb: str = "add", name: str = "") -> str:
    """Write the command that says all this again, without any password."""
    words = ["nightdesk", "account", verb, said.email if verb == "add" else name]
    if verb == "add" and said.name not in ("", said.email):
        words += ["--name", said.name]
    for protocol in PORTS:
        host = getattr(said, f"{protocol}_host")
        if host:
            words += [f"--{protocol}-host", host, f"--{protocol}-port", str(getattr(said, f"{protocol}_port"))]
            words += [f"--{protocol}-security", str(getattr(said, f"{protocol}_security"))]
    usual = NewAccount("")
    for option, field in (*_PLAIN.items(), ("ca_file", "ca_file"), ("preset", "preset")):
        value = getattr(said, field)
        if value != getattr(usual, field) and value is not None:
            words += [f"--{option.replace('_', '-')}", str(value)]
    if (said.folder, said.more_folders) != (usual.folder, usual.more_folders):
        for folder in (said.folder, *said.more_folders.splitlines()):
            words += ["--folder", folder]
    if said.secret.startswith("oauth:"):
        words += ["--consent", said.secret]
    elif said.secret and not said.secret.startswith("sealed:"):
        words += ["--secret", said.secret]
    return shlex.join([*words, "--own"] if own else words)
