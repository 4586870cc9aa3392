"""What stands between an account and its being kept, handed over by ``tui.main``: only it knows the network."""

from collections.abc import AsyncIterator
from typing import Protocol

from models.store.database import Database
from models.types.account import NewAccount
from models.types.dkim import NewKey
from models.types.domain_health import DomainReport
from models.types.secret import Secret
from models.types.trial import TrialResult, TrialStep


class Trial(Protocol):
    """One trial: walk through its steps, then read the result."""

    @property
    def said(self) -> NewAccount:
        """The settings as they are tried, and must be kept."""

    @property
    def result(self) -> TrialResult:
        """What it says, as far as it went."""

    def steps(self) -> AsyncIterator[TrialStep]:
        """Tell each step as it begins and as it ends."""


class Signing(Protocol):
    """One sign-in: walk through its steps, then read the reference."""

    @property
    def reference(self) -> str:
        """What the account's secret becomes."""

    def steps(self) -> AsyncIterator[str]:
        """Say where to go and what to type, then how it ended."""

    def paste(self, text: str) -> None:
        """Hand over what the browser ended at, where it could not come back by itself."""


class Gate(Protocol):
    """Makes trials and sign-ins."""

    def ready_to_seal(self, database: Database) -> None:
        """Make the desk's key when it has none and this host is where its workers run. Blocks."""

    def sign_in(self, database: Database, said: NewAccount, provider: str) -> "Signing":
        """Make a sign-in of an account at a provider. Blocks for a moment."""

    def examine(self, database: Database, domain: str) -> "DomainReport":
        """Ask DNS what others see of a domain of ours. Blocks for seconds."""

    def dkim_key(self) -> "NewKey":
        """Make a key to sign mail with. Blocks for a moment."""

    def trial(self, database: Database, said: NewAccount, password: Secret | None) -> Trial:
        """Make a trial of an account as it is said. Blocks for a moment."""
