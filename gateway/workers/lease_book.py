"""The leases this process holds, renewed together: one commit every ten seconds, however many there are."""

import asyncio
import logging
from collections.abc import Collection
from datetime import UTC, datetime
from math import inf

from sqlmodel import Session

from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.pace import Pace
from models.store import leases
from models.types.errors import DatabaseError
from models.types.failpoint import Point, reach

log = logging.getLogger(__name__)


class LeaseBook:
    """``tend`` regularly; ``held`` are the names whose work is ours until then."""

    def __init__(self, threads: DatabaseThreads, holder: str, pace: Pace) -> None:
        self._threads = threads
        self._holder = holder
        self._pace = pace
        self._fences: dict[str, int] = {}
        self._renewed_at: dict[str, float] = {}

    @property
    def held(self) -> frozenset[str]:
        """Names of the leases we hold for certain: an unrenewed one may be another's when its time is over."""
        oldest = asyncio.get_running_loop().time() - self._pace.lease
        return frozenset(name for name, at in self._renewed_at.items() if at > oldest)

    async def tend(self, wanted: Collection[str]) -> frozenset[str]:
        """Ask for what is wanted and free, renew what is ours, give back what is not wanted; return what is held."""
        now = asyncio.get_running_loop().time()
        unwanted = [name for name in self._fences if name not in wanted]
        asked = [name for name in wanted if now >= self._renewed_at.get(name, -inf) + self._pace.lease_renew]
        if asked or unwanted:
            try:
                fences = await self._threads.write(
                    _tend, asked, unwanted, dict(self._fences), self._holder, self._pace.lease
                )
            except DatabaseError as error:
                log.warning("Leases were not renewed: %s", error)
                return self.held
            for name in (*asked, *unwanted):
                self._fences.pop(name, None)
                self._renewed_at.pop(name, None)
            self._fences |= fences
            self._renewed_at |= dict.fromkeys(fences, now)
            reach(Point.LEASES)
        return self.held

    async def release(self) -> None:
        """Give everything back, so that others need not wait for the end."""
        try:
            await self._threads.write(_tend, [], list(self._fences), dict(self._fences), self._holder, 0)
        except DatabaseError as error:
            log.warning("Leases were not given back; they run out: %s", error)
        self._fences.clear()
        self._renewed_at.clear()


def _tend(
    session: Session,
    asked: Collection[str],
    unwanted: Collection[str],
    fences: dict[str, int],
    holder: str,
    seconds: float,
) -> dict[str, int]:
    now = datetime.now(UTC)
    for name in unwanted:
        leases.release(session, name=name, holder=holder, fence=fences[name], now=now)
    held = {}
    for name in asked:
        fence = fences.get(name)
        renewed = fence is not None and leases.renew(
            session, name=name, holder=holder, fence=fence, now=now, seconds=seconds
        )
        if not renewed:
            fence = leases.acquire(session, name=name, holder=holder, now=now, seconds=seconds)
        if fence is not None:
            held[name] = fence
    return held
