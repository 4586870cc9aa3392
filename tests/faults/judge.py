"""The judge: reads the servers' ledgers and the database with SQL of its own, and says which promise was broken.

It shares no line with the program. L0 nothing enqueued is lost; D0 nothing is sent twice; D1 what may have been is
marked; A0 nothing is called sent that was not; L1 nothing offered is lost; P1 posted once; R1 relayed once, to whom it
is due; I0 the database is whole; S0 everything comes to rest. "Told" is what an agent was told had been sent.
"""

import hashlib
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

SENT = ("sent", "delivered", "bounced")
OPEN = ("held", "queued", "sending", "in_data")
RELAY_TO = b"relay-to:"  # a line in a test's mail: who must be told of it, by mail

Row = dict[str, Any]


@dataclass
class Ledger:
    """What the world outside knows."""

    accepted: Counter[tuple[str, str]] = field(default_factory=Counter)
    bytes_of: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    offered: dict[int, str] = field(default_factory=dict)  # UID -> sha256
    brought: set[str] = field(default_factory=set)  # sha256 of what was taken by 250 or exit code 0
    told: set[str] = field(default_factory=set)  # texts of answers


def read_ledgers(folder: Path) -> Ledger:
    """Read every ledger of a scene; a last line that a crash cut does not count."""
    ledger = Ledger()
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            key = (str(entry.get("message_id", "")), str(entry.get("recipient", "")))
            match entry["event"]:
                case "accepted":
                    ledger.accepted[key] += 1
                    ledger.bytes_of[key].add(entry["sha256"])
                case "not_accepted":
                    ledger.bytes_of[key].add(entry["sha256"])
                case "offered":
                    ledger.offered[entry["uid"]] = entry["sha256"]
                case "brought":
                    ledger.brought.add(entry["sha256"])
                case "told":
                    ledger.told.add(entry["text"])
    return ledger


def broken(url: str, folder: Path, *, at_rest: bool) -> list[str]:
    """Name every broken promise. ``at_rest``: nothing runs and nothing should have to any more."""
    before = read_ledgers(folder)  # what is in here must be in the database, what the database claims in the later one
    with _reading(url) as database:
        found = [
            *_intact(database),
            *_sending(database, before, read_ledgers(folder)),
            *_enqueued(database, before),
            *_fetching(database, before, at_rest=at_rest),
        ]
        return found + list(_rest(database)) if at_rest else found


def after_power_loss(url: str, folder: Path) -> list[str]:
    """Judge a copy of the database as a lost log would leave it: older than the world, and still whole in itself."""
    with _reading(url) as database:
        return [*_intact(database), *_enqueued(database, Ledger()), *_posted(database, read_ledgers(folder))]


class _Database:
    """A snapshot of the tables."""

    def __init__(self, url: str) -> None:
        self.sqlite = url.startswith("sqlite:///")
        if self.sqlite:
            file = f"file:{url.removeprefix('sqlite:///')}?mode=ro"  # its close must not do the program's recovery
            self.connection: Any = sqlite3.connect(file, uri=True, timeout=30, isolation_level=None)
            self.connection.execute("BEGIN")
        else:
            self.connection = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))
            self.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    def __enter__(self) -> "_Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def rows(self, statement: str) -> list[Row]:
        cursor = self.connection.execute(statement)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def _reading(url: str) -> _Database:
    return _Database(url)


def _intact(database: _Database) -> Iterator[str]:
    """I0."""
    if database.sqlite:
        said = [next(iter(row.values())) for row in database.rows("PRAGMA integrity_check")]
        if said != ["ok"]:
            yield f"I0: integrity_check says {said[:3]}"
        if dangling := database.rows("PRAGMA foreign_key_check"):
            yield f"I0: {len(dangling)} rows refer to nothing: {dangling[:3]}"
    for row in database.rows("SELECT id, sha256, content FROM raw_mail"):
        if hashlib.sha256(_bytes(row["content"])).hexdigest() != row["sha256"]:
            yield f"I0: the bytes of raw mail {row['id']} are others"


def _sending(database: _Database, before: Ledger, after: Ledger) -> Iterator[str]:
    """D0, D1, A0, and that nothing leaves that nobody enqueued."""
    rows = {}
    for row in _mailed(database):
        for wire_id in {row["message_id"], row["relay_id"]} - {"", None}:
            rows[wire_id, row["recipient"]] = row
    for key, times in after.accepted.items():
        if times > 1:
            yield f"D0: {key} was accepted {times} times ({rows.get(key)})"
        if len(after.bytes_of[key]) > 1:
            yield f"D1: {key} was sent with {len(after.bytes_of[key])} different contents"
    for key in before.accepted:
        if key not in rows:
            yield f"L0: {key} was sent and is not in the database"
        elif rows[key]["state"] not in (*SENT, "unsure", "in_data"):
            yield f"D1: {key} was accepted and is {rows[key]['state']}"
    taken = {(wire_id, recipient) for wire_id, recipient in after.accepted}
    for row in _mailed(database):
        keys = {(wire_id, row["recipient"]) for wire_id in (row["message_id"], row["relay_id"])}
        if row["state"] in SENT and not keys & taken:
            yield f"A0: delivery {row['id']} is {row['state']} and was never accepted"
        if row["state"] in ("unsure", "failed") and not row["sentence"]:
            yield f"L0: delivery {row['id']} is {row['state']} and does not say why"


def _enqueued(database: _Database, ledger: Ledger) -> Iterator[str]:
    """L0: whoever was told "sent" has their copies; a message and its copies are there together."""
    copies = Counter(row["message"] for row in _mailed(database))
    mails = database.rows("SELECT id, text FROM message WHERE kind = 'email' AND direction = 'out'")
    for row in mails:
        if not copies[row["id"]]:
            yield f"L0: message {row['id']} was written and has no copy in the outbox"
    for text in ledger.told - {row["text"] for row in mails}:
        yield f"L0: {text!r} was said to be sent and is not there"
    known = {row["id"] for row in database.rows("SELECT id FROM message")}
    for message_id in copies.keys() - known:
        yield f"L0: copies of message {message_id}, which is not there"


def _fetching(database: _Database, ledger: Ledger, *, at_rest: bool) -> Iterator[str]:
    """L1, P1, R1."""
    stored = {row["sha256"] for row in database.rows("SELECT sha256 FROM raw_mail")}
    cursors = database.rows("SELECT last_uid FROM folder_cursor")
    passed = max((row["last_uid"] for row in cursors), default=0)
    for uid, sha256 in ledger.offered.items():
        if sha256 not in stored and (at_rest or uid <= passed):
            yield f"L1: the mail with UID {uid} is not in the database (cursor at {passed})"
    for sha256 in ledger.brought - stored:
        yield f"L1: a mail we took ({sha256[:8]}) is not in the database"
    yield from _posted(database, ledger)


def _posted(database: _Database, ledger: Ledger) -> Iterator[str]:
    """P1, R1, and that a mail is either placed as a whole or not at all."""
    raws = {row["id"]: row for row in database.rows("SELECT id, state, sha256, content FROM raw_mail")}
    posts: dict[int, list[int]] = defaultdict(list)
    for row in database.rows("SELECT id, raw_id FROM message WHERE raw_id IS NOT NULL"):
        posts[row["raw_id"]].append(row["id"])
    for raw_id, raw in raws.items():
        if len(posts[raw_id]) != (1 if raw["state"] == "routed" else 0):
            yield f"P1: raw mail {raw_id} is {raw['state']} and was posted {len(posts[raw_id])} times"
    told: dict[int, list[str]] = defaultdict(list)
    for row in _mailed(database):
        told[row["message"]].append(row["recipient"])
    offered = set(ledger.offered.values())
    for raw_id, raw in raws.items():
        if raw["sha256"] in offered and raw["state"] == "routed":
            due, were = _due(_bytes(raw["content"])), sorted(told[posts[raw_id][0]]) if posts[raw_id] else []
            if due != were:
                yield f"R1: raw mail {raw_id} must be relayed to {due} and is to {were}"
    came = offered | ledger.brought
    shown = Counter(row["sha256"] for row in raws.values() if row["state"] == "routed" and row["sha256"] in came)
    for sha256, times in shown.items():
        if times > 1:
            yield f"P1: the mail {sha256[:8]} was posted {times} times"


def _rest(database: _Database) -> Iterator[str]:
    """S0."""
    now = datetime.now(UTC)
    for row in _mailed(database):
        soon = row["state"] == "queued" and _time(row["ready_at"]) > now
        if row["state"] in OPEN and not soon:
            yield f"S0: delivery {row['id']} is still {row['state']}"
        if soon and _time(row["ready_at"]) > now + timedelta(hours=2):
            yield f"S0: delivery {row['id']} waits until {row['ready_at']}"
    for row in database.rows("SELECT id FROM raw_mail WHERE state = 'stored'"):
        yield f"S0: raw mail {row['id']} was not placed"
    for row in database.rows("SELECT id FROM raw_mail WHERE state = 'quarantined' AND reason = ''"):
        yield f"N0: raw mail {row['id']} is quarantined and does not say why"


def _mailed(database: _Database) -> list[Row]:
    return database.rows(
        "SELECT d.id, d.message_id AS message, m.message_id, m.relay_id, d.recipient, d.state, d.ready_at, d.sentence,"
        " d.attempts FROM delivery d LEFT JOIN message m ON m.id = d.message_id WHERE d.channel = 'email' ORDER BY d.id"
    )


def _bytes(value: Any) -> bytes:
    """Whatever a column holds, also what somebody wrote there by hand."""
    return value.encode() if isinstance(value, str) else bytes(value)


def _due(content: bytes) -> list[str]:
    lines: Iterable[bytes] = content.splitlines()
    return sorted(word.decode() for line in lines if line.startswith(RELAY_TO) for word in line.split()[1:])


def _time(value: Any) -> datetime:
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time if time.tzinfo else time.replace(tzinfo=UTC)
