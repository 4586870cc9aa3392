"""Where the mails of an mbox file and of a maildir begin and end."""

import mailbox
from pathlib import Path

import pytest

from gateway.mime.mailbox_file import in_maildir, in_mbox, read

FROM = b"From anna@customer.test Mon Mar  2 09:00:00 2026\n"


def split(path: Path, content: bytes) -> list[bytes]:
    path.write_bytes(content)
    return [read(place) for place in in_mbox(path)]


@pytest.mark.parametrize(
    ("content", "mails"),
    [
        (b"", []),
        (FROM + b"Subject: a\n\ntext\n", [b"Subject: a\n\ntext\n"]),
        (FROM + b"A: 1\n\none\n\n" + FROM + b"A: 2\n\ntwo\n", [b"A: 1\n\none\n", b"A: 2\n\ntwo\n"]),
        (
            (FROM + b"A: 1\n\none\n\n" + FROM + b"A: 2\n\ntwo\n").replace(b"\n", b"\r\n"),
            [b"A: 1\r\n\r\none\r\n", b"A: 2\r\n\r\ntwo\r\n"],
        ),
        (FROM + b"A: 1\n\nFrom here on it rains.\n", [b"A: 1\n\nFrom here on it rains.\n"]),
        (
            FROM + b"A: 1\n\nx\n\nFrom here at 10:00 in 2026 it rained.\n",
            [b"A: 1\n\nx\n\nFrom here at 10:00 in 2026 it rained.\n"],
        ),
        (FROM + b"A: 1\n\n>From me\n>>From you\n> From\n", [b"A: 1\n\nFrom me\n>From you\n> From\n"]),
        (FROM + b"A: 1\n\none\n\n", [b"A: 1\n\none\n"]),
        (b"From - Mon Mar 02 09:00:00 2026\nA: 1\n\nx", [b"A: 1\n\nx"]),
        (b"From 17@xxx Mon Mar 02 09:00:00 +0000 2026\nA: 1\n\nx", [b"A: 1\n\nx"]),
        (b"From MAILER-DAEMON Fri Jul  8 12:08 2011\nA: 1\n\nx", [b"A: 1\n\nx"]),
        (FROM + b"\n" + FROM + b"\n\n\n", [b"", b"\n\n"]),
    ],
)
def test_mbox(tmp_path: Path, content: bytes, mails: list[bytes]) -> None:
    assert split(tmp_path / "box", content) == mails


@pytest.mark.parametrize("content", [b"Subject: a mail\n\ntext", b"From", b"\n" * 50, b"\0" * 50, b"x\n\nFrom a"])
def test_what_is_no_mbox(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ValueError, match="no mbox"):
        split(tmp_path / "box", content)


def test_what_python_wrote_comes_back(tmp_path: Path) -> None:
    mails = [f"Subject: {n}\n\nFrom the start\n\nFrom {n}\n>From quoted\nend\n".encode() for n in range(50)]
    box = mailbox.mbox(tmp_path / "box")
    for mail in mails:
        box.add(mail)
    box.close()
    found = [read(place) for place in in_mbox(tmp_path / "box")]
    # Python quotes "From " and not ">From " (mboxo), so one of the two cannot come back
    assert found == [mail.replace(b"\n>From", b"\nFrom") for mail in mails]


def test_maildir(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    for path, content in {
        "cur/1700000010.M1.host:2,S": b"third",
        "new/1700000002.M1.host": b"second",
        "cur/999.M1.host:2,": b"first",
        "tmp/1700000000.M1.host": b"half written",
        "cur/.hidden": b"no mail",
        "new/by-hand.eml": b"undated",
    }.items():
        (tmp_path / path).write_bytes(content)
    (tmp_path / "cur" / "folder").mkdir()
    assert [read(place) for place in in_maildir(tmp_path)] == [b"undated", b"first", b"second", b"third"]


def test_what_is_no_maildir(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        in_maildir(tmp_path)
