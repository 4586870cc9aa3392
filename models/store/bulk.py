"""Reads and writes for many mails at once: a statement for a batch where the other rooms have one for a mail."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlmodel import Session

from models.store import settings
from models.store.among import given
from models.store.bulk_insert import insert_rows
from models.store.bulk_statements import statements
from models.store.messages import Linked, NewMessage
from models.store.raw_mail import RawFacts
from models.store.records import bare
from models.store.routing_context import Namesake, Taking
from models.tables.all import metadata
from models.types.mail import AttachedFile
from models.types.record import Need

_RECORD, _SETTING = metadata.tables["record"], metadata.tables["setting"]

Row = dict[str, Any]


@dataclass(slots=True)
class Standing:
    """A record's place and newest words, moved along by the mails of a batch."""

    kind: str
    need: Need
    need_since: datetime
    need_reason: str
    preview: str
    text: str | None = None  # of the batch's newest mail there, which the preview shall be of


def ids(session: Session, table: str, count: int, *, above: int = 0) -> range:
    """Take ``count`` ids of a table that nobody else gets, higher than ``above`` (those taken and not yet used).

    SQLite: nobody else writes before this transaction ends, and AUTOINCREMENT never gives a deleted row's id again.
    """
    if session.get_bind().dialect.name != "sqlite":
        sequence = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
        taken = sorted(session.scalars(sequence, {"table": table, "count": count}))
        if not taken or taken[-1] - taken[0] + 1 == count:
            return range(taken[0], taken[-1] + 1) if taken else range(0)
        return ids(session, table, count, above=above)  # somebody took one in between: gaps cost nothing
    newest = _newest(session, table)
    ever = session.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table}) or 0
    first = max(newest, ever, above) + 1
    return range(first, first + count)


def stored(session: Session, digests: Collection[str]) -> frozenset[str]:
    """Say which of these contents came by pipe, LMTP or file before."""
    return frozenset(session.scalars(statements().stored, given(digests)))


def linked(session: Session, wire_ids: Collection[str]) -> dict[str, Linked]:
    """Find the messages these Message-IDs name, as sent or as relayed; the newest where several share one."""
    found: dict[str, Linked] = {}
    if not wire_ids:
        return found
    asked = set(wire_ids)
    for row in session.execute(statements().linked, given(asked)):
        for wire_id in {row.message_id, row.relay_id} & asked:
            found[wire_id] = Linked(wire_id, row.id, row.record_id, row.kind, row.direction)
    return found


def namesakes(session: Session, wire_ids: Collection[str]) -> dict[str, list[Namesake]]:
    """Find what came in under these Message-IDs."""
    found: dict[str, list[Namesake]] = defaultdict(list)
    for row in session.execute(statements().namesakes, given(wire_ids)):
        found[row.message_id].append(Namesake(row.id, row.author_address, row.subject, row.text))
    return dict(found)


def standings(session: Session, record_ids: Collection[int]) -> dict[int, Standing]:
    """Read records, and on PostgreSQL let nobody else append to them."""
    if not record_ids:
        return {}
    return {
        row.id: Standing(row.kind, row.need, row.need_since, row.need_reason, row.preview)
        for row in session.execute(statements().standings, given(record_ids))
    }


def takings(session: Session, standing: Mapping[int, Standing]) -> dict[int, Taking]:
    """Say who takes part in each of these records: authors, recipients, the customer, the followers."""
    if not standing:
        return {}
    people: dict[int, set[str]] = {record_id: set() for record_id in standing}
    made, these = statements(), given(standing)
    for row in session.execute(made.taking_part, these):
        people[row.record_id].add(row.author_address)
        people[row.record_id].update(bare(line) for line in (*json.loads(row.to_line), *json.loads(row.cc_line)))
    for statement in made.addresses:
        for record_id, address in session.execute(statement, these):
            people[record_id].add(address)
    return {
        record_id: Taking(frozenset(people[record_id] - {""}), one.kind, one.need is Need.DONE)
        for record_id, one in standing.items()
    }


def take_numbers(session: Session, count: int) -> range:
    """Take the next ``count`` record numbers."""
    last = settings.next_number(session)
    if count > 1:
        number = _SETTING.c.key == settings.RECORD_NUMBER
        session.execute(update(_SETTING).where(number).values(value=str(last + count - 1)))
    return range(last, last + count)


def move_records(session: Session, rows: Sequence[Row]) -> None:
    """Write the place and the newest words of existing records; ``of`` is the record's id."""
    if not rows:
        return
    names = ("need", "need_since", "need_reason", "position", "preview")
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    statement = update(_RECORD).where(_RECORD.c.id == bindparam("of"))
    session.connection().execute(statement.values(**values, revision=_RECORD.c.revision + 1), rows)


@contextmanager
def indexing_later(session: Session) -> Iterator[None]:
    """Index what is inserted meanwhile in one go at the end, not row by row.

    SQLite: inside a trigger each row is a savepoint, at which FTS5 writes its pending words out (measured: 150 us a
    message instead of 40). So the triggers are set aside, within this very transaction.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    triggers = connection.exec_driver_sql(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB '*_search_insert'"
    ).all()
    newest = {table: _newest(session, table) for _, table, _ in triggers}
    for name, _, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for name, table, sql in triggers:
        index = name.removesuffix("_insert")
        columns = ", ".join(row.name for row in connection.exec_driver_sql(f"PRAGMA table_info({index})"))
        found = f"SELECT id, {columns} FROM {table} WHERE id > ?"  # noqa: S608 - the schema's own names
        connection.exec_driver_sql(f"INSERT INTO {index}(rowid, {columns}) {found}", (newest[table],))
        connection.exec_driver_sql(sql)


def announce(session: Session, record_ids: Collection[int], *, quarantine: bool, now: datetime) -> None:
    """Say that these records, and the quarantine, changed."""
    rows: list[Row] = [{"record_id": record_id, "topic": "record", "at": now} for record_id in record_ids]
    insert_rows(session, "change_log", rows + [{"record_id": None, "topic": "quarantine", "at": now}] * quarantine)


def message_values(message_id: int, new: NewMessage) -> tuple[Any, ...]:
    """Make a message's row, in the order of ``MESSAGE_COLUMNS``."""
    return (message_id, "", *_VALUES(new))


def file_rows(message_id: int, files: Sequence[AttachedFile]) -> Iterable[Row]:
    """Make the rows of a message's files; the content stays in the raw mail."""
    for file in files:
        yield {
            "message_id": message_id,
            "name": file.name[:255],
            "media_type": file.media_type[:120],
            "size_bytes": file.size_bytes,
            "path": file.path,
            "sha256": "",
        }


def raw_row(
    raw: RawFacts, content: bytes, state: str, *, reason: str, sender: str, subject: str, tried: Sequence[Sequence[str]]
) -> Row:
    """Make a raw mail's row."""
    return {
        "id": raw.id,
        "folder": "",
        "uidvalidity": 0,
        "uid": 0,
        "sha256": raw.sha256,
        "size_bytes": len(content),
        "content": content,
        "envelope_to": [],
        "received_at": raw.received_at,
        "state": state,
        "attempts": 0,
        "reason": reason,
        "sender": sender,
        "subject": subject,
        "tried": tried,
    }


_NAMES = {"to": "to_line", "cc": "cc_line", "references": "refs"}
_FIELDS = tuple(field.name for field in fields(NewMessage))
_VALUES = attrgetter(*_FIELDS)
MESSAGE_COLUMNS = ("id", "relay_id", *(_NAMES.get(name, name) for name in _FIELDS))


def _newest(session: Session, table: str) -> int:
    return session.scalar(select(func.max(metadata.tables[table].c.id))) or 0
