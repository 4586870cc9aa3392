from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.demo.desk import furnish
from gateway.demo.launch import launched
from models.store import migrate
from models.store.database import Database
from tui.login import Login
from tui.settings import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a user whose home is this test's; set here too."""
    found = {"HOME": str(tmp_path)}
    found |= {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    found |= {"NIGHTDESK_DATABASE": str(tmp_path / "desk.db"), "TMPDIR": str(tmp_path)}
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The demo's desk and its mail world; the agent is Jonas."""
    monkeypatch.setattr("tui.login.whoami", lambda: Login("jonas", "Jonas Weber"))
    settings = Settings(f"sqlite:///{tmp_path}/desk.db", hold_seconds=4)
    migrate.ensure(settings.database)
    database = Database(settings.database)
    with launched(5, tmp_path, remove=False) as world:
        database.write(furnish, login="jonas", name="Jonas Weber", ports=world.ports(), now=datetime.now(UTC))
        database.close()
        yield settings
