"""A program in a pseudo-terminal: when its screen shows a text, how long a key takes, how many bytes come."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence

COLUMNS, ROWS = 120, 40
QUIET_SECONDS = 0.08  # this long without a byte: the screen has settled
_ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")
_QUESTIONS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronised output: known
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
}


class Terminal:
    """Runs a program as over SSH: xterm-256color, true colour, UTF-8."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        known = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
        told = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        self._seen = b""
        self.bytes = 0
        self.began = time.perf_counter()
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], list(command), {**known, **told, **(environment or {})})
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + 5
        while not self._ended() and time.monotonic() < deadline:
            self._read(0.05)  # who writes its farewell into a full pipe never ends
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._file)

    def until(self, text: str, seconds: float = 60.0) -> float:
        """Wait for a text on the screen; seconds since the program began. The text must be written in one piece."""
        wanted = text.encode()
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            data = self._read(0.5)
            if data == b"":
                break
            self._seen = (self._seen + (data or b""))[-200_000:]
            if wanted in _ESCAPES.sub(b"", self._seen):
                return time.perf_counter() - self.began
        shown = _ESCAPES.sub(b" ", self._seen).decode(errors="replace")
        raise AssertionError(f"{text!r} did not come; the program wrote: {shown[-2000:]}")

    def press(self, keys: str, limit_seconds: float = 5.0) -> tuple[float, float, int]:
        """Press keys and wait until the screen settles: seconds to the first and the last byte, and how many bytes."""
        began = time.perf_counter()
        os.write(self._file, keys.encode())
        first = last = began
        count = 0
        while time.perf_counter() - began < limit_seconds:
            data = self._read(QUIET_SECONDS if count else limit_seconds)
            if not data:
                break
            last = time.perf_counter()
            first = first if count else last
            count += len(data)
        return first - began, last - began, count

    def settle(self) -> None:
        """Read until nothing comes for a second."""
        while self._read(1.0):
            pass

    def _read(self, seconds: float) -> bytes | None:
        """One piece; None when nothing comes in time, b"" at the end."""
        ready, _, _ = select.select([self._file], [], [], seconds)
        if not ready:
            return None
        try:
            data = os.read(self._file, 1 << 16)
        except OSError:  # Linux: the program closed its side
            return b""
        self.bytes += len(data)
        for question, answer in _QUESTIONS.items():
            if question in data:
                os.write(self._file, answer)
        return data

    def _ended(self) -> bool:
        with contextlib.suppress(ChildProcessError):
            return os.waitpid(self.pid, os.WNOHANG)[0] != 0
        return True
