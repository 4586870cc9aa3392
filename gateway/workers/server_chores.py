"""Do on the IMAP server what an account asks for once its mail is stored: mark, move or delete (R1.1).

Every message to do it to stands in the database since the commit that stored it, so a crash in between leaves the
deed for the next round, and nothing is ever touched that is not stored here.
"""

import logging
from collections.abc import Sequence

from gateway.transports import imap_deeds
from gateway.transports.imap import ImapSession
from gateway.workers.database_threads import DatabaseThreads
from models.store import server_chores
from models.types.account import AccountPlan, After, Chore

TOGETHER = 100  # messages of one command

log = logging.getLogger(__name__)


class ServerChores:
    """The chores of one account."""

    def __init__(self, threads: DatabaseThreads, plan: AccountPlan) -> None:
        self._threads = threads
        self._plan = plan

    @property
    def any(self) -> bool:
        """Whether the account asks for anything."""
        return self._plan.after_fetch.deed is not After.KEEP

    async def tend(self, session: ImapSession, folder: str) -> bool:
        """Do what waits for a folder; whether there was anything. Raises ``TransportFault`` and ``DatabaseError``."""
        if not self.any or not (chores := await self._waiting(folder)):
            return False
        uidvalidity = await session.open_for_change(folder)
        await self._threads.write(server_chores.forget_others, self._plan.id, folder, uidvalidity)
        while chores := await self._waiting(folder):
            await self._do(session, folder, uidvalidity, chores)
            uids = [chore.uid for chore in chores]
            await self._threads.write(server_chores.done, self._plan.id, folder, uidvalidity, uids)
        return True

    async def _waiting(self, folder: str) -> list[Chore]:
        return await self._threads.read(server_chores.waiting, self._plan.id, folder, limit=TOGETHER)

    async def _do(self, session: ImapSession, folder: str, uidvalidity: int, chores: Sequence[Chore]) -> None:
        uids = [chore.uid for chore in chores]
        match self._plan.after_fetch.deed:
            case After.SEEN:
                await imap_deeds.mark_seen(session, uids)
            case After.DELETE:
                await imap_deeds.delete(session, uids)
            case After.MOVE if session.can("MOVE"):
                await imap_deeds.move(session, uids, self._plan.after_fetch.folder)
            case After.MOVE:
                await self._move_in_halves(session, folder, uidvalidity, chores)

    async def _move_in_halves(
        self, session: ImapSession, folder: str, uidvalidity: int, chores: Sequence[Chore]
    ) -> None:
        """Copy, note it, delete: what was copied before a crash is not copied again after it."""
        new = [chore.uid for chore in chores if not chore.copied]
        if new:
            await imap_deeds.copy(session, new, self._plan.after_fetch.folder)
            await self._threads.insist(server_chores.copied, self._plan.id, folder, uidvalidity, new)
        await imap_deeds.delete(session, [chore.uid for chore in chores])
