"""A large desk as a SQLite file: the same rows every time, made once and kept for later runs."""

import contextlib
import hashlib
import json
import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.rules.triage import position
from models.store.migrate import ensure
from models.types.record import Need
from tui.login import whoami

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
NEEDS = ((Need.NEEDS_US, 30), (Need.WAITING, 30), (Need.LATER, 5), (Need.DONE, 35))
CONTACTS = 5_000
SYLLABLES = (
    "ba be bi bo bu da de di do du fa fe fi ga ge ka ke ki ko la le li lo ma me mi na ne ni no ra re ri ro sa se"
)


def desk(records: int) -> Path:
    """Return the kept file with this many records; made at the first call. Copy it before writing to it."""
    kept = _folder() / f"desk-{records}-{_fingerprint()}.db"
    if not kept.exists():
        for old in _folder().glob(f"desk-{records}-*"):
            old.unlink()
        part = kept.with_suffix(f".{os.getpid()}.part")
        _make(part, records)
        part.replace(kept)
    return kept


@contextlib.contextmanager
def copied(records: int) -> Iterator[Path]:
    """Lend a copy that may be written to."""
    with tempfile.TemporaryDirectory(prefix="nightdesk-bench-") as folder:
        yield Path(shutil.copyfile(desk(records), Path(folder) / "desk.db"))


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"nightdesk-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _fingerprint() -> str:
    versions = sorted(Path(__file__).parents[2].glob("models/migrations/versions/v*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in [Path(__file__), *versions])).hexdigest()[:12]


def _make(path: Path, records: int) -> None:
    from models.services import setup
    from models.store.contacts import ensure_agent
    from models.store.database import Database

    ensure(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    database.write(setup.init, brand="Bench", domain="desk.test", notification="notifications@desk.test", now=NOW)
    me = database.write(ensure_agent, login=whoami().login, name="Bench")
    database.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-400000")
    connection.execute("BEGIN")
    with _unindexed(connection):
        _fill(connection, records, me.id)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


@contextlib.contextmanager
def _unindexed(connection: sqlite3.Connection) -> Iterator[None]:
    """Put the search index together at the end: five times quicker than row by row."""
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for table in ("message_search", "record_search"):
        connection.execute(f"INSERT INTO {table}({table}) VALUES ('rebuild')")
    for _, sql in triggers:
        connection.execute(sql)


def _fill(connection: sqlite3.Connection, records: int, me: int) -> None:
    chance = random.Random(records)
    words = [a + b + c for a in SYLLABLES.split() for b in SYLLABLES.split()[::3] for c in ("", "n", "r", "st")]
    weights = [1 / (rank + 3) for rank in range(len(words))]  # a few words in every mail, most in few
    pool = chance.choices(words, weights, k=200_000)

    def some(count: int) -> str:
        start = chance.randrange(len(pool) - count)
        return " ".join(pool[start : start + count])

    contacts = ((n + 1, f"{some(1).title()} {some(1).title()}", f"c{n}@example.org") for n in range(CONTACTS))
    _many(connection, "contact", ("id", "name", "email"), contacts, undeliverable="", created_at=_text(NOW))
    kinds = [name for (name,) in connection.execute("SELECT name FROM kind ORDER BY name")]
    stages = {name: json.loads(text) for name, text in connection.execute("SELECT name, stages FROM kind")}
    needs = chance.choices([need for need, _ in NEEDS], [share for _, share in NEEDS], k=records)
    _many(
        connection,
        "record",
        (
            "id",
            "number",
            "kind",
            "stage",
            "need",
            "need_since",
            "position",
            "title",
            "preview",
            "contact_id",
            "assignee_id",
        ),
        (
            (
                n + 1,
                1001 + n,
                kind := chance.choice(kinds),
                stages[kind][-1 if need is Need.DONE else 0],
                need,
                _text(since := NOW - timedelta(seconds=chance.random() * 30_000_000)),
                position(need, since),
                some(5).capitalize(),
                some(20),
                chance.randrange(CONTACTS) + 1,
                me if chance.random() < 0.1 else None,
            )
            for n, need in enumerate(needs)
        ),
        need_reason="",
        priority=0,
        currency="",
        tags="[]",
        revision=0,
        created_at=_text(NOW),
    )
    _many(
        connection,
        "message",
        (
            "record_id",
            "direction",
            "author_contact_id",
            "author_agent_id",
            "author_name",
            "author_address",
            "subject",
            "text",
            "message_id",
        ),
        (
            (
                n + 1,
                "out" if turn else "in",
                None if turn else 1 + n % CONTACTS,
                me if turn else None,
                "Bench" if turn else f"C{n % CONTACTS}",
                "" if turn else f"c{n % CONTACTS}@example.org",
                some(5).capitalize(),
                "\n\n".join(some(chance.randrange(5, 40)) for _ in range(2)),
                f"<{n}.{turn}@example.org>",
            )
            for turn in (0, 1)
            for n in range(records)
        ),
        kind="email",
        mail_class="human",
        verified=False,
        new_text="",
        to_line="[]",
        cc_line="[]",
        relay_id="",
        in_reply_to="",
        refs="[]",
        sender="",
        tried="[]",
        warnings="[]",
        created_at=_text(NOW),
    )
    connection.execute("UPDATE setting SET value = ? WHERE key = 'record_number'", (str(1000 + records),))


def _many(
    connection: sqlite3.Connection,
    table: str,
    columns: tuple[str, ...],
    rows: Iterator[tuple[object, ...]],
    **same: object,
) -> None:
    """Insert rows; ``same`` holds the columns that are equal in all of them."""
    places = ", ".join("?" * (len(columns) + len(same)))
    names = ", ".join((*columns, *same))
    rest = tuple(same.values())
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", (row + rest for row in rows))


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
