"""A record with its newest messages, read in a handful of selects at one moment."""

from collections.abc import Iterable
from datetime import datetime

from models.store.plain import Reader, Row
from models.store.values import id_list, moment, moment_or_none, pairs, triples, words
from models.store.window import rows
from models.types.delivery import DeliveryState
from models.types.message import (
    AttachmentView,
    DeliveryView,
    Direction,
    FollowerView,
    MailClass,
    MessageKind,
    MessageView,
    Thread,
)
from models.types.people import Channel, Why
from models.types.record import View

MESSAGES = """
SELECT m.*, a.login FROM message m LEFT JOIN agent a ON a.id = m.author_agent_id
"""
DELIVERIES = """
SELECT id, message_id, name, recipient, channel, why, state, ready_at, attempts, sentence, server_text
FROM delivery WHERE message_id IN ({ids}) ORDER BY id
"""
ATTACHMENTS = """
SELECT id, message_id, name, media_type, size_bytes FROM attachment WHERE message_id IN ({ids}) ORDER BY id
"""
FOLLOWERS = """
SELECT coalesce(a.name, c.name) AS name, coalesce(a.email, c.email) AS address, a.channel
FROM following f LEFT JOIN agent a ON a.id = f.agent_id LEFT JOIN contact c ON c.id = f.contact_id
WHERE f.record_id = :record ORDER BY f.id
"""


def thread(reader: Reader, record_id: int, *, agent_id: int, now: datetime, limit: int = 50) -> Thread | None:
    """Return a record with its newest ``limit`` messages, oldest first; None when there is no such record."""
    with reader.together():
        found = rows(reader, View.OPEN, [record_id], agent_id=agent_id, now=now)
        if not found:
            return None
        newest = reader.rows(
            f"{MESSAGES} WHERE m.record_id = :record ORDER BY m.id DESC LIMIT :limit", record=record_id, limit=limit
        )
        followers = reader.rows(FOLLOWERS, record=record_id)
        messages = _messages(reader, newest[::-1])
        return Thread(found[0], messages, _older(reader, record_id, messages), tuple(map(_follower, followers)))


def message(reader: Reader, message_id: int) -> MessageView | None:
    """Return one message; None when there is none of this id."""
    found = _messages(reader, reader.rows(f"{MESSAGES} WHERE m.id = :id", id=message_id))
    return found[0] if found else None


def _older(reader: Reader, record_id: int, shown: tuple[MessageView, ...]) -> int:
    if not shown:
        return 0
    row = reader.one(
        "SELECT count(*) AS n FROM message WHERE record_id = :record AND id < :first",
        record=record_id,
        first=shown[0].id,
    )
    return int(row["n"]) if row else 0


def _messages(reader: Reader, found: Iterable[Row]) -> tuple[MessageView, ...]:
    found = tuple(found)
    ids = id_list(row["id"] for row in found)
    deliveries: dict[int, list[DeliveryView]] = {}
    for row in reader.rows(DELIVERIES.format(ids=ids)):
        deliveries.setdefault(row["message_id"], []).append(_delivery(row))
    attachments: dict[int, list[AttachmentView]] = {}
    for row in reader.rows(ATTACHMENTS.format(ids=ids)):
        attachments.setdefault(row["message_id"], []).append(
            AttachmentView(row["id"], row["name"], row["media_type"], row["size_bytes"])
        )
    return tuple(
        _message(row, tuple(deliveries.get(row["id"], ())), tuple(attachments.get(row["id"], ()))) for row in found
    )


def _message(row: Row, deliveries: tuple[DeliveryView, ...], attachments: tuple[AttachmentView, ...]) -> MessageView:
    return MessageView(
        id=row["id"],
        record_id=row["record_id"],
        kind=MessageKind(row["kind"]),
        direction=Direction(row["direction"]),
        mail_class=MailClass(row["mail_class"]),
        author_name=row["author_name"],
        author_address=row["author_address"],
        author_login=row["login"] or "",
        verified=bool(row["verified"]),
        subject=row["subject"],
        text=row["text"],
        new_text=row["new_text"],
        to=words(row["to_line"]),
        cc=words(row["cc_line"]),
        created_at=moment(row["created_at"]),
        sent_at=moment_or_none(row["sent_at"]),
        deliveries=deliveries,
        attachments=attachments,
        why=triples(row["tried"]),
        warnings=words(row["warnings"]),
        message_id=row["message_id"],
        left_out=pairs(row["left_out"]),
    )


def _delivery(row: Row) -> DeliveryView:
    state, channel = DeliveryState(row["state"]), Channel(row["channel"])
    ready_at = moment(row["ready_at"])
    return DeliveryView(
        id=row["id"],
        name=row["name"],
        address=row["recipient"] if channel is Channel.EMAIL else "",
        channel=channel,
        why=Why(row["why"]),
        state=state,
        hold_until=ready_at if state is DeliveryState.HELD else None,
        next_try_at=ready_at if state is DeliveryState.QUEUED and row["attempts"] else None,
        attempts=row["attempts"],
        sentence=row["sentence"],
        server_text=row["server_text"],
    )


def _follower(row: Row) -> FollowerView:
    """A contact is always mailed; an agent as they prefer."""
    return FollowerView(
        row["name"], row["address"], Channel(row["channel"] or Channel.EMAIL), row["channel"] is not None
    )
