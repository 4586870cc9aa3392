"""The whole way in, as the workers run it: kept in batches of a fetch, parsed in children, placed; in this loop."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel import Session

from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.parsing import Parsers
from gateway.workers.placer import Placer
from models.services import receive
from models.store.database import Database
from models.tables.mail import Account
from models.types.account import Batch, Cursor, Fetched

FETCH = 50  # mails of one round


async def take_in(database: Database, mails: Sequence[bytes]) -> None:
    """Keep and place all mails; returns when the last one is placed."""
    threads = DatabaseThreads(database)
    parsers = Parsers(threads)
    placer = Placer(threads, parsers)
    account_id = await threads.write(_account)
    for start in range(0, len(mails), FETCH):
        round_ = mails[start : start + FETCH]
        fetched = tuple(Fetched(start + n + 1, content, len(content)) for n, content in enumerate(round_))
        batch = Batch("INBOX", Cursor(1, start + len(round_)), fetched, rescanned=False)
        await threads.write(receive.keep, account_id=account_id, batch=batch, now=datetime.now(UTC))
        while await placer.place_new():
            continue
    await parsers.close()
    threads.close()


def _account(session: Session) -> int:
    account = Account(name="bench", email="support@desk.test", imap_host="127.0.0.1")
    session.add(account)
    session.flush()
    assert account.id is not None
    return account.id
