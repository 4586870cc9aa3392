"""The rows a batch of old mails becomes: gathered in memory, written with a statement a table."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from models.rules.triage import position
from models.services import from_mail
from models.store import bulk
from models.store.bulk import Standing
from models.store.bulk_insert import insert_rows, insert_values
from models.store.bulk_known import BatchKnown
from models.store.contacts import ContactFacts
from models.store.desk_facts import DeskFacts
from models.store.messages import NewMessage
from models.store.raw_mail import QUARANTINED, RawFacts
from models.types.errors import NotFound
from models.types.mail import IncomingMail
from models.types.message import MessageKind
from models.types.record import Need
from models.types.routing import Creation, RoutingDecision, Tried

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # a Date before mail as we know it is no date
Rows = list[dict[str, Any]]


class Batch:
    """Opens records and appends messages in memory; ``write`` stores them."""

    def __init__(
        self,
        session: Session,
        desk: DeskFacts,
        known: BatchKnown,
        customers: Mapping[str, ContactFacts],
        *,
        done: bool,
        now: datetime,
    ) -> None:
        self._session = session
        self._desk = desk
        self._known = known
        self._done = done
        self._now = now
        self._customers = dict(customers)
        self._record_ids = _Ids(session, "record")
        self._message_ids = _Ids(session, "message")
        self._contact_ids = _Ids(session, "contact")
        self._opened: dict[int, dict[str, Any]] = {}
        self._moved: set[int] = set()
        self._contacts: Rows = []
        self._messages: list[tuple[Any, ...]] = []
        self._files: Rows = []
        self._raw: Rows = []

    def open(self, mail: IncomingMail, creation: Creation) -> int:
        """Open a record for a mail; its id."""
        stages = self._desk.stages.get(creation.kind)
        if stages is None:
            raise NotFound(f"There is no kind of record called {creation.kind}.")
        at = arrived(mail, self._now)
        record_id = next(self._record_ids)
        need = Need.DONE if self._done else Need.NEEDS_US
        self._known.opened(record_id, Standing(creation.kind, need, at, "" if self._done else "new", ""))
        self._opened[record_id] = {
            "id": record_id,
            "kind": creation.kind,
            "title": from_mail.one_line(mail.subject) or from_mail.NO_SUBJECT,
            "stage": next(iter(stages[-1:] if self._done else stages), ""),
            "contact_id": self._customer(mail, at),
            "brand_id": creation.brand_id,
            "priority": 0,
            "currency": "",
            "tags": [],
            "revision": 0,
            "created_at": at,
        }
        return record_id

    def append(
        self, record_id: int, mail: IncomingMail, raw: RawFacts, decision: RoutingDecision, *, fresh: bool = False
    ) -> None:
        """Add a mail to a record of this batch or before. ``fresh``: the record was opened for it."""
        author = from_mail.author_of(self._desk, mail, self._customers, proved=decision.verified)
        at = arrived(mail, self._now)
        new = from_mail.message_of(record_id, mail, raw, decision, author, at)
        message_id = next(self._message_ids)
        self._known.added(message_id, new)
        self._messages.append(bulk.message_values(message_id, new))
        self._files += bulk.file_rows(message_id, mail.attachments)
        self._move(record_id, new, turns=decision.changes_state and not fresh and not self._done)

    def keep(
        self,
        raw: RawFacts,
        content: bytes,
        state: str,
        *,
        reason: str,
        mail: IncomingMail | None = None,
        tried: Sequence[Tried] = (),
    ) -> None:
        """Keep the mail as it came, and where it went. What was tried stands with the message, when there is one."""
        self._raw.append(
            bulk.raw_row(
                raw,
                content,
                state,
                reason=reason if state == QUARANTINED else "",
                sender=str(mail.sender[0]) if mail and mail.sender else "",
                subject=mail.subject if mail else "",
                tried=tried if state == QUARANTINED else (),
            )
        )

    def write(self) -> None:
        """Store it all, parents first."""
        session, known = self._session, self._known
        with bulk.indexing_later(session):
            self._insert()
        moved = sorted(self._moved - self._opened.keys())
        bulk.move_records(session, [{"of": record_id, **_place(known.standing[record_id])} for record_id in moved])
        quarantined = any(row["state"] == QUARANTINED for row in self._raw)
        bulk.announce(session, [*self._opened, *moved], quarantine=quarantined, now=self._now)

    def _insert(self) -> None:
        session, known = self._session, self._known
        insert_rows(session, "contact", self._contacts)
        numbers = bulk.take_numbers(session, len(self._opened))
        for number, (record_id, row) in zip(numbers, self._opened.items(), strict=True):
            row |= {"number": number, **_place(known.standing[record_id])}
        insert_rows(session, "record", list(self._opened.values()))
        insert_rows(session, "raw_mail", self._raw)
        insert_values(session, "message", bulk.MESSAGE_COLUMNS, self._messages)
        insert_rows(session, "attachment", self._files)

    def _customer(self, mail: IncomingMail, at: datetime) -> int | None:
        author = from_mail.author_of(self._desk, mail, self._customers, proved=False)
        if author.contact_id is not None or not from_mail.becomes_customer(self._desk, mail, author):
            return author.contact_id
        contact_id, name = next(self._contact_ids), author.name[:200]
        self._customers[author.address] = ContactFacts(contact_id, name, author.address, "")
        self._contacts.append(
            {"id": contact_id, "email": author.address, "name": name, "undeliverable": "", "created_at": at}
        )
        return contact_id

    def _move(self, record_id: int, new: NewMessage, *, turns: bool) -> None:
        """Let the newest mail speak for the record: its words in the list, and whose turn it is."""
        standing = self._known.standing[record_id]
        self._moved.add(record_id)
        if new.created_at < standing.need_since:
            return
        standing.text = new.new_text or new.text
        if turns and new.author_agent_id is None:
            standing.need, standing.need_since, standing.need_reason = Need.NEEDS_US, new.created_at, "reply"
        elif turns and new.kind is MessageKind.EMAIL:
            standing.need, standing.need_since, standing.need_reason = Need.WAITING, new.created_at, ""


def arrived(mail: IncomingMail, now: datetime) -> datetime:
    """Say when an old mail came: its Date, when that can be."""
    return mail.date if mail.date is not None and EARLIEST <= mail.date <= now else now


def _place(standing: Standing) -> dict[str, Any]:
    return {
        "need": standing.need,
        "need_since": standing.need_since,
        "need_reason": standing.need_reason,
        "position": position(standing.need, standing.need_since),
        "preview": standing.preview if standing.text is None else from_mail.preview(standing.text),
    }


class _Ids(Iterator[int]):
    """Ids of a table, taken from the database a block at a time."""

    BLOCK = 500

    def __init__(self, session: Session, table: str) -> None:
        self._session = session
        self._table = table
        self._last = 0
        self._left: Iterator[int] = iter(())

    def __next__(self) -> int:
        found = next(self._left, None)
        if found is None:
            self._left = iter(bulk.ids(self._session, self._table, self.BLOCK, above=self._last))
            found = next(self._left)
        self._last = found
        return found
