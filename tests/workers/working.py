"""A desk with one real account, the workers over it, and the judge of what they did."""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, SQLModel, col

from gateway.transports.smtp_dialogue import Deadlines
from gateway.workers import supervisor
from gateway.workers.pace import Pace
from models.services import reply
from models.store.changes import announce
from models.store.database import Database
from models.tables.mail import Account, Attempt, Delivery, RawMail
from models.tables.record import Message, Record
from models.types.account import Security
from models.types.delivery import DeliveryState
from models.types.draft import Sent
from models.types.people import Channel
from tests.servers.faulty_imap import FaultyImap
from tests.servers.faulty_smtp import FaultySmtp, copies
from tests.services.letters import World, letter
from tests.services.letters import desk as make_world

PASSWORD_VARIABLE = "NIGHTDESK_TEST_PASSWORD"
QUICK = Pace(
    lease=3, lease_renew=1, tend=0.2, claim=3, claim_renew=1, recover=0.3, linger=0.5, grace=3, crash=0.3,
    deadlines=Deadlines(connect=2, command=2, ahead=1, data=2, block=2, dot=2, quit=0.3),
)  # fmt: skip
_names = count(1)


@dataclass
class Desk:
    """Everything real but the servers."""

    database: Database
    world: World

    def serve(self, *, smtp: FaultySmtp | None = None, imap: FaultyImap | None = None, poll_seconds: int = 1) -> None:
        """Point the account at these; a missing one is switched off."""
        values: dict[str, Any] = {
            "user": "support@desk.test",
            "secret": f"env:{PASSWORD_VARIABLE}",
            "smtp_host": "127.0.0.1" if smtp else "",
            "smtp_port": smtp.port if smtp else 0,
            "smtp_security": Security.PLAIN,
            "imap_host": "127.0.0.1" if imap else "",
            "imap_port": imap.port if imap else 0,
            "imap_security": Security.PLAIN,
            "poll_seconds": poll_seconds,
        }
        self.database.write(lambda session: session.execute(update(Account).values(values)))

    def answer(self, number: int, customer: str = "", hold_seconds: float = 0) -> None:
        """Queue this many answers, each on a record and to a customer of its own."""
        for _ in range(number):
            name = next(_names)
            self.world.arrives(letter(f"{customer or f'c{name}'}@customer.test", subject=f"Question {name}"))
            record = self.rows(Record)[-1]
            self.write_back(record.id, f"Answer {name}", hold_seconds)

    def write_back(self, record_id: int, text: str, hold_seconds: float = 0) -> None:
        agent, now = self.world.anton, datetime.now(UTC)
        draft = self.world.write_draft(record_id, text)
        sent = self.database.write(
            reply.send,
            draft_id=draft,
            agent_id=agent.id,
            base=self.world.newest(record_id),
            now=now,
            hold_seconds=hold_seconds,
        )
        assert isinstance(sent, Sent)

    def hurry(self) -> None:
        """Let all waits be over."""

        def over(session: Session) -> None:
            now = datetime.now(UTC)
            session.execute(update(Account).values(send_retry_at=None, retry_at=None))
            queued = col(Delivery.state) == DeliveryState.QUEUED
            session.execute(update(Delivery).where(queued).values(ready_at=now))
            announce(session, now, topic="accounts")

        self.database.write(over)

    def rows(self, table: type[SQLModel], *conditions: Any) -> list[Any]:
        return self.world.all(table, *conditions)

    def mails_out(self) -> list[Delivery]:
        return self.rows(Delivery, col(Delivery.channel) == Channel.EMAIL)

    def states(self) -> Counter[DeliveryState]:
        return Counter(row.state for row in self.mails_out())

    def account(self) -> Account:
        (account,) = self.rows(Account)
        assert isinstance(account, Account)
        return account

    async def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Wait for the database to say so."""
        deadline = time.monotonic() + seconds
        while not await asyncio.to_thread(condition):
            if time.monotonic() > deadline:
                raise AssertionError(f"never came true; copies: {self.states()}, account: {self.account()}")
            await asyncio.sleep(0.03)

    async def until_settled(self, seconds: float = 20) -> None:
        """Wait until nothing is on its way."""
        moving = (DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.IN_DATA)
        due = (col(Delivery.state) == DeliveryState.QUEUED) & (col(Delivery.ready_at) <= datetime.now(UTC))
        await self.until(lambda: not self.rows(Delivery, col(Delivery.state).in_(moving) | due), seconds)

    def judge_sending(self, server: FaultySmtp) -> None:
        """L0, D0, D1, A0: nothing lost, nothing twice in silence, nothing claimed that is not true."""
        taken = copies(server)
        wires: dict[tuple[str, str], set[object]] = {}
        for entry in server.noted("accepted") + server.noted("not_accepted"):
            wires.setdefault((str(entry["message_id"]), str(entry["recipient"])), set()).add(entry["sha256"])
        assert all(len(hashes) == 1 for hashes in wires.values()), "the same bytes at every try"
        messages = {row.id: row.message_id for row in self.rows(Message)}
        for row in self.mails_out():
            times = taken.pop((messages[row.message_id], row.recipient), 0)
            assert times <= 1, f"{row.recipient} got it {times} times"
            if row.state is DeliveryState.SENT:
                assert times == 1, "claimed sent, never accepted"
            elif times:
                assert row.state in (DeliveryState.UNSURE, DeliveryState.IN_DATA), f"accepted and yet {row.state}"
        assert not taken, f"sent what nobody queued: {taken}"

    def judge_fetching(self, server: FaultyImap) -> None:
        """L1, P1: every mail offered is stored, and posted or quarantined, once."""
        stored = Counter(bytes(row.content) for row in self.rows(RawMail))
        assert stored == Counter(set(server.mails.values()))
        assert {row.state for row in self.rows(RawMail)} <= {"routed", "quarantined", "duplicate", "ignored"}
        posted = Counter(row.raw_id for row in self.rows(Message, col(Message.raw_id).is_not(None)))
        assert set(posted.values()) <= {1}
        routed = {row.id for row in self.rows(RawMail, col(RawMail.state) == "routed")}
        assert routed == set(posted)

    def attempts(self) -> list[Attempt]:
        return self.rows(Attempt)


def make_desk(database: Database) -> Desk:
    return Desk(database, make_world(database))


@asynccontextmanager
async def working(desk: Desk, *, holder: str = "one", pace: Pace = QUICK) -> AsyncIterator[asyncio.Task[None]]:
    """Run the workers in this loop."""
    task = asyncio.ensure_future(supervisor.run(desk.database, holder=holder, hostname="desk.test", pace=pace))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=20)
        assert task.cancelled(), task


@asynccontextmanager
async def headless(desk: Desk) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the workers in a process of their own; it is killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.workers.headless", desk.database.url,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def mail(name: str, size: int = 20) -> bytes:
    text = (
        f"From: Customer <c{name}@customer.test>\r\nTo: support@desk.test\r\nSubject: {name}\r\n"
        f"Message-ID: <{name}@customer.test>\r\nDate: Sun, 22 Nov 2026 08:00:00 +0000\r\n\r\n"
    )
    return text.encode() + b"x" * size + b"\r\n"
