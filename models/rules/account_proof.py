"""Whether what was tested is what is kept: a fingerprint over everything a connection is made with (B5)."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from models.rules.address import normal
from models.types.account import Auth, NewAccount, Security
from models.types.trial import StepState, TrialResult, TrialStep

SEALED = "sealed"


class Connection(Protocol):
    """The part of an account's settings a test proves; ``NewAccount`` and the store's facts have it."""

    @property
    def email(self) -> str: ...  # noqa: D102
    @property
    def user(self) -> str: ...  # noqa: D102
    @property
    def smtp_host(self) -> str: ...  # noqa: D102
    @property
    def smtp_port(self) -> int: ...  # noqa: D102
    @property
    def smtp_security(self) -> Security: ...  # noqa: D102
    @property
    def imap_host(self) -> str: ...  # noqa: D102
    @property
    def imap_port(self) -> int: ...  # noqa: D102
    @property
    def imap_security(self) -> Security: ...  # noqa: D102
    @property
    def pop3_host(self) -> str: ...  # noqa: D102
    @property
    def pop3_port(self) -> int: ...  # noqa: D102
    @property
    def pop3_security(self) -> Security: ...  # noqa: D102
    @property
    def ca_file(self) -> str: ...  # noqa: D102
    @property
    def folder(self) -> str: ...  # noqa: D102
    @property
    def more_folders(self) -> str: ...  # noqa: D102
    @property
    def auth(self) -> Auth: ...  # noqa: D102


def secret_word(reference: str, typed: str | None = None) -> str:
    """Stand in for the secret: where it is, that it is sealed, or a digest of what was typed.

    The digest lives in memory only, between a test and the keeping; what is stored says ``sealed`` instead, since a
    sealed text changes with every sealing.
    """
    if typed is not None:
        return "typed:" + sha256(typed.encode("utf-8", "surrogatepass")).hexdigest()
    return SEALED if reference.startswith("sealed:") else reference


def fingerprint(said: Connection, word: str) -> str:
    """Digest the settings a test is about; ``word``: ``secret_word``. A half that is not there does not count."""
    servers = [
        (name, host, port, security.value)
        for name, host, port, security in (
            ("smtp", said.smtp_host, said.smtp_port, said.smtp_security),
            ("imap", said.imap_host, said.imap_port, said.imap_security),
            ("pop3", said.pop3_host, said.pop3_port, said.pop3_security),
        )
        if host
    ]
    user = said.user or (said.email.strip() if word else "")
    folders = (said.folder, *said.more_folders.splitlines()) if said.imap_host else ()
    facts = (normal(said.email), user, servers, said.ca_file, folders, said.auth.value, word)
    return sha256(json.dumps(facts).encode()).hexdigest()


def proves(result: TrialResult | None, said: Connection, word: str) -> bool:
    """Tell whether a trial of exactly these settings passed."""
    return result is not None and result.passed and result.fingerprint == fingerprint(said, word)


def vouched(new: NewAccount, now: datetime) -> TrialResult:
    """Stand in for a trial where the servers are this program's own, as in the demo: nothing was tried."""
    step = TrialStep("vouched", "The servers are this program's own", StepState.OK)
    return TrialResult(fingerprint(new, secret_word(new.secret)), now, (step,))
