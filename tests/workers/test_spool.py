"""The pipe from an MTA: the command as a process, the spool on disk, and its way into the database."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from gateway.workers import spool, spool_file
from models.store.database import Database
from models.tables.mail import RawMail
from models.types.errors import DatabaseError
from tui.cli.ingest import envelope

MAIL = b"From: anna@customer.test\nTo: support@desk.test\nSubject: help\n\nNUL \0, ^Z \x1a, no line end"
COMMAND = """
import sys
from argparse import Namespace
from tui.cli.ingest import run
code = run(Namespace(sender=None, recipients=sys.argv[2:], size_limit=int(sys.argv[1]), database="", config=""))
heavy = {"sqlmodel", "sqlalchemy", "textual", "pydantic", "asyncio", "email"} & set(sys.modules)
assert not heavy, heavy
sys.exit(code)
"""


class Pipe:
    """An MTA that runs the command; the spool lies beside a database that need not exist."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "desk.db"
        self.spool = folder / "desk.db.spool"

    def start(self, *to: str, limit: int = 1_000_000, **environment: str) -> subprocess.Popen[bytes]:
        clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(limit), *to],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean | {"NIGHTDESK_DATABASE": str(self.database)} | environment,
        )

    def send(self, content: bytes, *to: str, limit: int = 1_000_000, **environment: str) -> tuple[int, str]:
        process = self.start(*to, limit=limit, **environment)
        _, said = process.communicate(content, timeout=20)
        return process.returncode, said.decode()

    def files(self) -> list[Path]:
        return [path for path in self.spool.rglob("*") if path.is_file() and path.name != "lock"]


@pytest.fixture
def pipe(tmp_path: Path) -> Pipe:
    return Pipe(tmp_path)


class TestCommand:
    def test_a_mail_is_in_new_as_it_came(self, pipe: Pipe) -> None:
        assert pipe.send(MAIL, "support@desk.test", SENDER="anna@customer.test") == (0, "")
        (path,) = pipe.files()
        assert path.parent == pipe.spool / "new"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert spool_file.read(path) == spool_file.Spooled(MAIL, "anna@customer.test", ("support@desk.test",))

    @pytest.mark.parametrize(
        ("content", "limit", "code"),
        [(b"", 1000, 65), (b"x" * 1001, 1000, 69), (b"x" * 3_000_000, 2_999_999, 69), (b"x" * 1000, 1000, 0)],
    )
    def test_exit_codes(self, pipe: Pipe, content: bytes, limit: int, code: int) -> None:
        status, said = pipe.send(content, limit=limit)
        assert status == code
        assert bool(said) == (code != 0)
        assert len(pipe.files()) == (code == 0)

    def test_no_place_for_the_spool(self, pipe: Pipe) -> None:
        pipe.spool.write_text("in the way")
        status, said = pipe.send(MAIL)
        assert status == 75
        assert "not stored" in said

    def test_a_broken_settings_file(self, pipe: Pipe, tmp_path: Path) -> None:
        (tmp_path / "broken.toml").write_text("database = [")
        status, said = pipe.send(MAIL, NIGHTDESK_DATABASE="", NIGHTDESK_CONFIG=str(tmp_path / "broken.toml"))
        assert status == 75
        assert "TOML" in said

    def test_a_full_disk(self, pipe: Pipe) -> None:
        def small_files() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "1000000"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"NIGHTDESK_DATABASE": str(pipe.database)},
            preexec_fn=small_files,
        )
        process.communicate(b"x" * 200_000, timeout=20)
        assert process.returncode == 75
        assert pipe.files() == []

    def test_killed_while_it_reads(self, pipe: Pipe, database: Database) -> None:
        process = pipe.start()
        assert process.stdin is not None
        process.stdin.write(MAIL)
        process.stdin.flush()
        wait_for(lambda: bool(pipe.files()))
        process.kill()
        process.communicate(timeout=20)
        assert [path.parent.name for path in pipe.files()] == ["tmp"]
        assert spool.carry(database, pipe.spool) == 0
        os.utime(pipe.files()[0], (time.time() - 200_000,) * 2)
        spool.carry(database, pipe.spool)
        assert pipe.files() == []

    def test_twenty_at_once(self, pipe: Pipe, database: Database) -> None:
        running = [pipe.start() for _ in range(20)]
        for number, process in enumerate(running):
            assert process.stdin is not None
            process.stdin.write(MAIL + str(number).encode())
            process.stdin.close()
        for process in running:
            assert process.wait(timeout=60) == 0
            assert process.stderr is not None
            process.stderr.close()
        assert spool.carry(database, pipe.spool) == 20
        assert len(stored(database)) == 20


@pytest.mark.parametrize(
    ("sender", "to", "environment", "expected"),
    [
        (None, [], {}, (None, ())),
        ("", [], {"SENDER": "x@y.test"}, ("", ())),
        ("MAILER-DAEMON", [], {}, ("", ())),
        (None, [], {"SENDER": "<>"}, ("", ())),
        (None, ["a@b.test", ""], {"RECIPIENT": "c@d.test"}, (None, ("a@b.test",))),
        (None, [], {"ORIGINAL_RECIPIENT": "o@d.test", "RECIPIENT": "c@d.test"}, (None, ("o@d.test",))),
        (None, [], {"USER": "desk", "EXTENSION": "r1.x", "DOMAIN": "d.test"}, (None, ("desk+r1.x@d.test",))),
        (None, [], {"LOCAL_PART": "desk", "DOMAIN": "d.test", "USER": "mail"}, (None, ("desk@d.test",))),
        (None, [], {"USER": "root"}, (None, ())),
    ],
)
def test_envelope(
    sender: str | None, to: list[str], environment: dict[str, str], expected: tuple[str | None, tuple[str, ...]]
) -> None:
    assert envelope(sender, to, environment) == expected


class TestSpoolFile:
    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (b"From anna@customer.test Mon Jan  1\nSubject: m\n\n", b"Subject: m\n\n"),
            (b"From: anna@customer.test\n\n", b"From: anna@customer.test\n\n"),
            (b'{"from": 1}\n', b'{"from": 1}\n'),
            (b"\n", b"\n"),
        ],
    )
    def test_content(self, tmp_path: Path, content: bytes, expected: bytes) -> None:
        path = spool_file.put(tmp_path, [content], envelope_from=None, envelope_to=(), limit=100)
        assert spool_file.read(path).content == expected

    @pytest.mark.parametrize(
        "content", [b"", b"{", b'{"from": 1}\nx', b'{"from": null, "to": 3}\nx', b'{"from": ' + b"[" * 90_000 + b"\nx"]
    )
    def test_a_file_put_there_by_hand_is_a_mail(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "mail").write_bytes(content)
        assert spool_file.read(tmp_path / "mail") == spool_file.Spooled(content, None, ())

    def test_addresses_fit_a_database(self, tmp_path: Path) -> None:
        path = spool_file.put(tmp_path, [b"x"], envelope_from="\udcff@a.test", envelope_to=("b\0@a.test",), limit=100)
        assert spool_file.read(path) == spool_file.Spooled(b"x", "?@a.test", ("b@a.test",))


class TestCarrying:
    def put(self, folder: Path, name: str) -> Path:
        return spool_file.put(folder, [name.encode()], envelope_from="a@b.test", envelope_to=("c@d.test",), limit=100)

    def test_commits_then_removes(self, tmp_path: Path, database: Database) -> None:
        for name in ("one", "two", "three"):
            self.put(tmp_path, name)
        assert spool.carry(database, tmp_path) == 3
        assert stored(database) == [b"one", b"two", b"three"]
        assert spool_file.waiting(tmp_path) == []
        assert spool.carry(database, tmp_path) == 0

    def test_a_crash_before_the_removal_is_no_second_mail(
        self, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def crash(_: Path) -> None:
            raise KeyboardInterrupt

        self.put(tmp_path, "one")
        with monkeypatch.context() as fault:
            fault.setattr(spool_file, "remove", crash)
            with pytest.raises(KeyboardInterrupt):
                spool.carry(database, tmp_path)
        assert stored(database) == [b"one"]
        assert spool.carry(database, tmp_path) == 1
        assert stored(database) == [b"one"]

    def test_the_file_stays_while_the_database_refuses(
        self, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def locked(*_: object, **__: object) -> None:
            raise DatabaseError("The database is locked.")

        self.put(tmp_path, "one")
        with monkeypatch.context() as fault:
            fault.setattr(database, "write", locked)
            assert spool.carry(database, tmp_path) is None
        assert spool.carry(database, tmp_path) == 1
        assert stored(database) == [b"one"]

    def test_what_cannot_be_read_does_not_hold_up_the_rest(self, tmp_path: Path, database: Database) -> None:
        self.put(tmp_path, "one")
        (tmp_path / "new" / "0-a-folder").mkdir()
        assert spool.carry(database, tmp_path) == 1
        assert spool.carry(database, tmp_path) is None
        assert stored(database) == [b"one"]

    def test_one_process_of_a_host_carries(self, tmp_path: Path, database: Database) -> None:
        self.put(tmp_path, "one")
        holder = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print(1, flush=True); input()",
                str(tmp_path / "lock"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert holder.stdout is not None
        holder.stdout.readline()
        assert spool.carry(database, tmp_path) == 0
        holder.kill()
        holder.communicate()
        assert spool.carry(database, tmp_path) == 1


def stored(database: Database) -> list[bytes]:
    return database.read(lambda session: list(session.scalars(select(RawMail.content).order_by(col(RawMail.id)))))


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
