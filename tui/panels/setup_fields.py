"""The forms of the set-up: each room's fields with their labels, hints and what they may become."""

from collections.abc import Callable, Sequence

from tui.bridge_setup import Words
from tui.render.setup_item import Room
from tui.widgets.form_field import FieldSpec

YES_NO = ("yes", "no")
SECURITY = ("tls", "starttls", "plain")
SIGNATURE = "\\n begins a new line"


def fields(room: Room, words: Callable[[], Words]) -> tuple[FieldSpec, ...]:
    """List the fields of a room's form."""

    def of(name: str) -> Callable[[], Sequence[str]]:
        return lambda: words().get(name, ())

    return {
        Room.ACCOUNTS: _account,
        Room.ADDRESSES: _address,
        Room.BRANDS: _brand,
        Room.DOMAINS: _domain,
        Room.GROUPS: _group,
        Room.CHECK: _none,
    }[room](of)


Of = Callable[[str], Callable[[], Sequence[str]]]


def _account(of: Of) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("email", "Address", "the account's own address; its provider is proposed once it is known"),
        FieldSpec("login", "Login by", "sign in: at the provider, by a link (OAuth)",
                  options=("password", "reference", "sign in", "none")),
        FieldSpec("password", "Password", "sealed before it is stored; empty: as it is", secret=True),
        FieldSpec("reference", "Reference", "env:NAME, file:/path or cmd:COMMAND, where the password is read from"),
        FieldSpec(
            "pasted",
            "Pasted",
            "sign in: where the browser ended, if it says it cannot go on; then Ctrl-S",
            fleeting=True,
        ),
        FieldSpec("user", "User", "the login, when it is not the address"),
        FieldSpec("smtp_host", "Server", "empty: this account does not send", heading="Sending (SMTP)"),
        FieldSpec("smtp_port", "Port", "465 for tls, 587 for starttls"),
        FieldSpec("smtp_security", "Protected by", "plain is for this machine only", options=SECURITY),
        FieldSpec("fetch_by", "By", "imap keeps folders and tells of new mail at once", heading="Fetching",
                  options=("imap", "pop3", "no")),
        FieldSpec("fetch_host", "Server", "empty: this account does not fetch"),
        FieldSpec("fetch_port", "Port", "imap: 993 or 143; pop3: 995 or 110"),
        FieldSpec("fetch_security", "Protected by", "plain is for this machine only", options=SECURITY),
        FieldSpec("folder", "Folders", "the IMAP folders to fetch, comma between them"),
        FieldSpec("after_fetch", "Then there", "IMAP, once mail is stored here: keep, seen, delete or move:FOLDER",
                  words=lambda: ("keep", "seen", "delete", "move:")),
        FieldSpec("leave_days", "Delete after", "POP3: days until a fetched mail is deleted there; empty: never"),
        FieldSpec("poll_seconds", "Look every", "seconds, at least 5"),
        FieldSpec("default_kind", "Opens", "what mail no rule places opens; empty: it waits in quarantine",
                  words=of("kinds")),
        FieldSpec("name", "Called here", "empty: its address", heading="Here"),
        FieldSpec("ca_file", "Certificates", "a file of authorities to trust instead of the system's"),
    )  # fmt: skip


def _address(of: Of) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("address", "Address", "what customers see and answer to"),
        FieldSpec("display_name", "Name", "what customers see before it; empty: the brand's name"),
        FieldSpec("account", "Account", "the account it goes out through", words=of("accounts")),
        FieldSpec("owner", "Whose own", "a login: only theirs, and before the company's; empty: the company's",
                  words=of("logins")),
        FieldSpec("brands", "Brands", "it serves only these; empty: all of them", words=of("brands"), parts=True),
        FieldSpec("allowed", "Who may", "logins and groups; empty: everybody", words=of("people"), parts=True),
        FieldSpec("signature", "Signature", f"empty: the brand's; {SIGNATURE}"),
        FieldSpec("sequence", "Sequence", "lower is tried first"),
        FieldSpec("active", "Active", options=YES_NO),
    )  # fmt: skip


def _brand(of: Of) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("name", "Name", "what customers see"),
        FieldSpec("signature", "Signature", SIGNATURE),
        FieldSpec("notification", "Notifications", "the address used where a server may not send as the sender"),
        FieldSpec("stay_on", "Stay on", "answers go out as the address the customer wrote to", options=("no", "yes")),
        FieldSpec("personal_senders", "Own addresses", "employees answer as themselves", options=YES_NO),
        FieldSpec("customer_relay", "Customers relay", "customers who follow get what others write", options=YES_NO),
        FieldSpec("active", "Active", options=YES_NO),
    )


def _domain(of: Of) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("name", "Domain", "what stands after the @"),
        FieldSpec("brand", "Brand", "empty: shared by all", words=of("brands")),
        FieldSpec("catchall", "Catchall", "mail for unknown addresses is mail to this one; empty: quarantine"),
        FieldSpec("bounce", "Bounces", "where reports of failures come back to"),
        FieldSpec("default_from", "Notifications", "the notification address: its local part, or in full"),
        FieldSpec("sequence", "Sequence", "lower is tried first"),
    )


def _group(of: Of) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("name", "Name"),
        FieldSpec("agents", "Members", "logins, comma between them", words=of("logins"), parts=True),
    )


def _none(of: Of) -> tuple[FieldSpec, ...]:
    return ()
