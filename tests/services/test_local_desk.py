"""The desk behind the screen: everything the bridge promises, on both databases, without blocking the loop."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.mime.parse import parse
from gateway.workers.cutting import cut
from models.store import settings
from models.store.database import Database
from models.store.logins import agent_by_login
from models.store.plain import Reader
from models.types.draft import Sent, Stopped
from models.types.draft_mode import DraftMode
from models.types.errors import DatabaseError, NotAllowed, NotFound
from models.types.mail import IncomingMail
from models.types.message import MessageKind
from models.types.people import AgentView, Channel
from models.types.record import Need, RecordRow, View
from tests.store.world import NOW, World
from tui.bridge import Desk
from tui.desk import LocalDesk

MAIL = b"From: Zoe <zoe@example.net>\r\nSubject: Hallo\r\nMessage-ID: <z@example.net>\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n"
WITH_FILE = (
    b"From: Zoe <zoe@example.net>\r\nSubject: Hallo\r\nMessage-ID: <f@example.net>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nText\r\n--b\r\nContent-Type: text/csv\r\n'
    b'Content-Disposition: attachment; filename="liste.csv"\r\n\r\neins\r\n--b--\r\n'
)


async def _parse(content: bytes) -> IncomingMail:
    return await asyncio.to_thread(parse, content)


@pytest.fixture
def world(database: Database) -> World:
    database.write(settings.put, settings.SIGNING_KEY, "11" * 32)
    return World(database)


@pytest.fixture
async def desk(database_url: str, world: World) -> AsyncIterator[Desk]:
    ada = AgentView(world.me, "ada", "Ada", "ada@desk.test", Channel.INBOX)
    opened = LocalDesk(database_url, ada, parse=_parse, part=cut, clock=lambda: NOW)
    yield opened
    await opened.close()


async def test_reads(desk: Desk, world: World) -> None:
    first, second = world.record("Erste", minutes=1), world.record("Zweite", minutes=2)
    world.message(first, "Hallo")
    world.account()
    top = await desk.window(View.OPEN, limit=1)
    assert [row.id for row in top] == [first]
    assert [row.id for row in await desk.window(View.OPEN, after=top[0].place)] == [second]
    assert [row.id for row in await desk.bottom(View.OPEN, search="zweite")] == [second]
    assert [row.id for row in await desk.rows(View.OPEN, (second,))] == [second]
    counts, shown = await desk.counts(View.OPEN, search="zweite")
    assert (counts.open, shown) == (2, 1)
    thread = await desk.thread(View.OPEN, first)
    assert thread is not None
    assert [message.text for message in thread.messages] == ["Hallo"]
    assert await desk.thread(View.OPEN, 999_999) is None
    assert [account.name for account in await desk.health()] == ["support"]


async def test_one_working_day(desk: Desk, world: World) -> None:
    record = world.record("Kaffeemaschine")
    newest = world.message(record, "Sie läuft aus.")
    assert await desk.take(record) == "#1001 is yours now."
    draft = await desk.open_draft(record, DraftMode.NOTE)
    draft = await desk.save_draft(draft.id, subject="", text="intern", to=None)
    stopped = await desk.send(draft.id, base=newest - 1)
    assert isinstance(stopped, Stopped)
    assert isinstance(await desk.send(draft.id, base=stopped.newest), Sent)
    await desk.done(record)
    await desk.reopen(record)
    await desk.follow(record, False)
    for _ in range(5):
        await desk.undo()
    with pytest.raises(NotAllowed):
        await desk.undo()
    thread = await desk.thread(View.OPEN, record)
    assert thread is not None
    assert [one.kind for one in thread.messages if one.kind is not MessageKind.LOG] == [MessageKind.EMAIL]
    assert isinstance(thread.row, RecordRow)
    assert (thread.row.assignee, thread.row.need) == ("", Need.NEEDS_US)
    draft = await desk.open_draft(record, DraftMode.NOTE)
    assert draft.text == "intern"
    await desk.discard_draft(draft.id)
    with pytest.raises(NotFound):
        await desk.send(draft.id, base=newest)


async def test_a_quarantined_mail_is_read_and_placed(desk: Desk, world: World) -> None:
    record = world.record("Alt")
    world.message(record)
    raw_id = world.quarantined("Hallo", "zoe@example.net", content=MAIL, tried=[["token", "no", "none found"]])
    thread = await desk.thread(View.QUARANTINE, raw_id)
    assert thread is not None
    (message,) = thread.messages
    assert (message.id, message.record_id, message.author_name, message.text.strip()) == (raw_id, None, "Zoe", "Grüße")
    assert message.why == (("token", "no", "none found"),)
    assert await desk.raw(message) == MAIL.decode()
    assert await desk.place_mail(raw_id, 1001) == "The mail is on #1001 now."
    assert await desk.window(View.QUARANTINE) == ()
    placed = await desk.thread(View.OPEN, record)
    assert placed is not None
    assert "Grüße" in placed.messages[-1].text or "Grüße" in placed.messages[-2].text
    with pytest.raises(NotFound):
        await desk.place_mail(999_999, 1001)
    assert await desk.thread(View.QUARANTINE, 999_999) is None


async def test_a_quarantined_mail_opens_a_record(desk: Desk, world: World) -> None:
    raw_id = world.quarantined("Hallo", "zoe@example.net", content=MAIL)
    await desk.open_record_from_mail(raw_id, "ticket")
    (row,) = await desk.window(View.OPEN)
    assert isinstance(row, RecordRow)
    assert row.title == "Hallo"


async def test_a_file_is_saved_before_and_after_its_mail_is_placed(
    desk: Desk, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path))
    world.message(world.record("Alt"))
    raw_id = world.quarantined("Hallo", "zoe@example.net", content=WITH_FILE)
    waiting = await desk.thread(View.QUARANTINE, raw_id)
    assert waiting is not None
    assert _name_and_text(await desk.save_file(waiting.messages[0], 0)) == ("liste.csv", "eins")
    await desk.place_mail(raw_id, 1001)
    (row,) = await desk.window(View.OPEN)
    placed = await desk.thread(View.OPEN, row.id)
    assert placed is not None
    message = next(one for one in placed.messages if one.attachments)
    assert _name_and_text(await desk.save_file(message, 0)) == ("liste (2).csv", "eins")
    with pytest.raises(NotFound):
        await desk.save_file(message, 1)


async def test_a_form_is_kept_once_and_for_its_agent_only(desk: Desk, database_url: str, world: World) -> None:
    bob = LocalDesk(database_url, AgentView(world.agent("bob"), "bob", "Bob", "", Channel.INBOX), parse=_parse)
    await desk.keep_form("rule 1", {"name": "Vip"})
    await desk.keep_form("rule 2", {"name": "Late", "when": "opened, ü"})
    assert await bob.take_form("rule 2") == {}
    assert await desk.take_form("rule 1") == {}
    assert await desk.take_form("rule 2") == {"name": "Late", "when": "opened, ü"}
    assert await desk.take_form("rule 2") == {}
    await bob.close()


async def test_a_part_that_is_not_there_any_more_is_a_sentence(desk: Desk, database: Database, world: World) -> None:
    raw_id = world.quarantined("Hallo", "zoe@example.net", content=WITH_FILE)
    record = world.record()
    await desk.place_mail(raw_id, 1001)
    thread = await desk.thread(View.OPEN, record)
    assert thread is not None
    database.write(lambda session: session.execute(text("UPDATE attachment SET path = '9'")))
    with pytest.raises(NotFound, match="no such part"):
        await desk.save_file(next(one for one in thread.messages if one.attachments), 0)


def _name_and_text(path: str) -> tuple[str, str]:
    return Path(path).name, Path(path).read_text().strip()


async def test_raw_of_what_never_was_a_mail_is_empty(desk: Desk, world: World) -> None:
    record = world.record()
    world.message(record)
    await desk.take(record)
    thread = await desk.thread(View.OPEN, record)
    assert thread is not None
    assert await desk.raw(thread.messages[-1]) == ""


async def test_raw_mail_in_an_old_charset_is_shown_byte_by_byte(desk: Desk, world: World) -> None:
    raw_id = world.quarantined("Alt", content=b"Subject: x\r\n\r\nGr\xfc\xdfe\r\n")
    thread = await desk.thread(View.QUARANTINE, raw_id)
    assert thread is not None
    assert "Grüße" in await desk.raw(thread.messages[0])


async def test_presence_is_heard_and_ends_with_the_desk(database_url: str, world: World) -> None:
    record = world.record()
    bob = world.agent("bob")
    mine = LocalDesk(
        database_url, AgentView(world.me, "ada", "Ada", "", Channel.INBOX), parse=_parse, clock=lambda: NOW
    )
    theirs = LocalDesk(database_url, AgentView(bob, "bob", "Bob", "", Channel.INBOX), parse=_parse, clock=lambda: NOW)
    async with aclosing(mine.changes()) as feed:  # type: ignore[type-var]
        await anext(feed)
        await theirs.presence(record, True)
        async with asyncio.timeout(10):
            assert (await anext(feed)).record_ids == {record}
    assert await _watchers(mine) == ("bob",)
    await theirs.close()
    assert await _watchers(mine) == ()
    await mine.close()


async def _watchers(desk: Desk) -> tuple[str, ...]:
    (row,) = await desk.window(View.OPEN)
    assert isinstance(row, RecordRow)
    return row.watchers


async def test_the_loop_is_free_while_the_first_write_waits(desk: Desk, world: World) -> None:
    record = world.record()
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before)

    with world.database.writing() as session:
        session.connection()  # SQLite's one write lock is held
        watcher = asyncio.create_task(watch())
        taking = asyncio.create_task(desk.take(record))
        listed = await desk.window(View.OPEN)
        await asyncio.sleep(0.2)
    await taking
    watcher.cancel()
    assert [row.id for row in listed] == [record]
    assert longest < 0.15


async def test_an_unreachable_database_is_one_sentence() -> None:
    lost = LocalDesk(
        "postgresql+psycopg://nobody@127.0.0.1:1/desk", AgentView(1, "x", "X", "", Channel.INBOX), parse=_parse
    )
    with pytest.raises(DatabaseError):
        await lost.window(View.OPEN)
    with pytest.raises(DatabaseError):
        await lost.take(1)
    with pytest.raises(DatabaseError):
        await lost.close()


def test_a_login_is_found(database_url: str, world: World) -> None:
    reader = Reader(database_url)
    found = agent_by_login(reader, "ada")
    assert found is not None
    assert (found.id, found.email) == (world.me, "ada@desk.test")
    assert agent_by_login(reader, "nobody") is None
    reader.close()
