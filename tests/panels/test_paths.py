"""Paths typed on the command line are completed like a shell does."""

from pathlib import Path

import pytest

from tui.paths import complete


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "offers").mkdir()
    for name in ("offer.pdf", "Offer 2.pdf", ".hidden", "zoo.txt"):
        (tmp_path / name).touch()
    return tmp_path


def test_what_begins_so_is_listed_folders_with_a_slash(folder: Path) -> None:
    assert complete(f"{folder}/off") == (f"{folder}/offer.pdf", f"{folder}/offers/")


def test_hidden_files_only_when_asked_for(folder: Path) -> None:
    assert f"{folder}/.hidden" not in complete(f"{folder}/")
    assert complete(f"{folder}/.h") == (f"{folder}/.hidden",)


def test_the_home_folder_keeps_its_sign(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert complete("~/z") == ("~/zoo.txt",)


@pytest.mark.parametrize("begun", ["/no/such/folder/x", "/no\x00/x", "~nobody-here/x"])
def test_what_cannot_be_looked_into_gives_nothing(begun: str) -> None:
    assert complete(begun) == ()
