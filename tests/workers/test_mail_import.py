"""Import as a whole: files to records through real child processes, also when a mail ends its child."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from gateway.mime.mailbox_file import Lying, in_maildir, in_mbox
from gateway.workers import mail_readers
from gateway.workers.mail_import import Progress, import_mail
from gateway.workers.mail_readers import MailReaders
from models.store.database import Database
from models.tables.mail import RawMail
from models.tables.record import Message, Record
from models.types.routing import Target
from tests.services.letters import World, desk
from tests.workers.deadly_reader import deadly


@pytest.fixture
def world(database: Database) -> World:
    return desk(database)


def mail(number: int, answers: int | None = None) -> bytes:
    thread = f"In-Reply-To: <{answers}@customer.test>\n" if answers is not None else ""
    return (
        f"From: Anna <anna@customer.test>\nTo: support@desk.test\nSubject: Mail {number}\n{thread}"
        f"Message-ID: <{number}@customer.test>\nDate: Mon, 2 Mar 2026 09:{number // 60:02}:{number % 60:02} +0000\n"
        f"\ntext {number}\n"
    ).encode()


def imported(
    database: Database, places: Iterable[Lying], tell: Callable[[Progress], None] = lambda _: None
) -> Progress:
    with MailReaders(places) as readers:
        return import_mail(database, readers, tell=tell)


def maildir(folder: Path, mails: Sequence[bytes]) -> Path:
    (folder / "cur").mkdir(parents=True)
    for number, content in enumerate(mails):
        (folder / "cur" / f"{1_700_000_000 + number}.M.host:2,S").write_bytes(content)
    return folder


def test_a_maildir_in_several_batches(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_readers, "BATCH", 7)
    mails = [mail(n, n - 1 if n % 3 else None) for n in range(60)]
    told: list[int] = []
    progress = imported(
        world.database, in_maildir(maildir(tmp_path, mails)), tell=lambda progress: told.append(progress.done)
    )
    assert (progress.done, progress.left_out) == (60, [])
    assert progress.went == {Target.NEW: 20, Target.RECORD: 40}
    assert told == [7, 14, 21, 28, 35, 42, 49, 56, 60]
    assert [record.title for record in world.all(Record)] == [f"Mail {n}" for n in range(0, 60, 3)]
    assert [message.text for message in world.all(Message)] == [f"text {n}" for n in range(60)]


def test_stopped_and_run_again(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(progress: Progress) -> None:
        if progress.done >= 20:
            raise KeyboardInterrupt

    monkeypatch.setattr(mail_readers, "BATCH", 10)
    box = tmp_path / "box"
    begin = b"From anna@customer.test Mon Mar  2 09:00:00 2026\n"
    box.write_bytes(b"\n".join(begin + mail(n) for n in range(45)))
    with pytest.raises(KeyboardInterrupt):
        imported(world.database, in_mbox(box), tell=stop)
    assert len(world.all(Message)) == 20
    progress = imported(world.database, in_mbox(box))
    assert progress.went == {Target.DUPLICATE: 20, Target.NEW: 25}
    assert len(world.all(Message)) == 45


def test_a_mail_that_ends_its_child_is_kept_unread(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_readers, "BATCH", 5)
    monkeypatch.setattr(mail_readers, "read_all", deadly)
    mails = [mail(n) for n in range(18)]
    mails[7] = b"Subject: deadly\n\n"
    progress = imported(world.database, in_maildir(maildir(tmp_path, mails)))
    assert progress.went == {Target.NEW: 17, Target.QUARANTINE: 1}
    assert [raw.content for raw in world.all(RawMail) if raw.state == "quarantined"] == [mails[7]]
    assert [message.text for message in world.all(Message)] == [f"text {n}" for n in range(18) if n != 7]


def test_what_cannot_be_read_is_named(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_readers, "MAIL_LIMIT", 1000)
    folder = maildir(tmp_path, [mail(1), b"x" * 1001, mail(2)])
    places = [*in_maildir(folder), Lying(str(folder / "gone"))]
    progress = imported(world.database, places)
    assert progress.done == 2
    assert [(Path(path).name, why) for path, why in progress.left_out] == [
        ("1700000001.M.host:2,S", "larger than 0 MB"),
        ("gone", "No such file or directory"),
    ]


def test_what_goes_wrong_at_the_first_mail_is_said(world: World, tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.write_bytes(b"no mailbox")
    with pytest.raises(ValueError, match="is no mbox file"):
        imported(world.database, in_mbox(box))
    assert world.all(RawMail) == []


HELD = """
import sys, time
from gateway.mime.mailbox_file import Lying
from gateway.workers.mail_readers import MailReaders
readers = MailReaders([Lying(sys.argv[1])])
print(len(next(iter(readers)).letters), flush=True)
time.sleep(60)
"""


def test_children_end_with_a_program_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "mail").write_bytes(mail(1))
    program = subprocess.Popen([sys.executable, "-c", HELD, str(tmp_path / "mail")], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "1\n"
    program.kill()
    assert program.communicate(timeout=20)[0] == "", "whoever holds its output open is alive"
