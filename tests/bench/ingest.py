"""Mails a second into a desk of 100,000 records: keep, parse in a child, route, store, index."""

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.store.database import Database
from models.store.plain import Reader
from tests.bench.generate import copied
from tests.bench.intake import take_in
from tests.bench.mails import mails
from tests.bench.row import Row, against, at_least, missing

COUNT = 1_500
RECORDS = 100_000


def run() -> Iterator[Row]:
    """Ours, then ``notmuch new`` on the same mails."""
    taken = list(mails(COUNT, RECORDS))
    with copied(RECORDS) as desk:
        seconds = _ours(desk, taken)
    yield at_least("ingest", f"mails/s into {RECORDS:,} records", COUNT / seconds, 150)
    row = "ms a mail, notmuch new (does not route) ms a mail"
    if shutil.which("notmuch"):
        yield against("ingest", row, seconds / COUNT * 1e3, _notmuch(taken) / COUNT * 1e3, None)
    else:
        yield missing("ingest", row, "notmuch", "notmuch")


def _ours(desk: Path, taken: Sequence[bytes]) -> float:
    database = Database(f"sqlite:///{desk}")
    began = time.perf_counter()
    asyncio.run(take_in(database, taken))
    seconds = time.perf_counter() - began
    database.close()
    reader = Reader(f"sqlite:///{desk}")
    states = reader.rows("SELECT state, count(*) AS n FROM raw_mail GROUP BY state")
    assert [(row["state"], row["n"]) for row in states] == [("routed", COUNT)], [tuple(row) for row in states]
    reader.close()
    return seconds


def _notmuch(taken: Sequence[bytes]) -> float:
    with tempfile.TemporaryDirectory(prefix="nightdesk-bench-") as folder:
        inbox = Path(folder) / "mail" / "cur"
        inbox.mkdir(parents=True)
        for number, content in enumerate(taken):
            (inbox / f"{number}.bench:2,S").write_bytes(content)
        config = Path(folder) / "config"
        config.write_text(f"[database]\npath={folder}/mail\n[user]\nname=Bench\nprimary_email=bench@desk.test\n")
        began = time.perf_counter()
        subprocess.run(["notmuch", f"--config={config}", "new", "--quiet"], check=True, capture_output=True)
        return time.perf_counter() - began
