import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

SETTINGS = ("DATABASE", "CONFIG", "HOLD_SECONDS", "HOSTNAME", "WORKERS", "ANSI", "KEYS", "KEY_FILE")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, so that nobody's settings, desk or log are touched."""
    for name in SETTINGS:
        monkeypatch.delenv(f"NIGHTDESK_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    return tmp_path


@pytest.fixture(autouse=True)
def _logging_stays() -> Iterator[None]:
    """Commands decide where the log goes; the next test must not find it there."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    for handler in logging.root.handlers:
        if handler not in handlers:
            handler.close()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
