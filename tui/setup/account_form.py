"""An account's form: what it holds as settings, and settings as it holds them; a provider's preset as a proposal."""

from dataclasses import replace

from models.rules import after_fetch, new_account
from models.rules.address import normal
from models.rules.host_name import host_name
from models.types.account import Auth, NewAccount, Security
from models.types.account_view import AccountView
from models.types.preset import Preset, Protocol
from models.types.secret import Secret
from tui.bridge_setup import Proposal
from tui.setup.typed import Typed

PASSWORD, REFERENCE, SIGN_IN, NONE = "password", "reference", "sign in", "none"
IMAP, POP3, NO = "imap", "pop3", "no"


def said(typed: Typed, before: AccountView | None) -> tuple[NewAccount, Secret | None]:
    """Read a form; the password is given apart, as it was typed. ``Unfit`` with everything that is wrong."""
    email = typed.text("email")
    if not normal(email):
        typed.refuse("email", "This is no mail address." if email else "Which address is it?")
    auth, reference, password = _login(typed, before)
    folders = typed.parts("folder") or ("INBOX",)
    if wrong := after_fetch.problem(typed.text("after_fetch") or "keep", folders):
        typed.refuse("after_fetch", wrong)
    found = replace(
        before.said if before else NewAccount(email),  # what the form does not show stays
        email=email,
        name=typed.text("name"),
        user=typed.text("user"),
        secret=reference,
        auth=auth,
        smtp_host=_host(typed, "smtp_host"),
        smtp_port=_port(typed, "smtp_port", 465),
        smtp_security=Security(typed.text("smtp_security") or Security.TLS),
        imap_host="",
        pop3_host="",
        leave_days=typed.number("leave_days", default=0) if typed.text("leave_days") else None,
        ca_file=typed.text("ca_file"),
        folder=folders[0],
        more_folders="\n".join(folders[1:]),
        after_fetch=typed.text("after_fetch") or "keep",
        poll_seconds=typed.number("poll_seconds", default=60),
        default_kind=typed.text("default_kind"),
        preset=_preset(email, before),
    )
    found = _fetching(typed, found)
    if found.poll_seconds < new_account.LEAST_POLL_SECONDS:
        typed.refuse("poll_seconds", f"At least {new_account.LEAST_POLL_SECONDS}, or the provider is annoyed.")
    if not (found.smtp_host or found.imap_host or found.pop3_host):
        typed.refuse("smtp_host", "It neither sends nor fetches: name a server.")
    typed.done()
    return found, password


def values(view: AccountView) -> dict[str, str]:
    """Fill a form with what is stored; a sealed password is not among it."""
    one = view.said
    by = POP3 if one.pop3_host else IMAP if one.imap_host else NO
    host, port, security = {
        POP3: (one.pop3_host, one.pop3_port, one.pop3_security),
        IMAP: (one.imap_host, one.imap_port, one.imap_security),
        NO: ("", 993, Security.TLS),
    }[by]
    sealed = one.secret.startswith("sealed:")
    login = SIGN_IN if one.auth is Auth.OAUTH else PASSWORD if sealed else REFERENCE if one.secret else NONE
    return {
        "email": one.email,
        "login": login,
        "password": "",
        "reference": one.secret if login == REFERENCE else "",
        "pasted": "",
        "user": "" if one.user == one.email else one.user,
        "smtp_host": one.smtp_host,
        "smtp_port": str(one.smtp_port),
        "smtp_security": one.smtp_security.value,
        "fetch_by": by,
        "fetch_host": host,
        "fetch_port": str(port),
        "fetch_security": security.value,
        "folder": ", ".join((one.folder, *one.more_folders.splitlines())),
        "after_fetch": one.after_fetch,
        "leave_days": "" if one.leave_days is None else str(one.leave_days),
        "poll_seconds": str(one.poll_seconds),
        "default_kind": one.default_kind,
        "name": one.name,
        "ca_file": one.ca_file,
    }


def proposal(address: str, preset: Preset) -> Proposal:
    """Say what a provider's preset says of an address."""
    from models.presets.find import filled

    found: dict[str, str] = {}
    sending, imap, pop3 = (preset.server(one) for one in (Protocol.SMTP, Protocol.IMAP, Protocol.POP3))
    users = set()
    for prefix, server in (("smtp", sending), ("fetch", imap or pop3)):
        if server is not None:
            server = filled(server, address)
            users.add(server.user)
            found |= {
                f"{prefix}_host": server.host,
                f"{prefix}_port": str(server.port),
                f"{prefix}_security": server.security.value,
            }
    found["fetch_by"] = IMAP if imap else POP3 if pop3 else NO
    user = users.pop() if len(users) == 1 else ""
    found["user"] = "" if user == normal(address) else user
    servers = [one for one in (sending, imap or pop3) if one is not None]
    if preset.oauth and not any(one.password for one in servers):
        found["login"] = SIGN_IN
    notes = [step for step in preset.steps if "nightdesk account" not in step]  # the form has its own way
    if preset.oauth and "login" not in found:
        notes.append("Instead of a password it can be signed in at the provider (Login by: sign in).")
    if preset.other_from is False:
        notes.append("It sends only as its own address.")
    return Proposal(preset.title, found, tuple(notes))


def _login(typed: Typed, before: AccountView | None) -> tuple[Auth, str, Secret | None]:
    """Read how it logs in: the kind, where the secret is, and the password when one was typed."""
    how = typed.text("login")
    stored = before.said if before else None
    if how == NONE:
        return Auth.PASSWORD, "", None
    if how == SIGN_IN:
        return Auth.OAUTH, stored.secret if stored and stored.auth is Auth.OAUTH else "", None
    if how == REFERENCE:
        reference = typed.text("reference")
        if not reference.startswith(("env:", "file:", "cmd:")) or reference in ("env:", "file:", "cmd:"):
            typed.refuse("reference", "Say env:NAME, file:/path or cmd:COMMAND.")
        return Auth.PASSWORD, reference, None
    if typed.secret("password"):
        return Auth.PASSWORD, "", Secret(typed.secret("password"))
    if stored and stored.secret.startswith("sealed:"):
        return Auth.PASSWORD, stored.secret, None
    typed.refuse("password", "Which password? (Login by: none, when its servers ask for none.)")
    return Auth.PASSWORD, "", None


def _fetching(typed: Typed, one: NewAccount) -> NewAccount:
    by = typed.text("fetch_by")
    if by == NO:
        return one
    host = _host(typed, "fetch_host")
    security = Security(typed.text("fetch_security") or Security.TLS)
    if by == POP3:
        port = _port(typed, "fetch_port", 995)
        return replace(one, pop3_host=host, pop3_port=port, pop3_security=security)
    return replace(one, imap_host=host, imap_port=_port(typed, "fetch_port", 993), imap_security=security)


def _host(typed: Typed, name: str) -> str:
    found = typed.text(name)
    if found and not host_name(found):
        typed.refuse(name, "This cannot be the name of a server.")
    security = typed.text(name.replace("_host", "_security"))
    if found and security == Security.PLAIN and not new_account.is_loopback(found):
        typed.refuse(name.replace("_host", "_security"), "The password would go out unprotected: tls or starttls.")
    return host_name(found)


def _port(typed: Typed, name: str, default: int) -> int:
    found = typed.number(name, default=default)
    if not 0 < found < 65536:
        typed.refuse(name, "A port is between 1 and 65535.")
    return found


def _preset(email: str, before: AccountView | None) -> str:
    from models.presets.find import by_address

    if before is not None and normal(before.said.email) == normal(email):
        return before.said.preset
    found = by_address(email) if normal(email) else None
    return found.name if found else ""
