"""Which accounts this process can serve: not those whose sealed password it has no key for.

It asks for no lease of theirs, so that a process which has the key serves them. When nobody does, the account says so.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from gateway.workers.database_threads import DatabaseThreads
from models.services import locked, vault
from models.store.accounts import AccountFacts
from models.types.errors import DatabaseError, SettingsError

log = logging.getLogger(__name__)


class KeyWatch:
    """Asked at each round of the supervisor; looks for the key again while something is locked."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads
        self._made = False
        self._locked: frozenset[int] = frozenset()

    async def servable(self, accounts: Sequence[AccountFacts]) -> list[AccountFacts]:
        """Return the accounts this process can log in to; the others are told of."""
        try:
            if not self._made:
                await self._make()
            if self._locked or any(locked.needs_key(one.secret) for one in accounts):
                self._note(await self._threads.read(locked.locked, accounts))
                if self._locked:
                    await self._threads.write(locked.tell, self._locked, datetime.now(UTC))
        except DatabaseError as error:
            log.warning("Whether keys are here cannot be looked up: %s", error)
        return [one for one in accounts if one.id not in self._locked]

    async def _make(self) -> None:
        try:
            await self._threads.write(vault.ensure_key)
        except SettingsError as error:
            log.warning("No key for sealed passwords: %s %s", error, error.remedy)
        self._made = True

    def _note(self, found: frozenset[int]) -> None:
        if found - self._locked:
            log.warning("%d accounts are sealed to a key that is not here; others may serve them", len(found))
        self._locked = found
