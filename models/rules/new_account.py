"""What stands between an account and its being kept, one sentence each."""

from ipaddress import ip_address

from models.rules import after_fetch
from models.rules.address import normal
from models.rules.host_name import host_name
from models.types.account import Auth, NewAccount, Security

LONGEST_FOLDER = 255
SCHEMES = ("env:", "file:", "cmd:", "sealed:", "oauth:")
LEAST_POLL_SECONDS = 5


def problems(new: NewAccount) -> tuple[str, ...]:
    """List what must be put right; () when it can be kept."""
    found = [] if normal(new.email) else [f"{new.email!r} is no mail address."]
    if not (new.smtp_host or new.imap_host or new.pop3_host):
        found.append("It neither sends nor fetches: name an SMTP, an IMAP or a POP3 server.")
    if new.imap_host and new.pop3_host:
        found.append("It would fetch twice: name an IMAP or a POP3 server, not both.")
    for name, host, port, security in _servers(new):
        if not host_name(host):
            found.append(f"{host!r} is no name of a server.")
        if not 0 < port < 65536:
            found.append(f"{port} is no port for {name}.")
        if security is Security.PLAIN and not is_loopback(host):
            found.append(f"{name} at {host} would send the password unprotected: use tls or starttls.")
    if new.secret and (not new.secret.startswith(SCHEMES) or new.secret in SCHEMES):
        found.append("The password's place must be env:NAME, file:/path or cmd:COMMAND.")
    if new.secret and (new.auth is Auth.OAUTH) != new.secret.startswith("oauth:"):
        found.append("An account signs in with a password or by a consent (oauth), not with both.")
    if any(ord(sign) < 32 or sign == "\x7f" for sign in new.user):
        found.append("The user name holds a control character.")
    found += _folders(new)
    if new.poll_seconds < LEAST_POLL_SECONDS:
        found.append(
            f"Looking every {new.poll_seconds} seconds would annoy the provider: at least {LEAST_POLL_SECONDS}."
        )
    return tuple(found)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, by its name alone."""
    if host.lower() in ("localhost", "localhost.", "ip6-localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _folders(new: NewAccount) -> list[str]:
    folders = (new.folder, *new.more_folders.splitlines())
    nameless = any(not one.strip() or len(one) > LONGEST_FOLDER for one in folders)
    found = [f"A folder needs a name, of at most {LONGEST_FOLDER} letters."] if nameless else []
    wrong = after_fetch.problem(new.after_fetch, folders, imap=not new.pop3_host)
    return [*found, wrong] if wrong else found


def _servers(new: NewAccount) -> list[tuple[str, str, int, Security]]:
    every = (
        ("SMTP", new.smtp_host, new.smtp_port, new.smtp_security),
        ("IMAP", new.imap_host, new.imap_port, new.imap_security),
        ("POP3", new.pop3_host, new.pop3_port, new.pop3_security),
    )
    return [server for server in every if server[1]]
