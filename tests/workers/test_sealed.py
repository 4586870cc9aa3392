import asyncio
import base64
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console
from rich.traceback import Traceback
from sqlalchemy import update
from sqlmodel import Session

from models.services import accounts, vault
from models.store import accounts as stored
from models.store.changes import announce
from models.store.database import Database
from models.tables.mail import Account
from models.types.delivery import DeliveryState
from models.types.health import AccountState
from models.types.secret import Secret
from tests.servers.faulty_smtp import FaultySmtp
from tests.services.letters import START
from tests.stories.terminal import PROGRAM, Terminal
from tests.workers.working import Desk, make_desk, working

PASSWORD = "Zebra-Kloster-9417"


@pytest.fixture
def keyed(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose account's password is sealed; its key is in a file of its own."""
    opened = Database(database_url, key_file=tmp_path / "worker.key")
    desk = make_desk(opened)
    opened.write(vault.ensure_key)
    yield desk
    opened.close()


def seal(desk: Desk, password: str = "secret") -> None:
    account_id = desk.account().id
    assert account_id is not None

    def put(session: Session) -> None:
        facts = stored.read(session, account_id)
        assert facts is not None
        stored.set_secret(session, account_id, accounts.sealed(session, facts, Secret(password)))
        stored.restart(session, account_id)
        announce(session, START, topic="accounts")

    desk.database.write(put)


@pytest.fixture
def keyless(keyed: Desk, tmp_path: Path) -> Iterator[Desk]:
    """The same desk as a process sees it that has no key."""
    opened = Database(keyed.database.url, key_file=tmp_path / "elsewhere.key")
    yield Desk(opened, keyed.world)
    opened.close()


async def test_a_process_without_the_key_leaves_the_account_to_one_that_has_it(keyed: Desk, keyless: Desk) -> None:
    smtp = FaultySmtp()
    async with smtp.serving():
        keyed.serve(smtp=smtp)
        seal(keyed)
        keyed.answer(2)
        async with working(keyless, holder="keyless"):
            await keyed.until(lambda: keyed.account().send_state is AccountState.STOPPED)
            said = keyed.account().send_sentence
            assert "no worker that runs has the key" in said
            assert "elsewhere.key" in said
            assert set(keyed.states()) <= {DeliveryState.HELD, DeliveryState.QUEUED}
            async with working(keyed, holder="keyed"):
                await keyed.until(lambda: keyed.states() == {DeliveryState.SENT: 2})
                assert keyed.account().send_state is AccountState.OK
                assert keyed.account().send_sentence == ""
    keyed.judge_sending(smtp)


async def test_a_key_that_comes_is_noticed(keyed: Desk, tmp_path: Path) -> None:
    path, away = tmp_path / "worker.key", tmp_path / "away"
    smtp = FaultySmtp()
    async with smtp.serving():
        keyed.serve(smtp=smtp)
        seal(keyed)
        keyed.answer(1)
        path.rename(away)
        async with working(keyed):
            await keyed.until(lambda: keyed.account().send_state is AccountState.STOPPED)
            away.rename(path)
            await keyed.until(lambda: keyed.states() == {DeliveryState.SENT: 1})


async def test_a_variable_or_file_another_process_has_is_its_business(
    keyed: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "password"
    monkeypatch.delenv("NIGHTDESK_TEST_PASSWORD", raising=False)
    smtp = FaultySmtp()
    async with smtp.serving():
        keyed.serve(smtp=smtp)
        keyed.answer(1)
        async with working(keyed):
            await keyed.until(lambda: keyed.account().send_state is AccountState.STOPPED)
            assert "NIGHTDESK_TEST_PASSWORD" in keyed.account().send_sentence
            keyed.database.write(lambda session: session.execute(update(Account).values(secret=f"file:{path}")))
            keyed.database.write(announce, START, topic="accounts")
            await keyed.until(lambda: str(path) in keyed.account().send_sentence)
            await asyncio.to_thread(path.write_text, "secret\n")
            await keyed.until(lambda: keyed.states() == {DeliveryState.SENT: 1})
            assert keyed.account().send_state is AccountState.OK
    assert len(smtp.noted("auth")) == 1, "nobody logged in with nothing"


async def test_a_moved_account_keeps_its_queue_and_its_password(keyed: Desk) -> None:
    right, evil = FaultySmtp(), FaultySmtp()
    async with right.serving(), evil.serving():
        keyed.serve(smtp=right)
        seal(keyed)
        keyed.answer(1)
        keyed.database.write(lambda session: session.execute(update(Account).values(smtp_port=evil.port)))
        async with working(keyed):
            await keyed.until(lambda: keyed.account().send_state is AccountState.STOPPED)
            assert "was not typed for" in keyed.account().send_sentence
            assert set(keyed.states()) <= {DeliveryState.HELD, DeliveryState.QUEUED}
    assert not evil.heard


async def test_a_typed_password_is_found_nowhere(tmp_path: Path, sqlite_template: Path) -> None:
    """A real desk, a real account, a real worker: then every file, output and process is searched."""
    home, path = tmp_path / "home", tmp_path / "home" / "desk.db"
    home.mkdir()
    shutil.copyfile(sqlite_template, path)
    environment = {"HOME": str(home), "NIGHTDESK_DATABASE": str(path)} | {
        f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")
    }
    environment["PYTHONPATH"] = os.pathsep.join(each for each in sys.path if each)
    with closing(Database(f"sqlite:///{path}")) as database:
        desk = make_desk(database)
        smtp = FaultySmtp(passwords=(PASSWORD,))
        async with smtp.serving():
            desk.serve(smtp=smtp, poll_seconds=60)
            desk.answer(1)
            name = desk.account().name
            await asyncio.to_thread(_type_password, name, environment)
            sealed = desk.account().secret
            assert sealed.startswith("sealed:")
            said = await asyncio.to_thread(_outputs, environment, name)
            assert json.loads(said[1])["opens_all"]
            worker = subprocess.Popen(  # noqa: ASYNC220 - only its end is waited for
                [sys.executable, "-P", "-c", PROGRAM, "worker"],
                env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                await desk.until(lambda: desk.states() == {DeliveryState.SENT: 1})
                processes = [_read(Path(f"/proc/{worker.pid}/{file}")) for file in ("cmdline", "environ")]
                files = {each: _read(each) for each in home.rglob("*") if each.is_file()}
                assert any(each.name == "desk.db-wal" for each in files)
            finally:
                worker.send_signal(signal.SIGTERM)
                log, _ = await asyncio.to_thread(worker.communicate, timeout=30)
            assert {entry["right"] for entry in smtp.noted("auth")} == {True}
        copy = tmp_path / "copy.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        crash = _crash(desk)
    places = {str(file): content for file, content in files.items()} | {
        "copy": copy.read_bytes(),
        "outputs": b"".join(said),
        "process": b"".join(processes),
        "log": log,
        "crash": crash.encode(),
    }
    for place, content in places.items():
        for form in _forms():
            assert form not in content, place
    assert sealed.encode() in copy.read_bytes(), "the copy holds what was searched for, sealed"


def test_a_crash_report_would_have_shown_an_ordinary_text() -> None:
    """The judge is judged: a password that is a plain str is printed with the variables of its frame."""

    def crash(password: str) -> str:
        try:
            raise RuntimeError("a fault")  # noqa: TRY301
        except RuntimeError:
            return _report()

    assert PASSWORD in crash(PASSWORD)
    assert PASSWORD not in crash(Secret(PASSWORD))


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _forms() -> tuple[bytes, ...]:
    plain = PASSWORD.encode()
    login = b"\0support@desk.test\0" + plain
    return (
        plain,
        plain[1:],
        base64.b64encode(plain).rstrip(b"="),
        base64.b64encode(login).rstrip(b"=")[24:],
        plain.hex().encode(),
    )


def _type_password(name: str, environment: dict[str, str]) -> None:
    terminal = Terminal(("account", "secret", name), environment)
    try:
        terminal.wait_for("Password of")
        terminal.press(PASSWORD, "\r")
        assert terminal.wait_for_end() == 0, terminal.text
        assert PASSWORD.encode() not in terminal.raw
    finally:
        terminal.close()


def _outputs(environment: dict[str, str], name: str) -> list[bytes]:
    said = []
    for command in (
        ["status", "--json"],
        ["key", "show", "--json"],
        ["account", "list", "--json"],
        ["account", "test", name],
    ):
        done = subprocess.run(
            [sys.executable, "-P", "-c", PROGRAM, *command], env={**os.environ, **environment}, capture_output=True
        )
        assert done.returncode in (0, 1, 69), done
        said.append(done.stdout + done.stderr)
    return said


def _crash(desk: Desk) -> str:
    """Fail where the password is at hand, and print what Textual and the log would: every frame's variables."""
    try:
        plan = desk.database.read(accounts.plan, desk.account().id)
        endpoint = plan.smtp
        assert endpoint is not None
        password = endpoint.password
        assert password == PASSWORD
        raise RuntimeError(f"a fault near {endpoint}")  # noqa: TRY301
    except RuntimeError:
        return _report()


def _report() -> str:
    out = io.StringIO()
    Console(file=out, width=400).print(Traceback(show_locals=True, width=None, locals_max_length=5))
    return out.getvalue()
