"""Mail accounts as the workers use them, their health, and what a fetch brings."""

from dataclasses import dataclass
from enum import StrEnum

from models.types.limits import NO_LIMITS, Limits


class Security(StrEnum):
    """How a connection is protected. ``PLAIN`` is refused outside loopback."""

    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"  # required, never opportunistic
    PLAIN = "plain"


class Auth(StrEnum):
    """What an account logs in with."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    OAUTH = "oauth"  # an access token (XOAUTH2, OAUTHBEARER), renewed by whoever serves the account


class After(StrEnum):
    """What is done with a message on the IMAP server once it is stored here."""

    KEEP = "keep"  # nothing
    SEEN = "seen"  # marked as read
    MOVE = "move"  # to another folder
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class AfterFetch:
    """``folder``: where to, with ``MOVE``."""

    deed: After
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Chore:
    """A stored message whose server has still to be told. ``copied``: its move got as far as the copy."""

    uidvalidity: int
    uid: int
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect and as whom. ``password`` is the resolved secret, a password or an access token.

    Never log, never repr.
    """

    host: str
    port: int
    security: Security
    user: str
    password: str
    ca_file: str = ""  # "" = the system's certificates
    auth: Auth = Auth.PASSWORD

    def __repr__(self) -> str:
        return f"Endpoint({self.host}:{self.port} {self.security} as {self.user})"


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """One account as a worker needs it. A missing half is None: it does not send, or does not fetch."""

    id: int
    name: str
    email: str
    smtp: Endpoint | None
    imap: Endpoint | None
    folder: str
    poll_seconds: int
    pop3: Endpoint | None = None
    leave_days: int | None = None  # POP3: days mail stays on the server once stored; None: for ever
    more_folders: tuple[str, ...] = ()  # fetched besides ``folder``
    after_fetch: AfterFetch = AfterFetch(After.KEEP)  # what is done on the server once mail is stored

    @property
    def folders(self) -> tuple[str, ...]:
        """Every folder to fetch; the one news are waited for in is the last."""
        return (*(one for one in self.more_folders if one != self.folder), self.folder)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What somebody said of an account to add, judged by ``rules.new_account``. An empty host: not that half."""

    email: str
    name: str = ""  # "" = the address
    display_name: str = ""  # what customers see; "" = the brand's name
    user: str = ""  # "" = the address
    secret: str = ""  # a reference (rules.new_account.SCHEMES), or oauth:GRANT; "" = logs in nowhere
    smtp_host: str = ""
    smtp_port: int = 465
    smtp_security: Security = Security.TLS
    imap_host: str = ""
    imap_port: int = 993
    imap_security: Security = Security.TLS
    pop3_host: str = ""
    pop3_port: int = 995
    pop3_security: Security = Security.TLS
    leave_days: int | None = None
    ca_file: str = ""
    folder: str = "INBOX"
    more_folders: str = ""  # fetched, too; one a line
    after_fetch: str = "keep"  # what is done on the server then: rules.after_fetch
    poll_seconds: int = 60
    default_kind: str = ""  # opened for mail no rule places; "" = quarantine
    auth: Auth = Auth.PASSWORD
    preset: str = ""  # the provider's preset it was made from (models.presets); "" = by hand
    limits: Limits = NO_LIMITS  # what its provider lets it send


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder was fetched. ``uidvalidity`` 0: never."""

    uidvalidity: int
    last_uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message as the server gave it. ``content`` None: larger than the limit, only its header is in ``header``."""

    uid: int
    content: bytes | None
    size_bytes: int
    header: bytes = b""


@dataclass(frozen=True, slots=True)
class Popped:
    """One message of a POP3 mailbox. ``content`` None: larger than the limit, only its header is in ``header``."""

    uidl: str
    content: bytes | None
    size_bytes: int
    header: bytes = b""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one fetch round brought, with the cursor after it."""

    folder: str
    cursor: Cursor
    mails: tuple[Fetched, ...]
    rescanned: bool  # UIDVALIDITY changed: everything was offered again
