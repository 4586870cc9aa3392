"""The child really runs apart: frames in, frames out, and the kernel keeps its limits."""

import json
import struct
import subprocess
import sys

from gateway.mime.json_form import from_json
from gateway.mime.parse import parse

CONFINED = "from gateway.mime.child import confine\nconfine()\n"
MAILS = [b"Subject: one\n\nfirst", b"", b"Subject: =?utf-8?q?zw=C3=B6lf?=\n\nsecond \xff"]


def framed(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def run_child(sent: bytes, code: str = "") -> tuple[int, bytes]:
    argument = ["-c", code] if code else ["-m", "gateway.mime.child"]
    done = subprocess.run([sys.executable, *argument], input=sent, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout


def frames(received: bytes) -> list[bytes]:
    found = []
    while received:
        (size,) = struct.unpack_from(">I", received)
        found.append(received[4 : 4 + size])
        received = received[4 + size :]
    return found


def test_answers_come_in_order_and_say_what_parse_says() -> None:
    status, received = run_child(b"".join(map(framed, MAILS)))
    assert status == 0
    assert [from_json(json.loads(one)) for one in frames(received)] == [parse(one) for one in MAILS]


def test_a_frame_cut_short_ends_it_quietly() -> None:
    status, received = run_child(framed(b"Subject: x\n\n") + b"\0\0\1\0partial")
    assert status == 0
    assert len(frames(received)) == 1


def test_memory_beyond_the_limit_is_refused() -> None:
    code = CONFINED + "try:\n bytearray(400_000_000)\nexcept MemoryError:\n print('refused')"
    assert run_child(b"", code) == (0, b"refused\n")


def test_it_cannot_write_files(tmp_path: object) -> None:
    code = (
        CONFINED
        + "import os, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        + f"file = os.open({str(tmp_path) + '/x'!r}, os.O_CREAT | os.O_WRONLY)\n"
        + "try:\n os.write(file, b'y')\nexcept OSError:\n print('refused')"
    )
    assert run_child(b"", code) == (0, b"refused\n")
