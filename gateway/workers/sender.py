"""Send one account's outbox while holding its lease: claim what is due, carry it, rest until something is due.

What may have happened is in the row before it can happen: the attempt before dialing, ``in_data`` before the final dot.
A dialogue that has begun is finished even when we are told to stop, so that no answer of a server gets lost.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime

from sqlmodel import Session

from gateway.workers.courier import Courier
from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.pace import Pace
from gateway.workers.wires import make_wires
from models.services import settle
from models.types.errors import DatabaseError, LeaseLost
from models.types.failpoint import Point, reach
from models.types.outbox import Claim

TOGETHER = 8  # copies claimed at once
TROUBLE_SECONDS = 1.0  # while the database refuses

log = logging.getLogger(__name__)


class Sender:
    """One account. ``wake`` says that something is due; ``rested`` is called each time there is nothing."""

    def __init__(
        self,
        threads: DatabaseThreads,
        account_id: int,
        *,
        holder: str,
        hostname: str,
        rested: Callable[[], None],
        pace: Pace,
    ) -> None:
        self._threads = threads
        self._account_id = account_id
        self._holder = holder
        self._pace = pace
        self._rested = rested
        self._courier = Courier(threads, account_id, hostname=hostname, pace=pace)
        self._claims: dict[int, Claim] = {}  # ours until settled or given back, by delivery id
        self._stopping = False
        self.wake = asyncio.Event()
        self.resting = False

    async def run(self) -> None:
        """Send until cancelled; then finish the mail at hand, within the grace, and give the others back."""
        renewing = asyncio.ensure_future(self._renew())
        try:
            while True:
                self.wake.clear()
                if not await self._finished(self._turn()):
                    await self._rest()
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self._courier.hang_up()

    async def _finished(self, turn: Coroutine[None, None, bool]) -> bool:
        """Await a turn; told to stop, let it end its mail, and cut it only after the grace."""
        task = asyncio.ensure_future(turn)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self._stopping = True
            await asyncio.wait({task}, timeout=self._pace.grace)
            task.cancel()
            await asyncio.wait({task}, timeout=self._pace.grace)  # what it must write down, if the database lets it
            raise

    async def _turn(self) -> bool:
        """Claim and carry what is due; False when there was nothing."""
        try:
            claims = await self._claim()
            if not claims:
                return False
            for claim, outcome in await self._threads.call(lambda: make_wires(self._threads.database, claims)):
                if self._stopping:
                    break
                if outcome is not None:
                    await self._courier.settle(claim, outcome)
                elif not await self._courier.carry(claim):
                    self._claims.pop(claim.delivery_id, None)
                    break
                self._claims.pop(claim.delivery_id, None)
        except DatabaseError as error:
            log.warning("Sending waits: %s", error)
            await asyncio.sleep(TROUBLE_SECONDS)
        finally:
            await self._give_back()
        return True

    async def _claim(self) -> list[Claim]:
        claims = await self._threads.write(
            settle.claim,
            account_ids=[self._account_id],
            holder=self._holder,
            now=datetime.now(UTC),
            lease_seconds=self._pace.claim,
            limit=TOGETHER,
        )
        self._claims = {claim.delivery_id: claim for claim in claims}
        if claims:
            reach(Point.CLAIMED)
        return claims

    async def _give_back(self) -> None:
        """Give back what was claimed and not begun: to be claimed at once, by anybody."""
        claims, self._claims = tuple(self._claims.values()), {}
        if claims:
            await self._threads.insist(_release, claims, datetime.now(UTC))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._pace.claim_renew)
            if not self._claims:
                continue
            try:
                await self._threads.write(_renew, tuple(self._claims.values()), datetime.now(UTC), self._pace.claim)
            except DatabaseError as error:
                log.warning("Claims were not renewed: %s", error)

    async def _rest(self) -> None:
        self.resting = True
        self._rested()
        try:
            if self._courier.connected:
                try:
                    async with asyncio.timeout(self._pace.linger):
                        await self.wake.wait()
                except TimeoutError:
                    await self._courier.hang_up()
            await self.wake.wait()
        finally:
            self.resting = False


def _release(session: Session, claims: Sequence[Claim], now: datetime) -> None:
    for claim in claims:
        try:
            settle.release(session, claim, now)
        except LeaseLost:
            log.info("Delivery %d is another's already", claim.delivery_id)


def _renew(session: Session, claims: Sequence[Claim], now: datetime, seconds: float) -> None:
    for claim in claims:
        try:
            settle.renew(session, claim, now, seconds)
        except LeaseLost:
            log.info("Delivery %d is another's already", claim.delivery_id)
