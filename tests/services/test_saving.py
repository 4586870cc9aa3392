"""A file that came by mail: saved under a harmless name, never over another one."""

import stat
from pathlib import Path

import pytest

from models.types.errors import NightdeskError
from tui.saving import save


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path / "down"))
    return tmp_path / "down"


def test_it_is_readable_by_its_owner_only(folder: Path):
    path = Path(save("fire.jpg", "image/jpeg", b"jpeg"))
    assert path == folder / "fire.jpg"
    assert path.read_bytes() == b"jpeg"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_overwritten(folder: Path):
    folder.mkdir()
    (folder / "fire.jpg").write_bytes(b"mine")
    (folder / "fire (2).jpg").symlink_to("nowhere")
    path = Path(save("fire.jpg", "image/jpeg", b"theirs"))
    assert path.name == "fire (3).jpg"
    assert (folder / "fire.jpg").read_bytes() == b"mine"
    assert not (folder / "nowhere").exists()


@pytest.mark.parametrize("name", ["../../.ssh/authorized_keys", "/etc/passwd", "..", ".bashrc", "-rf", "a\nb\x1b[2J"])
def test_a_hostile_name_stays_in_the_folder(folder: Path, name: str):
    path = Path(save(name, "text/plain", b"x"))
    assert path.parent == folder
    assert not path.name.startswith((".", "-"))
    assert path.name.isprintable()


def test_a_long_name_has_room_for_its_number(folder: Path):
    name = "ä" * 120 + ".tar"
    first, second = (Path(save(name, "", b"x")) for _ in range(2))
    assert second.name.endswith(" (2).tar")
    assert first != second


def test_a_folder_that_takes_nothing_is_a_sentence(folder: Path):
    folder.write_text("a file")
    with pytest.raises(NightdeskError, match="takes no file"):
        save("a.txt", "", b"x")
