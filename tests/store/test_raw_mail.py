"""Raw mail and cursors: kept once, in one transaction, never moved back by accident."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from models.rules.account_proof import vouched
from models.services import receive, setup
from models.store import raw_mail
from models.store.database import Database
from models.tables.mail import RawMail
from models.types.account import Batch, Cursor, Fetched, NewAccount

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def account_id(database: Database) -> int:
    database.write(setup.init, brand="Night", domain="desk.test", notification="n@desk.test", now=NOW)
    account = NewAccount(email="support@desk.test", imap_host="imap.desk.test")
    return int(database.write(setup.add_account, account, now=NOW, trial=vouched(account, NOW)))


def batch(last_uid: int, *contents: bytes, uidvalidity: int = 7) -> Batch:
    mails = tuple(Fetched(n, content, len(content)) for n, content in enumerate(contents, 1))
    return Batch("INBOX", Cursor(uidvalidity, last_uid), mails, False)


def test_rows_and_cursor_are_one_transaction(database: Database, account_id: int) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        receive.keep(session, account_id=account_id, batch=batch(2, b"one", b"two"), now=NOW)
        raise RuntimeError("the process dies before the commit")
    assert database.read(raw_mail.cursor, account_id, "INBOX") == Cursor(0, 0)
    assert database.write(receive.keep, account_id=account_id, batch=batch(2, b"one", b"two"), now=NOW) == 2
    assert database.read(raw_mail.cursor, account_id, "INBOX") == Cursor(7, 2)


def test_a_rescan_keeps_each_content_once(database: Database, account_id: int) -> None:
    database.write(receive.keep, account_id=account_id, batch=batch(2, b"one", b"two"), now=NOW)
    again = batch(9, b"two", b"three", b"one", b"three", uidvalidity=8)
    assert database.write(receive.keep, account_id=account_id, batch=again, now=NOW) == 1
    with database.reading() as session:
        assert sorted(session.scalars(select(RawMail.content))) == [b"one", b"three", b"two"]


def test_the_cursor_moves_back_only_with_a_new_uidvalidity(database: Database, account_id: int) -> None:
    for given, expected in (
        (Cursor(7, 5), Cursor(7, 5)),
        (Cursor(7, 3), Cursor(7, 5)),
        (Cursor(7, 6), Cursor(7, 6)),
        (Cursor(8, 1), Cursor(8, 1)),
    ):
        database.write(raw_mail.move_cursor, account_id, "INBOX", given)
        assert database.read(raw_mail.cursor, account_id, "INBOX") == expected
    assert database.read(raw_mail.cursor, account_id, "Other") == Cursor(0, 0)


def test_mail_by_pipe_is_kept_once_per_recipients(database: Database, account_id: int) -> None:
    def keep(*to: str) -> int:
        return int(database.write(receive.keep_one, content=b"x", envelope_from="", envelope_to=to, now=NOW))

    first = keep("support@desk.test")
    assert keep("support@desk.test") == first
    assert keep("sales@desk.test") != first
