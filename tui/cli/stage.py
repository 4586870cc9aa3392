"""A desk nobody is at: a fresh database, ordinary services, and a sink that takes every mail and keeps its bytes.

``nightdesk simulate`` plays its scenarios here, so what it answers is what a real desk would do.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session

from gateway.mime.compose import compose
from gateway.mime.parse import parse
from models.rules import triage
from models.rules.account_proof import vouched
from models.services import receive, reply, route, settle, setup
from models.services import triage as turns
from models.services.outgoing import outgoing
from models.store import contacts, desk_facts, drafts, messages, migrate, records, settings
from models.store.database import Database
from models.types.account import NewAccount, Security
from models.types.draft import Sent
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed
from models.types.mail import IncomingMail
from models.types.outbox import Accepted
from models.types.people import Channel
from models.types.record import Need
from models.types.routing import Target

LOOPBACK = "127.0.0.1"
AUTO_REPLY = "We have your mail and will answer it."  # switched on, or its limits would go untried
_DONE = ("closed", "done", "solved", "resolved", "won", "paid", "merged")


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail the sink took."""

    delivery_id: int
    record_id: int | None
    message_id: int
    envelope_from: str
    envelope_to: str
    automatic: str  # its Auto-Submitted; "" = a person wrote it
    mail: IncomingMail  # read back from its bytes


@contextmanager
def stage(domain: str, now: datetime) -> Iterator["Stage"]:
    """Set a desk up at this domain in a temporary database, which goes with it."""
    with TemporaryDirectory(prefix="nightdesk-simulate-") as folder:
        url = f"sqlite:///{Path(folder) / 'desk.db'}"
        migrate.ensure(url)
        database = Database(url)
        try:
            yield Stage(database, domain, now)
        finally:
            database.close()


class Stage:
    """The desk and its clock, which is moved by hand."""

    def __init__(self, database: Database, domain: str, now: datetime) -> None:
        self.database = database
        self.now = now
        self.sink: list[Taken] = []
        notification = f"notifications@{domain}"
        database.write(setup.init, brand=domain.partition(".")[0], domain=domain, notification=notification, now=now)
        database.write(settings.put, settings.AUTHSERV_ID, f"mx.{domain}")
        database.write(setup.remove_alias, address=f"support@{domain}")

    def wait(self, **time: float) -> None:
        """Let time go by."""
        self.now += timedelta(**time)

    def address(self, address: str, creates: str) -> None:
        """Open records of a kind for mail to this address."""
        self.database.write(setup.add_kind, name=creates)
        self.database.write(setup.add_alias, address=address, creates=creates, auto_reply=AUTO_REPLY)

    def account(self, address: str) -> None:
        """Let one account fetch and send everything."""
        new = NewAccount(
            email=address,
            smtp_host=LOOPBACK,
            smtp_security=Security.PLAIN,
            imap_host=LOOPBACK,
            imap_security=Security.PLAIN,
        )
        self.database.write(setup.add_account, new, now=self.now, trial=vouched(new, self.now))

    def agent(self, email: str) -> int:
        """Find the agent with this address, or make one who is told by mail; the id."""
        login = email.replace("@", ".")[:64]
        return self.database.write(setup.ensure_agent, login=login, email=email, channel=Channel.EMAIL).id

    def record(
        self, *, kind: str, number: int, title: str, contact: str, followers: Sequence[str], agents: dict[str, int]
    ) -> int:
        """Make a record that is followed by these people; its id."""

        def make(session: Session) -> int:
            customer = contacts.ensure(session, contact, "", self.now).id if contact else None
            stages = desk_facts.read(session).stages[kind]
            made = records.create(
                session,
                kind=kind,
                number=number,
                title=title,
                stage=next(iter(stages), ""),
                position=triage.position(Need.NEEDS_US, self.now),
                reason="new",
                contact_id=customer,
                brand_id=None,
                now=self.now,
            )
            settings.put(session, settings.RECORD_NUMBER, str(max(number, settings.next_number(session))))
            for address in followers:
                if address in agents:
                    records.follow(session, made.id, agent_id=agents[address])
                else:
                    person = contacts.ensure(session, address, "", self.now)
                    records.follow(session, made.id, contact_id=person.id)
            return made.id

        return self.database.write(make)

    def came_in(self, content: bytes, number: int, agent_id: int) -> int:
        """Put a mail on a record by an agent's hand, as from quarantine; the message's id."""
        raw_id, mail = self._kept(content)
        self.database.write(route.give_up, raw_id, "It came before the scenario begins.", self.now)
        self.database.write(route.place_by_hand, raw_id, mail, number, agent_id, self.now)
        self.deliver()
        return self.database.read(messages.of_raw, raw_id) or 0

    def write(self, record_id: int, agent_id: int, text: str, *, note: bool) -> int:
        """Answer or log a note as an agent does at the screen, and let it leave; the message's id."""
        draft_id = self.database.write(
            drafts.begin,
            record_id=record_id,
            agent_id=agent_id,
            mode=DraftMode.NOTE if note else DraftMode.REPLY,
            subject="",
            text=text,
            to=None,
            base=0,
            now=self.now,
        )
        base = self.database.read(messages.newest_id, record_id)
        sent = self.database.write(
            reply.send, draft_id=draft_id, agent_id=agent_id, base=base, now=self.now, hold_seconds=0
        )
        if not isinstance(sent, Sent):
            raise NotAllowed(f"The scenario's message cannot be sent: {sent}")
        self.deliver()
        return sent.message_id

    def unfollow(self, record_id: int, agent_ids: Sequence[int]) -> None:
        """Let these agents not follow the record."""
        for agent_id in agent_ids:
            self.database.write(records.unfollow, record_id, agent_id=agent_id)

    def state(self, record_id: int, word: str, agent_id: int) -> None:
        """Close the record if its state says so."""
        if word.lower() in _DONE:
            self.database.write(turns.done, record_id, agent_id, self.now)

    def arrives(self, content: bytes) -> tuple[int, Target]:
        """Take one mail in and place it as the gateway does; its raw id and where it went."""
        raw_id, mail = self._kept(content)
        target = self.database.write(route.place, raw_id=raw_id, mail=mail, now=self.now)
        self.deliver()
        return raw_id, target

    def deliver(self) -> None:
        """Let the sink take everything that is due."""
        while claims := self.database.write(
            settle.claim, account_ids=[1], holder="sink", now=self.now, lease_seconds=60, limit=50
        ):
            for claim in claims:
                mail = self.database.read(outgoing, claim.delivery_id)
                wire = compose(mail)
                self.database.write(settle.promise, [claim], {claim.delivery_id: wire}, self.now, 60)
                self.database.write(settle.settle, [(claim, Accepted("250 taken"))], self.now)
                self.sink.append(
                    Taken(
                        claim.delivery_id,
                        claim.record_id,
                        claim.message_id,
                        claim.envelope_from,
                        claim.envelope_to,
                        mail.automatic,
                        parse(wire),
                    )
                )

    def _kept(self, content: bytes) -> tuple[int, IncomingMail]:
        raw_id = self.database.write(
            receive.keep_one, content=content, envelope_from=None, envelope_to=(), now=self.now
        )
        return raw_id, parse(content)
