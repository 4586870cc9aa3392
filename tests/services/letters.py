"""Incoming mail as the gateway would hand it over, and a desk to receive it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from models.rules.account_proof import vouched
from models.services import receive, reply, route, settle, setup
from models.store import drafts, messages
from models.store.database import Database
from models.types.account import NewAccount, Security
from models.types.draft import SendResult
from models.types.draft_mode import DraftMode
from models.types.mail import Bounce, IncomingMail, Mailbox
from models.types.message import MailClass
from models.types.outbox import Accepted, Claim, Outcome
from models.types.people import AgentView, Channel
from models.types.routing import Target

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_numbers = count(1)


def letter(sender: str = "Anna <anna@customer.test>", to: str = "support@desk.test", **said: Any) -> IncomingMail:
    """A person's mail; ``said`` replaces fields."""
    mail = IncomingMail(
        sender=(box(sender),),
        to=(box(to),),
        cc=(),
        reply_to=(),
        delivered_to=(),
        return_path=None,
        subject="Printer on fire",
        message_id=f"<{next(_numbers)}.letter@customer.test>",
        in_reply_to=(),
        references=(),
        date=START,
        text="It burns.",
        reply_text="It burns.",
        has_html=False,
        attachments=(),
        mail_class=MailClass.HUMAN,
        auto_generated=False,
        no_autoreply=False,
        bounce=Bounce(),
        loop_tag="",
        list_id="",
        auth_results=(),
    )
    if "text" in said:
        said.setdefault("reply_text", said["text"])
    return replace(mail, **said)


def box(line: str) -> Mailbox:
    name, _, address = line.rpartition("<")
    return Mailbox(name.strip(), address.rstrip(">"))


@dataclass
class World:
    """A desk with one account that sends and fetches, and two agents; its clock moves by hand."""

    database: Database
    account_id: int
    anton: AgentView  # reads inside the program
    berta: AgentView  # reads mail
    now: datetime = START

    def wait(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now

    def write(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        return self.database.write(work, *args, **kwargs)

    def read(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        return self.database.read(work, *args, **kwargs)

    def keep(self, mail: IncomingMail, *to: str) -> int:
        """Store raw bytes that stand for this mail; the raw id."""
        content = repr(mail).encode()
        return self.write(receive.keep_one, content=content, envelope_from=None, envelope_to=to, now=self.now)

    def arrives(self, mail: IncomingMail, *to: str) -> Target:
        """Receive and place."""
        return self.write(route.place, raw_id=self.keep(mail, *to), mail=mail, now=self.now)

    def all(self, table: type[SQLModel], *conditions: Any) -> list[Any]:
        with self.database.reading() as session:
            return list(session.scalars(select(table).where(*conditions).order_by(table.id)))  # type: ignore[attr-defined]

    def write_draft(
        self, record_id: int, text: str, mode: DraftMode = DraftMode.REPLY, to: tuple[str, ...] | None = None,
        agent: AgentView | None = None,
    ) -> int:  # fmt: skip
        return self.write(
            drafts.begin,
            record_id=record_id,
            agent_id=(agent or self.anton).id,
            mode=mode,
            subject="",
            text=text,
            to=to,
            base=self.newest(record_id),
            now=self.now,
        )

    def newest(self, record_id: int) -> int:
        return self.read(messages.newest_id, record_id)

    def sends(self, record_id: int, text: str, base: int | None = None, **said: Any) -> SendResult:
        """Write and send, having seen everything (or what ``base`` says)."""
        agent = said.get("agent") or self.anton
        seen = self.newest(record_id) if base is None else base
        draft_id = self.write_draft(record_id, text, **said)
        return self.write(reply.send, draft_id=draft_id, agent_id=agent.id, base=seen, now=self.now, hold_seconds=13)

    def claims(self, limit: int = 100, holder: str = "worker") -> list[Claim]:
        return self.write(
            settle.claim, account_ids=[self.account_id], holder=holder, now=self.now, lease_seconds=60, limit=limit
        )

    def delivers(self, outcome: Outcome = Accepted("250 ok")) -> list[Claim]:  # noqa: B008 - frozen
        """Let all due mail leave."""
        claims = self.claims()
        for claim in claims:
            self.write(settle.promise, [claim], {}, self.now, 60)
            self.write(settle.settle, [(claim, outcome)], self.now)
        return claims


def desk(database: Database) -> World:
    """Set up brand Night at desk.test."""

    def make(session: Session) -> World:
        setup.init(session, brand="Night", domain="desk.test", notification="notifications@desk.test", now=START)
        account = NewAccount(
            email="support@desk.test",
            smtp_host="127.0.0.1",
            smtp_security=Security.PLAIN,
            imap_host="127.0.0.1",
            imap_security=Security.PLAIN,
        )
        account_id = setup.add_account(session, account, now=START, trial=vouched(account, START))
        anton = setup.ensure_agent(session, login="anton", name="Anton", email="anton@staff.test")
        berta = setup.ensure_agent(
            session, login="berta", name="Berta", email="berta@staff.test", channel=Channel.EMAIL
        )
        return World(database, account_id, anton, berta)

    return database.write(make)
