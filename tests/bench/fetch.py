"""10,000 messages out of a Dovecot: into the database by the account's fetcher, into a maildir by mbsync."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlmodel import Session

from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.fetcher import Fetcher
from models.store.database import Database
from models.store.migrate import ensure
from models.store.plain import Reader
from models.tables.mail import Account
from models.types.account import Security
from tests.bench import imap_box
from tests.bench.imap_box import PASSWORD, USER, ImapBox
from tests.bench.row import Row, against, missing

COUNT = 10_000
VARIABLE = "NIGHTDESK_BENCH_PASSWORD"
ROW = "ms a message into the database, mbsync (FSync) ms a message"


def run() -> Iterator[Row]:
    """Ours commits each batch with the cursor, fully synchronous; mbsync syncs each file and its own state."""
    if not imap_box.installed():
        yield missing("fetch", ROW, "dovecot", "dovecot-imapd")
        return
    with imap_box.imap_box(COUNT) as box, tempfile.TemporaryDirectory(prefix="nightdesk-bench-") as name:
        folder = Path(name)
        _ours(folder / "warm.db", box)  # Dovecot reads the mails' sizes once
        ours = _ours(folder / "desk.db", box)
        yield Row("fetch", f"messages/s of {COUNT:,} into the database", round(COUNT / ours, 1))
        if shutil.which("mbsync"):
            yield against("fetch", ROW, ours / COUNT * 1e3, _mbsync(folder, box) / COUNT * 1e3, 1.0)
        else:
            yield missing("fetch", ROW, "mbsync", "isync")


def _ours(desk: Path, box: ImapBox) -> float:
    url = f"sqlite:///{desk}"
    ensure(url)
    os.environ[VARIABLE] = PASSWORD
    database = Database(url)
    account_id = database.write(_account, box.port)
    try:
        return asyncio.run(_fetched(database, account_id))
    finally:
        database.close()


async def _fetched(database: Database, account_id: int) -> float:
    threads = DatabaseThreads(database)
    reader = Reader(database.url)
    began = time.perf_counter()
    fetching = asyncio.create_task(Fetcher(threads, account_id, stored=lambda: None).run())
    while reader.rows("SELECT count(*) AS n FROM raw_mail")[0]["n"] < COUNT:
        assert not fetching.done()
        await asyncio.sleep(0.05)
    seconds = time.perf_counter() - began
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    reader.close()
    threads.close()
    return seconds


def _account(session: Session, port: int) -> int:
    account = Account(
        name="bench", email="support@desk.test", user=USER, secret=f"env:{VARIABLE}", imap_host="127.0.0.1",
        imap_port=port, imap_security=Security.PLAIN,
    )  # fmt: skip
    session.add(account)
    session.flush()
    assert account.id is not None
    return account.id


def _mbsync(folder: Path, box: ImapBox) -> float:
    (folder / "box").mkdir()
    config = folder / "mbsyncrc"
    config.write_text(
        f"FSync yes\n\nIMAPAccount a\nHost 127.0.0.1\nPort {box.port}\nUser {USER}\nPass {PASSWORD}\nSSLType None\n\n"
        f"IMAPStore far\nAccount a\n\nMaildirStore near\nPath {folder}/box/\nInbox {folder}/box/INBOX\n\n"
        f"Channel c\nFar :far:\nNear :near:\nCreate Near\nSync Pull\nSyncState *\n"
    )
    began = time.perf_counter()
    subprocess.run(["mbsync", "-q", "-c", str(config), "c"], check=True, capture_output=True)
    seconds = time.perf_counter() - began
    found = sum(1 for part in ("cur", "new") for _ in (folder / "box" / "INBOX" / part).iterdir())
    assert found == COUNT, found
    return seconds
