"""A file is cut out of its mail in a process apart: reading it may kill or hang that, and then a sentence says so."""

import sys
from pathlib import Path

import pytest

from gateway.workers import cutting
from gateway.workers.parsing import Unreadable
from models.types.errors import NightdeskError
from tui.main import Reading

FILE = bytes(range(256)) * 2000  # more than a pipe holds
HEAD = (
    b'Subject: files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"
)
MAIL = HEAD + FILE + b"\r\n--b--\r\n"

# Does with the mail what its subject says.
POISONED = """
import os, sys, time
from gateway.mime import part_child
cut = part_child.part_content
def poisoned(content, path):
    if b"Subject: hang" in content: time.sleep(600)
    if b"Subject: die" in content: os.kill(os.getpid(), 9)
    if b"Subject: memory" in content: bytearray(2**31)
    if b"Subject: half" in content: sys.stdout.write("half"); sys.stdout.flush(); os.kill(os.getpid(), 9)
    return cut(content, path)
part_child.part_content = poisoned
sys.exit(part_child.main(sys.argv[1]))
"""


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "COMMAND", (sys.executable, "-c", POISONED))


async def test_a_part_comes_out_whole() -> None:
    assert await cutting.cut(MAIL, "1") == FILE


async def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(LookupError):
        await cutting.cut(MAIL, "7")


@pytest.mark.usefixtures("poisoned")
@pytest.mark.parametrize("poison", [b"die", b"memory", b"half"])
async def test_a_mail_that_ends_its_reader_is_unreadable(poison: bytes) -> None:
    with pytest.raises(Unreadable, match="gave up"):
        await cutting.cut(MAIL.replace(b"files", poison), "1")


@pytest.mark.usefixtures("poisoned")
async def test_a_mail_that_holds_its_reader_up_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="longer than 1 seconds"):
        await cutting.cut(MAIL.replace(b"files", b"hang"), "1", seconds=1)


@pytest.mark.usefixtures("poisoned")
async def test_the_agent_reads_what_happened_and_what_to_do(tmp_path: Path) -> None:
    reading = Reading(f"sqlite:///{tmp_path}/none.db")
    assert await reading.part(MAIL, "1") == FILE
    with pytest.raises(NightdeskError) as told:
        await reading.part(MAIL.replace(b"files", b"die"), "1")
    assert str(told.value).startswith("This file cannot be saved. The reader gave up on it")
    await reading.close()
