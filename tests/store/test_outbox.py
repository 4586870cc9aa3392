"""The claim, raced by real processes on both databases: every copy is claimed exactly once."""

import multiprocessing
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from models.services import settle
from models.store.database import Database
from models.tables.mail import Delivery
from models.tables.record import Message, Record
from models.types.delivery import DeliveryState
from models.types.errors import DatabaseError
from models.types.outbox import Accepted
from models.types.people import Channel, Why
from tests.services.letters import desk, letter

COPIES = 240
PEOPLE = 40
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_four_processes_claim_each_copy_once_and_in_order(database: Database) -> None:
    world = desk(database)
    world.arrives(letter())
    record_id, message_id = world.all(Record)[0].id, world.all(Message)[0].id

    def fill(session: object) -> None:
        rows = [row(n, record_id, message_id + n // PEOPLE, world.account_id) for n in range(COPIES)]
        for n in range(1, COPIES // PEOPLE):
            session.execute(insert(Message).values(message_values(world.all(Message)[0], n)))  # type: ignore[attr-defined]
        session.execute(insert(Delivery), rows)  # type: ignore[attr-defined]

    database.write(fill)
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        taken = pool.starmap(serve, [(database.url, world.account_id, f"p{n}") for n in range(4)])
    claimed = [claim for claims in taken for claim in claims]
    assert Counter(claimed).most_common(1)[0][1] == 1, "no copy is claimed twice"
    assert len(claimed) == COPIES
    rows = world.all(Delivery)
    assert {(copy.state, copy.attempts, copy.fence) for copy in rows} == {(DeliveryState.SENT, 1, 1)}


def serve(url: str, account_id: int, holder: str) -> list[int]:
    """Claim and send until nothing is left; what was claimed."""
    database = Database(url)
    taken: list[int] = []
    idle = 0
    while idle < 50:
        claims = insist(
            database, settle.claim, account_ids=[account_id], holder=holder, now=NOW, lease_seconds=60, limit=7
        )
        idle = 0 if claims else idle + 1
        for claim in claims:
            taken.append(claim.delivery_id)
            insist(database, settle.promise, [claim], {}, NOW, 60)
            insist(database, settle.settle, [(claim, Accepted("250"))], NOW)
    database.close()
    return taken


def insist(database: Database, work: Any, *args: object, **kwargs: object) -> Any:
    """SQLite gives the lock to whoever asks at the right moment: on a busy machine one of four may wait too long."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return database.write(work, *args, **kwargs)
        except DatabaseError:
            if time.monotonic() > deadline:
                raise


def row(n: int, record_id: int, message_id: int, account_id: int) -> dict[str, object]:
    """Six messages to each of forty people, all due."""
    return {
        "message_id": message_id,
        "record_id": record_id,
        "recipient": f"p{n % PEOPLE}@customer.test",
        "name": "",
        "channel": Channel.EMAIL,
        "why": Why.TO,
        "account_id": account_id,
        "lane": 0,
        "state": DeliveryState.QUEUED,
        "ready_at": NOW - timedelta(minutes=1),
        "attempts": 0,
        "fence": 0,
        "holder": "",
        "envelope_from": "",
        "reply_to": "",
        "sentence": "",
        "server_text": "",
    }


def message_values(like: Message, n: int) -> dict[str, object]:
    values = like.model_dump(exclude={"id"})
    return values | {"message_id": f"<copy.{n}@desk.test>"}
