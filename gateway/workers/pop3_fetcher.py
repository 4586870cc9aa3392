"""One round of one POP3 mailbox: fetch what is new, commit it, then delete what has been there long enough.

Whose turn it is, how often, and what a fault means for the account is the fetcher's business.
"""

import asyncio
from datetime import UTC, datetime

from gateway.transports.pop3 import PopSession
from models.services import pop
from models.store.database import Database
from models.types.account import AccountPlan
from models.types.failpoint import Point, reach


class PopFetcher:
    """Rounds of one account. ``stuck`` remembers, between rounds too, what broke the connection: it is fetched last."""

    def __init__(self, database: Database, plan: AccountPlan, stuck: set[str]) -> None:
        self._database = database
        self._plan = plan
        self._stuck = stuck

    async def round(self) -> int:
        """Fetch, store, delete; how many mails were new.

        Raises ``TransportFault`` when the server failed and ``DatabaseError`` when nothing could be stored; what was
        stored before stays, and nothing is deleted on the server that is not.
        """
        assert self._plan.pop3 is not None
        session = PopSession()
        try:
            await session.open(self._plan.pop3)
            new = await self._fetched(session)
            await self._delete(session)
        finally:
            if session.stuck_at:
                self._stuck.add(session.stuck_at)
            await session.close()
        return new

    async def _fetched(self, session: PopSession) -> int:
        account_id = self._plan.id
        seen = set(await asyncio.to_thread(self._database.read, pop.known, account_id=account_id))
        new = 0
        while (mails := await session.fetch(seen, last=self._stuck)) is not None:
            new += await asyncio.to_thread(
                self._database.write, pop.keep, account_id=account_id, mails=mails, now=datetime.now(UTC)
            )
            seen.update(mail.uidl for mail in mails)
            self._stuck.difference_update(seen)
        return new

    async def _delete(self, session: PopSession) -> None:
        account_id, now = self._plan.id, datetime.now(UTC)
        due = await asyncio.to_thread(
            self._database.read,
            pop.deletable,
            account_id=account_id,
            leave_days=self._plan.leave_days,
            listed=session.listed,
            now=now,
        )
        if due:
            reach(Point.POP_DELETE)
        deleted = await session.delete(due) if due else frozenset()
        if deleted:
            reach(Point.POP_DELETED)
        await asyncio.to_thread(
            self._database.write, pop.settle, account_id=account_id, listed=session.listed, deleted=deleted, now=now
        )
