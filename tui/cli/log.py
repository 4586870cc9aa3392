"""The log: one file for its owner, washed, while a screen has the terminal; standard error for a worker."""

import logging
import os
from pathlib import Path

from tui.render import wash
from tui.settings import log_file

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Washed(logging.Formatter):
    """Lets nothing through that steers a terminal: servers and customers are quoted in the log."""

    def format(self, record: logging.LogRecord) -> str:
        """Format, then wash."""
        return wash.block(super().format(record))


def to_file() -> Path | None:
    """Log to the file from now on; its path, or None when there is no place to write."""
    path = log_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        _use(logging.FileHandler(path, encoding="utf-8", errors="backslashreplace"), logging.WARNING)
    except OSError:
        _use(logging.NullHandler(), logging.WARNING)  # no reason to keep the desk shut
        return None
    return path


def to_stderr() -> None:
    """Log to standard error, where a service manager picks it up."""
    _use(logging.StreamHandler(), logging.INFO)


def note(error: BaseException) -> Path | None:
    """Write an unforeseen error with its traceback; the file, or None."""
    path = to_file()
    logging.getLogger("nightdesk").error("unforeseen", exc_info=error)
    return path


def _use(handler: logging.Handler, level: int) -> None:
    handler.setFormatter(Washed(FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
