"""Trials and sign-ins for the set-up screen: the network it does not know itself."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from gateway.mime import dkim_keys
from gateway.transports.faults import TransportFault
from gateway.transports.names import Names, server_of
from gateway.workers.account_trial import AccountTrial
from gateway.workers.doctor import examine
from gateway.workers.sign_in import SignIn
from models.rules.bound import bound
from models.store.database import Database
from models.types.account import NewAccount
from models.types.dkim import Algorithm, NewKey
from models.types.domain_health import DomainReport
from models.types.errors import NightdeskError
from models.types.secret import Secret
from tui.cli import secret
from tui.cli.sign_in import NoConsent
from tui.identity import hostname

if TYPE_CHECKING:
    from tui.settings import Settings


class DeskGate:
    """A ``tui.setup.gate.Gate``."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings

    def ready_to_seal(self, database: Database) -> None:
        """Make the desk's key where its workers run."""
        secret.ready_to_seal(database, self._settings)

    def examine(self, database: Database, domain: str) -> DomainReport:
        """Ask the system's name server."""
        (report,) = examine(database, Names(server_of("")), domain)
        return report

    def dkim_key(self) -> NewKey:
        """Make an RSA key: every receiver checks it."""
        return dkim_keys.make(Algorithm.RSA)

    def trial(self, database: Database, said: NewAccount, password: Secret | None) -> AccountTrial:
        """Make a trial."""
        return AccountTrial(database, said, hostname=hostname(self._settings, database), password=password)

    def sign_in(self, database: Database, said: NewAccount, provider: str) -> "Signing":
        """Make a sign-in."""
        self.ready_to_seal(database)
        return Signing(SignIn(database, provider, said.user or said.email.strip(), bound(said)))


class Signing:
    """A sign-in whose faults are sentences."""

    def __init__(self, signing: SignIn) -> None:
        self._signing = signing

    @property
    def reference(self) -> str:
        """What the account's secret becomes."""
        return self._signing.reference

    def paste(self, text: str) -> None:
        """Hand over what the browser ended at."""
        if not self._signing.wants_paste:
            raise NightdeskError("Nothing is to be pasted: the provider tells us by itself.")
        self._signing.paste(text)

    async def steps(self) -> AsyncIterator[str]:
        """Say what to do, then how it ended."""
        try:
            async for sentence in self._signing.steps():
                yield sentence
        except TransportFault as fault:
            raise NoConsent(f"{fault.sentence} {fault.server_text}".strip(), fault.remedy or "Try again.") from fault
