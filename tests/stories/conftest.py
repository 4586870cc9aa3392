from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a user whose home is this test's; set here too."""
    found = {"HOME": str(tmp_path)}
    found |= {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    found |= {"NIGHTDESK_DATABASE": str(tmp_path / "desk.db"), "TMPDIR": str(tmp_path)}
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found
