"""Textual's terminal driver for lines that drop: what cannot be written any more is thrown away, not waited for.

Measured: after a hang-up the first write ends Textual's writer thread with EIO, its queue of 30 fills, and the loop
then waits on it for ever, with the draft unsaved and the process left behind.
"""

from typing import Any

from textual.drivers.linux_driver import LinuxDriver


class Patient:
    """A terminal's file whose writes never fail."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write as far as there is somebody to read."""
        try:
            return int(self._file.write(text))
        except OSError:
            return len(text)

    def flush(self) -> None:
        """Flush as far as there is somebody to read."""
        try:
            self._file.flush()
        except OSError:
            return

    def fileno(self) -> int:
        """Return the terminal's descriptor."""
        return int(self._file.fileno())


class LineDriver(LinuxDriver):
    """Outlives its terminal, so that the program can end in order."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._file: Any = Patient(self._file)
