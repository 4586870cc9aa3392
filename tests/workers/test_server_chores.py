"""What an account asks for on its server once mail is stored, against a real Dovecot: after the commit, and once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select, update

from gateway.transports import imap_deeds
from gateway.transports.imap import ImapSession
from gateway.workers.database_threads import DatabaseThreads
from gateway.workers.fetcher import Fetcher
from models.services import receive
from models.tables.mail import Account, FolderCursor, RawMail, ServerChore
from models.types.account import Security
from models.types.errors import DatabaseError
from models.types.health import AccountState
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.workers.working import PASSWORD_VARIABLE, Desk

USER = "sales@desk.test"
LOST = RuntimeError("the program ended here")


def letter(name: str) -> bytes:
    return f"From: anna@customer.test\r\nSubject: {name}\r\nMessage-ID: <{name}@t>\r\n\r\n{name}\r\n".encode()


@pytest.fixture
def point(desk: Desk, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Point the desk's account at empty folders."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    with dovecot.client(USER) as client:
        for folder in ("Orders", "Stored"):
            client.delete(folder)
        client.create("Orders")
    dovecot.empty(USER)

    def account(**values: object) -> None:
        fixed = {
            "user": USER, "secret": f"env:{PASSWORD_VARIABLE}", "smtp_host": "", "imap_host": "localhost",
            "imap_port": dovecot.imap, "imap_security": Security.PLAIN, "poll_seconds": 1,
        }  # fmt: skip
        desk.database.write(lambda session: session.execute(update(Account).values(fixed | values)))

    return account


@asynccontextmanager
async def fetching(desk: Desk) -> AsyncIterator[asyncio.Task[None]]:
    threads = DatabaseThreads(desk.database)
    account_id = desk.account().id
    assert account_id is not None
    task = asyncio.create_task(Fetcher(threads, account_id, stored=lambda: None).run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        threads.close()


def stored(desk: Desk) -> set[str]:
    return {row.content.split(b"\r\n\r\n")[1].decode().strip() for row in desk.rows(RawMail)}


def settled(desk: Desk, number: int) -> Callable[[], bool]:
    return lambda: len(desk.rows(RawMail)) == number and not chores(desk) and fetched_once(desk)


def chores(desk: Desk) -> list[ServerChore]:
    return desk.database.read(lambda session: list(session.scalars(select(ServerChore))))


def fetched_once(desk: Desk) -> bool:
    return desk.account().last_success_at is not None


async def test_several_folders_each_with_its_own_numbers(
    desk: Desk, dovecot: Dovecot, point: Callable[..., None]
) -> None:
    point(more_folders="Orders")
    dovecot.deliver(USER, letter("a"))
    dovecot.append(USER, "Orders", [letter("b"), letter("c")])
    async with fetching(desk):
        await desk.until(settled(desk, 3))
        dovecot.append(USER, "Orders", [letter("d")])
        await desk.until(settled(desk, 4))
        dovecot.recreate(USER, "Orders")
        dovecot.append(USER, "Orders", [letter("b"), letter("e")])
        await desk.until(settled(desk, 5))
    cursors = desk.database.read(lambda session: list(session.scalars(select(FolderCursor))))
    folders = {row.folder: row for row in cursors}
    assert folders["Orders"].uidvalidity != folders["INBOX"].uidvalidity
    assert (folders["Orders"].last_uid, len(stored(desk))) == (2, 5)
    assert all(b"\\Seen" not in flags for flags in dovecot.flags(USER))


async def test_mail_is_marked_as_read(desk: Desk, dovecot: Dovecot, point: Callable[..., None]) -> None:
    point(after_fetch="seen")
    dovecot.deliver(USER, letter("a"))
    async with fetching(desk):
        await desk.until(settled(desk, 1))
        assert [b"\\Seen" in flags for flags in dovecot.flags(USER)] == [True]
        dovecot.deliver(USER, letter("b"))
        await desk.until(settled(desk, 2))
    assert [b"\\Seen" in flags for flags in dovecot.flags(USER)] == [True, True]


@pytest.mark.parametrize("offered", ["MOVE UIDPLUS", "UIDPLUS"])
async def test_mail_is_moved_to_a_folder_that_is_made(
    desk: Desk, dovecot: Dovecot, point: Callable[..., None], monkeypatch: pytest.MonkeyPatch, offered: str
) -> None:
    monkeypatch.setattr(ImapSession, "can", lambda session, name: name in offered)
    point(after_fetch="move:Stored")
    for name in "abc":
        dovecot.deliver(USER, letter(name))
    async with fetching(desk):
        await desk.until(settled(desk, 3))
    assert dovecot.messages(USER) == []
    assert len(dovecot.messages(USER, "Stored")) == 3


async def test_mail_is_deleted_and_what_others_marked_stays(
    desk: Desk, dovecot: Dovecot, point: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    point()
    dovecot.deliver(USER, letter("kept"))
    async with fetching(desk):
        await desk.until(settled(desk, 1))
    with dovecot.client(USER) as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", "(\\Deleted)")  # by somebody's mail program, which may want it back
        point(after_fetch="delete")
        dovecot.deliver(USER, letter("gone"))
        async with fetching(desk):
            await desk.until(settled(desk, 2))
        assert [b"kept" in one for one in dovecot.messages(USER)] == [True]


@pytest.mark.parametrize("at", ["keep", "copy", "delete"])
async def test_a_crash_in_between_leaves_the_deed_for_the_next_round(
    desk: Desk, dovecot: Dovecot, point: Callable[..., None], monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    monkeypatch.setattr(ImapSession, "can", lambda session, name: name == "UIDPLUS")
    point(after_fetch="move:Stored")
    dovecot.deliver(USER, letter("a"))
    dovecot.deliver(USER, letter("b"))

    async def crash(*_: object) -> None:
        raise LOST

    def refuse(*_: object, **__: object) -> int:
        raise DatabaseError("Nothing was saved.", "")

    with monkeypatch.context() as broken:
        if at == "keep":
            broken.setattr(receive, "keep", refuse)
        else:
            broken.setattr(imap_deeds, at, crash)
        async with fetching(desk) as task:
            if at == "keep":
                await asyncio.wait({task}, timeout=0.5)
                assert len(dovecot.messages(USER)) == 2, "nothing is moved that is not stored"
            else:
                await asyncio.wait({task}, timeout=10)
                assert task.exception() is LOST
                assert len(chores(desk)) == 2
    async with fetching(desk):
        await desk.until(settled(desk, 2))
    assert dovecot.messages(USER) == []
    assert len(dovecot.messages(USER, "Stored")) == 2, "once each"


async def test_mail_another_program_took_away_meanwhile(
    desk: Desk, dovecot: Dovecot, point: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    point(after_fetch="move:Stored")
    dovecot.deliver(USER, letter("a"))
    dovecot.deliver(USER, letter("b"))
    plain = imap_deeds.move

    async def late(*arguments: object) -> None:
        await asyncio.to_thread(dovecot.empty, USER)
        await plain(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(imap_deeds, "move", late)
    async with fetching(desk):
        await desk.until(settled(desk, 2))
    assert desk.account().state is AccountState.OK


async def test_a_folder_that_is_gone_is_said_and_the_others_are_fetched(
    desk: Desk, dovecot: Dovecot, point: Callable[..., None]
) -> None:
    point(more_folders="Vanished")
    dovecot.deliver(USER, letter("a"))
    async with fetching(desk):
        await desk.until(lambda: desk.account().sentence != "")
    assert stored(desk) == {"a"}
    assert desk.account().sentence == (
        "The folder Vanished cannot be opened: it was removed or renamed there, or this login may not read it."
    )


async def test_numbers_given_anew_are_not_touched(desk: Desk, dovecot: Dovecot, point: Callable[..., None]) -> None:
    point(more_folders="Orders", after_fetch="delete")
    dovecot.append(USER, "Orders", [letter("a")])
    account_id = desk.account().id
    assert account_id is not None
    desk.database.write(
        lambda session: session.add(ServerChore(account_id=account_id, folder="INBOX", uidvalidity=1, uid=1))
    )
    dovecot.deliver(USER, letter("kept"))
    point(more_folders="", after_fetch="keep")
    async with fetching(desk):
        await desk.until(lambda: stored(desk) == {"kept"} and fetched_once(desk))
    point(more_folders="", after_fetch="delete")
    async with fetching(desk):
        await desk.until(settled(desk, 1))
    assert len(dovecot.messages(USER)) == 1
