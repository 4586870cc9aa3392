"""``nightdesk demo`` comes up by itself, and takes everything away however it ends."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stories.terminal import Terminal


def leave(terminal: Terminal) -> None:
    terminal.press("q")


def terminate(terminal: Terminal) -> None:
    os.kill(terminal.process.pid, signal.SIGTERM)


def kill(terminal: Terminal) -> None:
    os.kill(terminal.process.pid, signal.SIGKILL)


def drop_the_line(terminal: Terminal) -> None:
    terminal.drop_the_line()


@pytest.mark.parametrize(("ending", "code"), [(leave, 0), (terminate, 143), (kill, -9), (drop_the_line, 129)])
def test_nothing_is_left(home: dict[str, str], tmp_path: Path, ending: Callable[[Terminal], None], code: int) -> None:
    terminal = Terminal(["demo", "--seed", "3"], home, columns=80, rows=24)
    try:
        terminal.wait_for("Rear light stays off", "Mail comes in by itself")
        assert len(list(tmp_path.glob("nightdesk-demo-*"))) == 1
        ending(terminal)
        assert terminal.wait_for_end() == code
    finally:
        terminal.close()
    deadline = time.monotonic() + 20
    while list(tmp_path.glob("nightdesk-demo-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(tmp_path.glob("nightdesk-demo-*")) == []


def test_a_worker_ends_in_good_order(home: dict[str, str]) -> None:
    """Also the headless one: SIGTERM is no fault."""
    from tui.main import main

    assert main(["init", "--brand", "Acme", "--domain", "acme.test"]) == 0
    terminal = Terminal(["worker"], home, columns=80, rows=24)
    try:
        terminal.wait_for("running; stop it with SIGTERM")
        terminate(terminal)
        assert terminal.wait_for_end() == 0
        assert "Traceback" not in terminal.text
    finally:
        terminal.close()
