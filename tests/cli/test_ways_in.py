"""The ways into a desk as an administrator uses them: the commands as processes, real sockets, a real database."""

import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.services import setup
from models.store.database import Database
from models.store.migrate import ensure
from models.store.plain import Reader
from tests.bench.letters import Letters
from tui.cli import mail_import
from tui.main import main

PROGRAM = (sys.executable, "-c", "from tui.main import main; raise SystemExit(main())")
MAIL = b"From: Anna <anna@customer.test>\r\nTo: support@desk.test\r\nSubject: help\r\n\r\nhelp\r\n"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A desk at desk.test that the commands find by themselves."""
    path = tmp_path / "desk.db"
    made = f"sqlite:///{path}"
    ensure(made)
    database = Database(made)
    database.write(
        setup.init, brand="Desk", domain="desk.test", notification="notifications@desk.test", now=datetime.now(UTC)
    )
    database.close()
    monkeypatch.setenv("NIGHTDESK_DATABASE", str(path))
    return made


def ran(*arguments: str | Path, given: bytes = b"") -> tuple[int, str, str]:
    done = subprocess.run([*PROGRAM, *map(str, arguments)], input=given, capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def counted(url: str, question: str) -> dict[str, int]:
    with closing(Reader(url)) as reader:
        return {row["what"]: row["n"] for row in reader.rows(question)}


@contextmanager
def serving(*arguments: str) -> Iterator[int]:
    """The command, listening on a port of its own choice; stopped as an administrator would."""
    command = [*PROGRAM, "serve", "--listen", "127.0.0.1:0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        yield int(line.partition("127.0.0.1:")[2].partition(";")[0])
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize(("arguments", "client"), [((), smtplib.SMTP), (("--lmtp",), smtplib.LMTP)])
def test_serve(url: str, arguments: tuple[str, ...], client: type[smtplib.SMTP]) -> None:
    with serving(*arguments) as port, client("127.0.0.1", port, timeout=20) as connection:
        for _ in range(2):  # the second time, because our answer was lost
            refused = connection.sendmail("anna@customer.test", ["support@desk.test", "nobody@desk.test"], MAIL)
            assert {address: code for address, (code, _) in refused.items()} == {"nobody@desk.test": 550}
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            connection.sendmail("anna@customer.test", ["victim@elsewhere.test"], MAIL)
    with closing(Reader(url)) as reader:
        (raw,) = reader.rows("SELECT content, envelope_from, envelope_to, state FROM raw_mail")
    assert (bytes(raw["content"]), raw["envelope_from"]) == (MAIL, "anna@customer.test")
    assert (raw["envelope_to"], raw["state"]) == ('["support@desk.test"]', "stored")


def test_serve_where_somebody_listens_already(url: str) -> None:
    with serving() as port:
        code, _, said = ran("serve", "--listen", f"127.0.0.1:{port}")
    assert code == 78
    assert f"cannot listen on 127.0.0.1:{port}" in said


def test_ingest(url: str, tmp_path: Path) -> None:
    assert ran("ingest", "--from", "anna@customer.test", "--to", "support@desk.test", given=MAIL) == (0, "", "")
    assert len(list((tmp_path / "desk.db.spool" / "new").iterdir())) == 1


def test_import_and_again(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mail" / "cur"
    folder.mkdir(parents=True)
    for number, content in enumerate(Letters(3)(40)):
        (folder / f"{1_700_000_000 + number}.M.host:2,S").write_bytes(content)
    monkeypatch.setattr(mail_import, "TELL_SECONDS", 0.0)
    assert main(["import", "maildir", str(folder.parent)]) == 0
    said, told = capsys.readouterr()
    assert said.startswith("40 mails in ")
    assert told.startswith("40 of 40 mails, ")
    states = counted(url, "SELECT state AS what, count(*) AS n FROM raw_mail GROUP BY state")
    assert states == {"routed": 40}
    _, said, _ = ran("import", "maildir", folder.parent)
    assert "40 were here already" in said
    assert counted(url, "SELECT 'messages' AS what, count(*) AS n FROM message") == {"messages": 40}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("mbox", "gone"), 66, "is not there"),
        (("mbox", "."), 65, "is a folder"),
        (("maildir", "."), 65, "no maildir"),
        (("mbox", "mail.txt"), 65, "no mbox"),
        (("mbox", "empty", "--kind", "starship"), 66, "no kind of record called starship"),
    ],
)
def test_import_of_what_is_no_mailbox(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, words: str
) -> None:
    (tmp_path / "mail.txt").write_bytes(MAIL)
    (tmp_path / "empty").touch()
    monkeypatch.chdir(tmp_path)
    status, _, said = ran("import", *arguments)
    assert (status, words in said) == (code, True), said
