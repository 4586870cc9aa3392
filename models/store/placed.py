"""Where mail ended up and why, found by any name a person may have for it; plain reads."""

from dataclasses import dataclass
from datetime import datetime

from models.store.plain import Reader
from models.store.thread import message
from models.store.values import moment, triples
from models.types.message import MessageView

RAW = "raw:"  # before a number: the stored mail, not the message


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A record a mail was put on."""

    id: int
    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class Placed:
    """One message, or a stored mail that became none. ``raw_id`` None: it was written here."""

    raw_id: int | None
    record: OnRecord | None
    message: MessageView | None
    state: str  # of the stored mail: routed, quarantined, duplicate, ignored, spam, stored
    reason: str
    sender: str
    subject: str
    at: datetime
    tried: tuple[tuple[str, str, str], ...]


def find(reader: Reader, asked: str) -> tuple[Placed, ...]:
    """Find mail by a message's id here, its Message-ID, or "raw:" and the stored mail's id; () when there is none.

    A number no message has is looked for among the stored mails, too.
    """
    name = asked.strip()
    if name.lower().startswith(RAW):
        return _of_raw(reader, name[len(RAW) :])
    if name.isdecimal():
        found = message(reader, int(name)) if len(name) < 19 else None
        return (_of_message(reader, found),) if found else _of_raw(reader, name)
    wire_id = name if name.startswith("<") else f"<{name}>"
    rows = reader.rows("SELECT id FROM message WHERE message_id = :id OR relay_id = :id ORDER BY id", id=wire_id)
    views = (message(reader, row["id"]) for row in rows)
    return tuple(_of_message(reader, view) for view in views if view)


def records_of(reader: Reader, raw_id: int) -> tuple[OnRecord, ...]:
    """Return the records a raw mail stands on, in the order it was put there; () when on none."""
    found = reader.rows(
        "SELECT r.id, r.kind, r.number FROM message m JOIN record r ON r.id = m.record_id "
        "WHERE m.raw_id = :raw ORDER BY m.id",
        raw=raw_id,
    )
    return tuple(OnRecord(row["id"], row["kind"], row["number"]) for row in found)


def _of_raw(reader: Reader, number: str) -> tuple[Placed, ...]:
    if not number.isdecimal() or len(number) > 18:
        return ()
    rows = reader.rows("SELECT id FROM message WHERE raw_id = :raw ORDER BY id", raw=int(number))
    views = [view for row in rows if (view := message(reader, row["id"]))]
    if views:
        return tuple(_of_message(reader, view) for view in views)
    raw = reader.one(
        "SELECT id, state, reason, sender, subject, received_at, tried FROM raw_mail WHERE id = :raw", raw=int(number)
    )
    if raw is None:
        return ()
    at, tried = moment(raw["received_at"]), triples(raw["tried"])
    return (Placed(raw["id"], None, None, raw["state"], raw["reason"], raw["sender"], raw["subject"], at, tried),)


def _of_message(reader: Reader, view: MessageView) -> Placed:
    row = reader.one(
        "SELECT m.raw_id, r.id, r.kind, r.number FROM message m JOIN record r ON r.id = m.record_id WHERE m.id = :id",
        id=view.id,
    )
    assert row is not None
    author = f"{view.author_name} <{view.author_address}>" if view.author_name else view.author_address
    return Placed(
        raw_id=row["raw_id"],
        record=OnRecord(row["id"], row["kind"], row["number"]),
        message=view,
        state="written here" if row["raw_id"] is None else "routed",
        reason="",
        sender=author,
        subject=view.subject,
        at=view.created_at,
        tried=view.why,
    )
