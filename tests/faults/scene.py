"""A desk with work to do in both directions, scripted servers with ledgers on disk, and the judge over it."""

import asyncio
import hashlib
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from models.services import receive, route
from models.store import records
from models.store.database import Database
from models.tables.mail import Delivery, RawMail
from models.tables.record import Message
from models.types.delivery import DeliveryState
from models.types.errors import DatabaseError
from models.types.mail import IncomingMail
from models.types.people import Why
from tests.faults.judge import RELAY_TO, broken
from tests.faults.program import note, start, workers
from tests.servers.faulty_imap import FaultyImap
from tests.servers.faulty_smtp import FaultySmtp
from tests.servers.scripted import Fault
from tests.services.letters import START, letter
from tests.workers.working import Desk, make_desk

FOLLOWER = "berta@staff.test"
MOVING = (DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.IN_DATA)
_numbers = count(1)


@dataclass
class Scene:
    """``folder`` holds the ledgers and the log of every process started here."""

    desk: Desk
    folder: Path
    smtp: FaultySmtp
    imap: FaultyImap
    threads: list[tuple[str, str, str]] = field(default_factory=list)  # customer, our answer address, our Message-ID

    @property
    def url(self) -> str:
        return self.desk.database.url

    def begin(self, answers: int) -> None:
        """Queue answers, each on a record of its own that one agent follows by mail."""
        self.desk.serve(smtp=self.smtp, imap=self.imap)
        for _ in range(answers):
            record_id, _ = self.open()
            self.desk.write_back(record_id, f"Answer on {record_id}")
        self.threads += [
            (row.recipient, row.reply_to, wire_id) for row, wire_id in self._copies() if row.why is not Why.FOLLOWER
        ]

    def open(self) -> tuple[int, int]:
        """Open a record; its id and that of its newest message."""
        world = self.desk.world
        customer = f"c{next(_numbers)}@customer.test"
        record_id = self.desk.database.write(_opened, letter(customer), world.berta.id)
        return record_id, world.newest(record_id)

    def draft(self) -> tuple[int, int, str]:
        """Write an answer nobody has sent yet: draft, newest message, text."""
        record_id, newest = self.open()
        text = f"Draft on {record_id}"
        return self.desk.world.write_draft(record_id, text), newest, text

    def offer(self, fresh: int, replies: int) -> None:
        """Put mail into the mailbox: questions, and replies to our answers, which the follower must be told of."""
        for _ in range(fresh):
            self._put(f"c{next(_numbers)}@customer.test", "support@desk.test", "", "")
        for number in range(replies):
            customer, answer_to, wire_id = self.threads[number % len(self.threads)]
            self._put(customer, answer_to, wire_id, FOLLOWER)

    def _put(self, sender: str, to: str, in_reply_to: str, relay_to: str) -> None:
        number = next(_numbers)
        lines = [
            f"From: <{sender}>",
            f"To: <{to}>",
            f"Subject: Mail {number}",
            f"Message-ID: <m{number}@customer.test>",
            "Date: Sun, 22 Nov 2026 08:00:00 +0000",
            *([f"In-Reply-To: {in_reply_to}"] if in_reply_to else []),
            "",
            f"Words of mail {number}.",
            f"{RELAY_TO.decode()} {relay_to}",
            "",
        ]
        content = "\r\n".join(lines).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        note(self.folder / "offered.jsonl", event="offered", uid=self.imap.next_uid, sha256=sha256)
        self.imap.put(content)

    async def finish(self, seconds: float = 60) -> float:
        """Let a process that nobody kills end all work; how many seconds that took (S0). Then judge."""
        process = start(workers, self.folder, self.url, f"last {next(_numbers)}")
        began = time.monotonic()
        try:
            await self.until_rest(seconds)
        finally:
            process.kill()
            process.join()
        self.judge()
        return time.monotonic() - began

    async def until_rest(self, seconds: float = 60) -> None:
        """Wait until nothing is on its way; a copy that waits for its next try is not kept waiting."""
        deadline = time.monotonic() + seconds
        while not await asyncio.to_thread(self.rests):
            if time.monotonic() > deadline:
                raise AssertionError(f"no rest after {seconds:g} s; the log ends: {self.log()[-3000:]}")
            await asyncio.sleep(0.05)

    def rests(self) -> bool:
        """Tell whether all work is done: mail first, since placing it may enqueue copies."""
        stored = self.desk.rows(RawMail)
        due = {hashlib.sha256(content).hexdigest() for content in self.imap.mails.values()}
        if due - {row.sha256 for row in stored} or any(row.state == "stored" for row in stored):
            return False
        rows = self.desk.rows(Delivery, col(Delivery.state).in_((*MOVING, DeliveryState.QUEUED)))
        if rows and all(row.state is DeliveryState.QUEUED for row in rows):
            with suppress(DatabaseError):  # a busy machine; the next look tries again
                self.desk.hurry()
        return not rows

    def judge(self, *, at_rest: bool = True) -> None:
        found = broken(self.url, self.folder, at_rest=at_rest)
        assert not found, "\n".join([*found, self.log()[-3000:]])

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def states(self) -> dict[str, int]:
        return {str(state): number for state, number in sorted(self.desk.states().items())}

    def raws(self) -> list[RawMail]:
        return self.desk.rows(RawMail)

    def _copies(self) -> list[tuple[Delivery, str]]:
        ids = {row.id: row.message_id for row in self.desk.rows(Message)}
        return [(row, ids[row.message_id]) for row in self.desk.mails_out()]


def _opened(session: Session, mail: IncomingMail, follower_id: int) -> int:
    """In one transaction, or the workers would find the mail before us."""
    raw_id = receive.keep_one(session, content=repr(mail).encode(), envelope_from=None, envelope_to=[], now=START)
    route.place(session, raw_id=raw_id, mail=mail, now=START)
    record_id = session.scalars(select(col(Message.record_id)).where(col(Message.raw_id) == raw_id)).one()
    records.follow(session, record_id, agent_id=follower_id)
    return record_id


@asynccontextmanager
async def scene(
    folder: Path, database: Database, *, smtp_faults: tuple[Fault, ...] = (), imap: FaultyImap | None = None
) -> AsyncIterator[Scene]:
    """Set up the desk and its servers in an empty folder."""
    smtp = FaultySmtp(
        *smtp_faults, extensions=("SIZE 10000000", "PIPELINING", "AUTH PLAIN"), ledger=folder / "smtp.jsonl"
    )
    imap = imap or FaultyImap()
    desk = await asyncio.to_thread(make_desk, database)
    async with smtp.serving(), imap.serving():
        yield Scene(desk, folder, smtp, imap)
    database.close()


def desk_in(folder: Path, template: Path) -> Database:
    """Make a folder with an empty desk in a file."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, folder / "desk.db")
    return Database(f"sqlite:///{folder / 'desk.db'}")
