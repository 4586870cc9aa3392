"""Rounds of a POP3 mailbox against a scripted server and both databases: nothing lost, nothing twice, late deletes."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from gateway.transports.faults import TransportFault
from gateway.workers.pop3_fetcher import PopFetcher
from models.store.database import Database
from models.tables.mail import Account, PopSeen, RawMail
from models.types.account import AccountPlan
from models.types.errors import DatabaseError
from tests.servers.faulty_pop3 import FaultyPop3


def mail(name: str) -> bytes:
    return f"From: anna@customer.test\r\nSubject: {name}\r\n\r\ntext of {name}\r\n".encode()


@pytest.fixture
def account_id(database: Database) -> int:
    def add(session: Session) -> int:
        account = Account(name="pop", email="support@example.test")
        session.add(account)
        session.flush()
        assert account.id is not None
        return account.id

    return database.write(add)


def fetcher(
    database: Database,
    account_id: int,
    server: FaultyPop3,
    leave_days: int | None = None,
    stuck: set[str] | None = None,
) -> PopFetcher:
    plan = AccountPlan(
        account_id, "pop", "support@example.test", None, None, "INBOX", 60, server.endpoint(), leave_days
    )
    return PopFetcher(database, plan, set() if stuck is None else stuck)


def stored(database: Database) -> list[bytes]:
    return database.read(lambda session: list(session.scalars(select(RawMail.content).order_by(col(RawMail.id)))))


def place_all(database: Database) -> None:
    database.write(lambda session: session.execute(update(RawMail).values(state="routed")))


def grow_old(database: Database, days: int) -> None:
    database.write(lambda s: s.execute(update(PopSeen).values(seen_at=PopSeen.seen_at - timedelta(days=days))))


async def test_each_mail_is_stored_once(database: Database, account_id: int) -> None:
    async with FaultyPop3({f"u{n}": mail(f"m{n}") for n in range(120)}).serving() as server:
        pop = fetcher(database, account_id, server)
        assert await pop.round() == 120
        server.mails["new"] = mail("new")
        server.ledger.clear()
        assert await pop.round() == 1
        assert [line for line in server.ledger if line.startswith("RETR")] == ["RETR 121"]
        assert len(server.mails) == 121
    assert stored(database) == [*(mail(f"m{n}") for n in range(120)), mail("new")]


async def test_new_names_for_old_mail_change_nothing(database: Database, account_id: int) -> None:
    async with FaultyPop3({f"u{n}": mail(f"m{n}") for n in range(5)}).serving() as server:
        pop = fetcher(database, account_id, server)
        await pop.round()
        server.mails = {f"other{n}": content for n, content in enumerate(server.mails.values())}
        assert await pop.round() == 0
        server.ledger.clear()
        assert await pop.round() == 0
        assert not [line for line in server.ledger if line.startswith("RETR")]
    assert len(stored(database)) == 5


async def test_deletes_what_is_placed_and_old_enough(database: Database, account_id: int) -> None:
    async with FaultyPop3({"a": mail("a"), "b": mail("b")}).serving() as server:
        pop = fetcher(database, account_id, server, leave_days=3)
        await pop.round()
        grow_old(database, 4)
        await pop.round()
        assert list(server.mails) == ["a", "b"], "stored, and not placed yet"
        place_all(database)
        server.mails["c"] = mail("c")
        await pop.round()
        place_all(database)
        assert list(server.mails) == ["c"]
        await pop.round()
        assert list(server.mails) == ["c"], "one day old at most"
    assert len(stored(database)) == 3


async def test_without_days_mail_stays_for_ever(database: Database, account_id: int) -> None:
    async with FaultyPop3({"a": mail("a")}).serving() as server:
        pop = fetcher(database, account_id, server)
        await pop.round()
        place_all(database)
        grow_old(database, 4000)
        await pop.round()
        assert list(server.mails) == ["a"]


async def test_a_lost_quit_is_a_delete_not_made(database: Database, account_id: int) -> None:
    async with FaultyPop3({"a": mail("a")}).serving() as server:
        pop = fetcher(database, account_id, server, leave_days=0)
        await pop.round()
        place_all(database)
        server.script["QUIT"] = ["close"]
        server.ledger.clear()
        with pytest.raises(TransportFault):
            await pop.round()
        assert "DELE 1" in server.ledger
        assert list(server.mails) == ["a"]
        await pop.round()
        assert server.mails == {}
    assert stored(database) == [mail("a")]


async def test_a_mail_too_large_stays_on_the_server(database: Database, account_id: int) -> None:
    async with FaultyPop3({"a": mail("a"), "b": mail("b")}, sizes={"a": 100_000_000}).serving() as server:
        pop = fetcher(database, account_id, server, leave_days=0)
        assert await pop.round() == 2
        place_all(database)
        await pop.round()
        assert list(server.mails) == ["a"]
    assert mail("b") in stored(database)


async def test_mail_behind_one_that_breaks_the_server_arrives(database: Database, account_id: int) -> None:
    mails = {"poison": mail("poison"), "b": mail("b"), "c": mail("c")}
    stuck: set[str] = set()
    async with FaultyPop3(mails, {"RETR": ["cut:20"]}).serving() as server:
        with pytest.raises(TransportFault):
            await fetcher(database, account_id, server, stuck=stuck).round()
        server.script["RETR"] = ["answer", "answer", "cut:20"]
        with pytest.raises(TransportFault):
            await fetcher(database, account_id, server, stuck=stuck).round()
        assert stored(database) == [mail("b"), mail("c")]
        assert await fetcher(database, account_id, server, stuck=stuck).round() == 1
    assert stored(database) == [mail("b"), mail("c"), mail("poison")]
    assert stuck == set()


async def test_nothing_is_deleted_when_nothing_can_be_stored(
    database: Database, account_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise DatabaseError("The disk is full.")

    async with FaultyPop3({"a": mail("a")}).serving() as server:
        pop = fetcher(database, account_id, server, leave_days=0)
        with monkeypatch.context() as fault:
            fault.setattr(database, "write", full)
            with pytest.raises(DatabaseError):
                await pop.round()
        assert list(server.mails) == ["a"]
        assert not [line for line in server.ledger if line.startswith("DELE")]
        assert await pop.round() == 1
