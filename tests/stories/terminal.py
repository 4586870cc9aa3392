"""A terminal for a story: the real program under a pty, its screen read back by an emulator."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence

import pyte

PROGRAM = "import sys; from tui.main import main; sys.exit(main(sys.argv[1:]))"
PATIENCE_SECONDS = 30.0


class Terminal:
    """``nightdesk`` with these arguments at a terminal of this size."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], *, columns: int = 110, rows: int = 32
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that a dropped line is a SIGHUP
        )
        os.close(slave)
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""

    @property
    def text(self) -> str:
        """The screen as lines."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *keys: str) -> None:
        """Type. Esc ("\\x1b") is given a moment of its own, or it would be the start of a sequence."""
        for key in keys:
            os.write(self._master, key.encode())
            self._read(0.15 if key == "\x1b" else 0.02)

    def type_ahead(self, keys: str) -> None:
        """Type all of it at once, as a slow line delivers it."""
        os.write(self._master, keys.encode())

    def wait_for(self, *words: str, seconds: float = PATIENCE_SECONDS) -> str:
        """Wait until all of the words stand on the screen together."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if all(word in self.text for word in words):
                return self.text
            self._read(0.05)
        raise AssertionError(f"{words} did not appear in {seconds} s:\n{self.text}")

    def wait_for_end(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.05)
        assert self.process.returncode is not None, f"it did not end:\n{self.text}"
        return self.process.returncode

    def drop_the_line(self) -> None:
        """What sshd does when the connection is gone."""
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        """Make sure that nothing is left."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        if self._master >= 0:
            os.close(self._master)

    def _read(self, seconds: float) -> None:
        """Take in what comes within this time; return at the first pause after something came."""
        if self._master < 0:
            time.sleep(seconds)
            return
        wait = seconds
        while select.select([self._master], [], [], wait)[0]:
            try:
                part = os.read(self._master, 65536)
            except OSError:  # EIO: the other side is closed
                return
            if not part:
                return
            self.raw += part
            self._stream.feed(part)
            wait = 0.01
