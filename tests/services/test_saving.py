"""A file that came by mail: found wherever its bytes are, saved under a harmless name, never over another one."""

import stat
from pathlib import Path

import pytest

from models.store.files import StoredFile
from models.types.errors import NightdeskError, NotFound
from tui.saving import save


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path / "down"))
    return tmp_path / "down"


def no_part(content: bytes, path: str) -> bytes:
    raise LookupError(path)


def test_it_is_readable_by_its_owner_only(folder: Path):
    path = Path(save(StoredFile("fire.jpg", "image/jpeg", b"jpeg", ""), no_part))
    assert path == folder / "fire.jpg"
    assert path.read_bytes() == b"jpeg"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_overwritten(folder: Path):
    folder.mkdir()
    (folder / "fire.jpg").write_bytes(b"mine")
    (folder / "fire (2).jpg").symlink_to("nowhere")
    path = Path(save(StoredFile("fire.jpg", "image/jpeg", b"theirs", ""), no_part))
    assert path.name == "fire (3).jpg"
    assert (folder / "fire.jpg").read_bytes() == b"mine"
    assert not (folder / "nowhere").exists()


@pytest.mark.parametrize("name", ["../../.ssh/authorized_keys", "/etc/passwd", "..", ".bashrc", "-rf", "a\nb\x1b[2J"])
def test_a_hostile_name_stays_in_the_folder(folder: Path, name: str):
    path = Path(save(StoredFile(name, "text/plain", b"x", ""), no_part))
    assert path.parent == folder
    assert not path.name.startswith((".", "-"))
    assert path.name.isprintable()


def test_a_long_name_has_room_for_its_number(folder: Path):
    name = "ä" * 120 + ".tar"
    first, second = (Path(save(StoredFile(name, "", b"x", ""), no_part)) for _ in range(2))
    assert second.name.endswith(" (2).tar")
    assert first != second


def test_a_part_is_cut_out_of_its_mail():
    def part(content: bytes, path: str) -> bytes:
        return content + path.encode()

    assert Path(save(StoredFile("a.txt", "", b"mail", "2"), part)).read_bytes() == b"mail2"


def test_a_part_that_is_not_there_is_a_sentence():
    with pytest.raises(NotFound, match="no such part"):
        save(StoredFile("a.txt", "", b"mail", "9"), no_part)


def test_a_folder_that_takes_nothing_is_a_sentence(folder: Path):
    folder.write_text("a file")
    with pytest.raises(NightdeskError, match="takes no file"):
        save(StoredFile("a.txt", "", b"x", ""), no_part)
