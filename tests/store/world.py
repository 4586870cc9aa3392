"""A small desk to read from: rows put in straight, so that reads are tested against what stands in the tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import SQLModel

from models.rules.triage import position
from models.store.database import Database
from models.tables.desk import Agent, Brand, Contact, Kind
from models.tables.mail import Account, Delivery, RawMail
from models.tables.record import Following, Message, Presence, Record
from models.types.delivery import DeliveryState
from models.types.message import Direction, MessageKind
from models.types.people import Channel, Why
from models.types.record import Need
from models.types.sender import Proof

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


class World:
    """Adds rows and gives their ids."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._numbers = 1000
        self.add(Kind(name="ticket", letter="T", stages=["new", "open", "done"]))
        self.brand = self.add(Brand(name="Desk", is_default=True))
        self.me = self.agent("ada")
        self.anna = self.add(Contact(name="Anna Muster", email="anna@example.org", created_at=NOW))

    def add(self, row: SQLModel) -> int:
        """Store one row; its id."""

        def work(session: Any) -> int:
            session.add(row)
            session.flush()
            return int(getattr(row, "id", 0) or 0)

        return self.database.write(work)

    def agent(self, login: str) -> int:
        """An agent."""
        return self.add(Agent(login=login, name=login.title(), email=f"{login}@desk.test"))

    def record(self, title: str = "A question", need: Need = Need.NEEDS_US, minutes: int = 0, **more: Any) -> int:
        """A record whose need began this many minutes ago."""
        self._numbers += 1
        since = NOW - timedelta(minutes=minutes)
        facts = {
            "kind": "ticket",
            "number": self._numbers,
            "title": title,
            "stage": "new",
            "need": need,
            "need_since": since,
            "position": position(need, since),
            "contact_id": self.anna,
            "created_at": since,
        }
        return self.add(Record(**(facts | more)))

    def message(self, record_id: int, text: str = "Hello", **more: Any) -> int:
        """A customer's mail, unless told otherwise."""
        facts = {
            "record_id": record_id,
            "kind": MessageKind.EMAIL,
            "direction": Direction.IN,
            "author_contact_id": self.anna,
            "author_name": "Anna Muster",
            "author_address": "anna@example.org",
            "subject": "A question",
            "text": text,
            "created_at": NOW,
        }
        return self.add(Message(**(facts | more)))

    def delivery(self, message_id: int, record_id: int, recipient: str = "anna@example.org", **more: Any) -> int:
        """A queued copy."""
        facts = {
            "message_id": message_id,
            "record_id": record_id,
            "recipient": recipient,
            "channel": Channel.EMAIL,
            "why": Why.TO,
            "state": DeliveryState.QUEUED,
            "ready_at": NOW,
        }
        return self.add(Delivery(**(facts | more)))

    def quarantined(self, subject: str, sender: str = "x@example.net", **more: Any) -> int:
        """A mail no rule could place."""
        facts = {
            "sha256": f"{subject}{sender}"[:64],
            "size_bytes": 10,
            "content": b"Subject: x\r\n\r\nx\r\n",
            "received_at": NOW,
            "state": "quarantined",
            "reason": "No rule placed it.",
            "sender": sender,
            "subject": subject,
        }
        return self.add(RawMail(**(facts | more)))

    def account(self, **more: Any) -> int:
        """A mail account that sends and fetches."""
        facts = {"name": "support", "email": "support@desk.test", "smtp_host": "localhost", "imap_host": "localhost"}
        facts["proof"] = Proof.OK
        return self.add(Account(**(facts | more)))

    def follows(self, record_id: int, *, agent_id: int | None = None, contact_id: int | None = None) -> None:
        """A follower."""
        self.add(Following(record_id=record_id, agent_id=agent_id, contact_id=contact_id))

    def watches(self, agent_id: int, record_id: int, seconds_ago: int = 0) -> None:
        """A terminal that has the record open."""
        seen = NOW - timedelta(seconds=seconds_ago)
        self.add(Presence(session=f"{agent_id}-{record_id}", agent_id=agent_id, record_id=record_id, seen_at=seen))
