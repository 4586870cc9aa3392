"""Which accounts this process can serve: not those whose password or signing key it cannot open.

It asks for no lease of theirs, so that a process which can serves them. When nobody does, the account says why.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from gateway.workers.database_threads import DatabaseThreads
from models.services import locked, vault
from models.services.locked import Locked
from models.store.accounts import AccountFacts
from models.types.errors import DatabaseError, SettingsError

log = logging.getLogger(__name__)


class KeyWatch:
    """Asked at each round of the supervisor, so that a key which comes or goes is noticed."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads
        self._made = False
        self._lacking = Locked()

    @property
    def may_send(self) -> bool:
        """False: mail of ours is signed, and not here."""
        return not self._lacking.sending

    async def servable(self, accounts: Sequence[AccountFacts]) -> list[AccountFacts]:
        """Return the accounts this process can log in to; the others are told of."""
        try:
            if not self._made:
                await self._make()
            self._note(await self._threads.read(locked.locked, accounts))
            if self._lacking != Locked():
                await self._threads.write(locked.tell, self._lacking, accounts, datetime.now(UTC))
        except DatabaseError as error:
            log.warning("Whether keys are here cannot be looked up: %s", error)
        return [one for one in accounts if one.id not in self._lacking.accounts]

    async def _make(self) -> None:
        try:
            await self._threads.write(vault.ensure_key)
        except SettingsError as error:
            log.warning("No key for sealed passwords: %s %s", error, error.remedy)
        self._made = True

    def _note(self, found: Locked) -> None:
        new = found.accounts.keys() - self._lacking.accounts.keys()
        if new or (found.sending and not self._lacking.sending):
            log.warning("%d accounts cannot be served here; other processes may", len(found.accounts) or 1)
        self._lacking = found
