"""How a command ends when its output, its terminal or its patience is gone: a sentence and a code, no traceback."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pytest

PROGRAM = "import sys; from tui.main import main; sys.exit(main(sys.argv[1:]))"
USAGE, IO_ERROR, PATIENCE_SECONDS = 64, 74, 60


def ended(*arguments: str, stdout: int | IO[bytes] = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """Run the program without a terminal until it ends."""
    return subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, *arguments],
        stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS,
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize(
    "words", [("preset", "list"), ("preset", "list", "--json"), ("--version",), ("inspect", "--json", __file__)]
)
def test_a_full_disk_is_said_and_no_fault_of_the_program(words: Sequence[str]) -> None:
    with open("/dev/full", "wb") as full:
        end = ended(*words, stdout=full)
    assert end.returncode == IO_ERROR
    assert end.stderr.startswith("nightdesk: The output could not be written: No space left on device.")


def test_a_closed_output_is_no_fault(home: Path) -> None:
    program = f"import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, '-P', '-c', {PROGRAM!r}, "
    end = subprocess.run(
        [sys.executable, "-c", program + "'preset', 'list'])"], stderr=subprocess.PIPE, text=True, timeout=60
    )
    assert (end.returncode, end.stderr) == (0, "")


def test_a_reader_that_has_gone_is_no_fault() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        end = ended("preset", "list", "--json", stdout=pipe)
    assert (end.returncode, end.stderr) == (0, "")


def test_the_version_is_an_answer_not_a_complaint() -> None:
    end = ended("--version")
    assert (end.stdout.startswith("nightdesk 0."), end.stderr) == (True, "")


@pytest.mark.parametrize("words", [(), ("demo",)])
def test_without_a_terminal_the_desk_says_so(words: Sequence[str]) -> None:
    assert ended("init", "--brand", "Acme", "--domain", "acme.test").returncode == 0
    end = ended(*words)
    assert end.returncode == USAGE
    assert "the input is no terminal" in end.stderr
    assert "nightdesk worker" in end.stderr


def test_an_interrupt_while_the_command_line_is_declared_says_nothing() -> None:
    slow = (
        "import sys, time, builtins\nreal = builtins.__import__\n"
        "def late(name, *rest):\n"
        "    if name == 'argparse': print('declaring', flush=True); time.sleep(60)\n"
        "    return real(name, *rest)\n"
        "from tui.main import main\nbuiltins.__import__ = late\nsys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-P", "-c", slow, "import", "maildir", "somewhere"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "declaring\n"
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=PATIENCE_SECONDS)
    assert (program.returncode, err) == (130, "")
