"""Put right what dead processes left in the outbox: by their journals where those tell, else when their claims end."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from gateway.workers import journal
from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.journal import Fate
from models.services import settle
from models.store.database import Database
from models.types.errors import DatabaseError, LeaseLost
from models.types.failpoint import Point, reach

log = logging.getLogger(__name__)


async def run(threads: DatabaseThreads, *, seconds: float) -> None:
    """Look every so many seconds until cancelled."""
    place = journal.folder(threads.database.url)
    while True:
        try:
            await threads.call(lambda: read_journals(threads.database, place))
            picked_up = await threads.write(settle.recover, datetime.now(UTC))
            if picked_up:
                log.warning("Picked up %d deliveries of a process that ended or hangs", picked_up)
            ended = await threads.write(settle.set_right, datetime.now(UTC))
            if ended:
                log.warning("The clock was set back: %d waits that would have lasted too long are over", ended)
        except DatabaseError as error:
            log.warning("Nothing was picked up: %s", error)
        await asyncio.sleep(seconds)


def read_journals(database: Database, place: Path) -> None:
    """Write down what dead processes of this machine had not written yet; a journal goes when that is committed."""
    with journal.left(place) as found:
        for one in found:
            if one.fates:
                database.write(_write_down, one.fates, datetime.now(UTC))
                log.warning("Put %d deliveries right by the journal of a process that ended", len(one.fates))
            one.path.unlink(missing_ok=True)


def _write_down(session: Session, fates: Sequence[Fate], now: datetime) -> None:
    settle.settle(session, [(claim, outcome) for claim, outcome in fates if outcome is not None], now)
    for claim, outcome in fates:
        if outcome is None:
            try:
                settle.release(session, claim, now)
            except LeaseLost:
                log.info("Delivery %d was settled before", claim.delivery_id)
    reach(Point.REPLAY)
