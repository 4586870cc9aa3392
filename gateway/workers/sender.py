"""Send one account's outbox while holding its lease: claim what is due, promise it, carry it, rest until more is due.

What may have happened is written before it can happen: the attempt before dialing, ``in_data`` for the whole turn
before its first mail, and in the journal each final dot before it goes. A dialogue that has begun is finished even when
we are told to stop, so that no answer of a server gets lost.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from sqlmodel import Session

from gateway.workers import journal
from gateway.workers.courier import Courier
from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.journal import Journal
from gateway.workers.pace import Pace
from gateway.workers.settlements import Settlements
from gateway.workers.wires import Made, Ready, make_wires, promise_wires
from models.services import settle
from models.types.errors import DatabaseError, LeaseLost
from models.types.failpoint import Point, reach
from models.types.outbox import Claim, Deferred, Outcome, Reason, Refused, Unknown

FIRST_TURN = 16  # copies claimed at once
LONGEST_TURN = 256  # measured: claimed, made, promised and settled for 0.12 ms a mail; by turns of 64 for 0.19
TURN_SECONDS = 0.25  # a turn should take about this long: what is claimed cannot be taken back
TROUBLE_SECONDS = 1.0  # while the database refuses

log = logging.getLogger(__name__)


class Sender:
    """One account. ``OSError`` when its journal cannot be made.

    ``wake`` says that something is due; ``rested`` is called each time there is nothing.
    """

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
        self._journal = Journal(journal.folder(threads.database.url))
        self._settlements = Settlements(threads, self._journal)
        self._courier = Courier(threads, account_id, hostname=hostname, pace=pace, before_dot=self._before_dot)
        self._claims: dict[int, Claim] = {}  # ours, by delivery id, until their final dot or given back
        self._at_dot: dict[int, Claim] = {}  # from there until their outcome is known
        self._gone: frozenset[int] = frozenset()  # of ours, those that others took for a dead one's meanwhile
        self._renewed_at = datetime.now(UTC)
        self._most = FIRST_TURN
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
            self._journal.close()

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
            began = time.monotonic()
            carried = 0
            promised = await self._promised(claims)
            for one, then in zip_longest(promised, promised[1:]):
                if self._stopping or not await self._carried(one, then):
                    break
                carried += 1
            self._pace_turns(carried, time.monotonic() - began)
        except DatabaseError as error:
            log.warning("Sending waits: %s", error)
            await asyncio.sleep(TROUBLE_SECONDS)
        finally:
            await self._courier.let_go()
            await self._settlements.flush()
            await self._give_back()
        return True

    async def _claim(self) -> list[Claim]:
        claims = await self._threads.write(
            settle.claim,
            account_ids=[self._account_id],
            holder=self._holder,
            now=datetime.now(UTC),
            lease_seconds=self._pace.claim,
            limit=self._most,
        )
        self._renewed_at, self._gone = datetime.now(UTC), frozenset()
        self._claims = {claim.delivery_id: claim for claim in claims}
        if claims:
            reach(Point.CLAIMED)
        return claims

    async def _promised(self, claims: Sequence[Claim]) -> list[Ready]:
        """Give the copies that may go out now: there is a connection, their bytes are kept, their rows say in_data."""
        failed = await self._courier.ready()
        if failed is not None:
            self._end(claims[0], failed)
            return []
        database, lease = self._threads.database, self._pace.claim
        ready = self._writable(await self._threads.call(lambda: make_wires(database, claims)))
        self._journal.begin([one.claim for one in ready])
        promising = self._threads.call(lambda: promise_wires(database, ready, datetime.now(UTC), lease))
        promised = self._writable(await promising)
        reach(Point.PROMISED)
        for lost in {one.claim.delivery_id for one in ready} - {one.claim.delivery_id for one in promised}:
            self._claims.pop(lost, None)
        return promised

    def _writable(self, made: Sequence[Made]) -> list[Ready]:
        """End what cannot be sent; give the others."""
        for one in made:
            if not isinstance(one, Ready):
                self._end(*one)
        return [one for one in made if isinstance(one, Ready)]

    async def _carried(self, one: Ready, then: Ready | None) -> bool:
        """Send a promised copy, and perhaps say the next one's envelope; False: the account cannot send now."""
        claim = one.claim
        following = (then.claim.envelope_from, then.claim.envelope_to, len(then.wire)) if then is not None else None
        try:
            outcome = await self._courier.carry(claim, one.wire, following)
        except LeaseLost:
            log.warning("Delivery %d was taken over before its end was sent; it was not sent", claim.delivery_id)
            return False
        except asyncio.CancelledError:
            if claim.delivery_id in self._at_dot:
                self._end(claim, Unknown("The program ended while the server's answer was awaited."))
            raise
        self._end(claim, outcome)
        return not (isinstance(outcome, Deferred | Refused) and (outcome.account_wide or outcome.reason is Reason.RATE))

    async def _before_dot(self, claim: Claim) -> None:
        """Say that a copy's final dot goes out. ``LeaseLost``: we stood still, and others took it for a dead one's."""
        if datetime.now(UTC) - self._renewed_at > timedelta(seconds=self._pace.claim / 2):
            await self._threads.write(settle.renew, claim, datetime.now(UTC), self._pace.claim)
        if claim.delivery_id in self._gone:
            raise LeaseLost("Another process took this message over.")
        self._journal.dot(claim)
        self._at_dot[claim.delivery_id] = self._claims.pop(claim.delivery_id)
        reach(Point.BEFORE_DOT)

    def _end(self, claim: Claim, outcome: Outcome) -> None:
        self._claims.pop(claim.delivery_id, None)
        self._at_dot.pop(claim.delivery_id, None)
        self._settlements.add(claim, outcome)

    def _pace_turns(self, carried: int, seconds: float) -> None:
        if carried:
            self._most = max(1, min(LONGEST_TURN, 4 * self._most, round(TURN_SECONDS * carried / max(seconds, 1e-9))))

    async def _give_back(self) -> None:
        """Give back what was claimed and not begun: to be claimed at once, by anybody."""
        claims, self._claims = tuple(self._claims.values()), {}
        if claims:
            await self._threads.insist(_release, claims, datetime.now(UTC))
            self._journal.settled([claim.delivery_id for claim in claims])

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._pace.claim_renew)
            claims = (*self._claims.values(), *self._at_dot.values())
            if not claims:
                continue
            now = datetime.now(UTC)
            try:
                self._gone = await self._threads.write(_renew, claims, now, self._pace.claim)
                self._renewed_at = now
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


def _renew(session: Session, claims: Sequence[Claim], now: datetime, seconds: float) -> frozenset[int]:
    """Keep the claims longer; those that are no longer ours."""
    gone = set()
    for claim in claims:
        try:
            settle.renew(session, claim, now, seconds)
        except LeaseLost:
            gone.add(claim.delivery_id)
    return frozenset(gone)
