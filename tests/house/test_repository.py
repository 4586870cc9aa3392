"""What may stand in the repository: no index host, no machine path, nothing copied from test corpora."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_TEXT = {".png", ".svg", ".eml", ".db", ".gz"}
# Written in pieces, so that this file does not find itself.
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "test." + "pypi",
    "/sim" + "ple/",
    "--index" + "-url",
    "--find" + "-links",
]
MACHINE = ["/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/", "/op" + "t/", "/tmp/ve" + "nv", "/tmp/ho" + "use"]
EXPECTED_AT_THE_TOP = {
    ".ci", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md", "LICENSE", "README.md", "constraints.txt",
    "gateway", "go.py", "models", "pyproject.toml", "screenshots", "tests", "tui",
}  # fmt: skip


def tracked() -> list[Path]:
    """Every file of the repository; without git (an unpacked archive) every file that is not made by tools."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    made = {".venv", ".git", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "dist"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not made & set(path.relative_to(ROOT).parts)]


def texts() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(ROOT)), path.read_text(errors="replace"))
        for path in tracked()
        if path.suffix not in NOT_TEXT
    ]


@pytest.mark.parametrize("forbidden", [HOSTS, MACHINE], ids=["package index hosts", "machine paths"])
def test_no_file_names(forbidden: list[str]) -> None:
    found = [(name, word) for name, text in texts() for word in forbidden if word in text]
    assert found == []


def test_no_file_of_the_corpora_and_no_lock_file() -> None:
    names = [str(path.relative_to(ROOT)) for path in tracked()]
    assert [name for name in names if name.endswith((".eml", "index.jsonl", "uv.lock")) or "corpora/" in name] == []


def test_nothing_reads_the_shared_folder_in_tests() -> None:
    shared = "sha" + "red/"
    assert [name for name, text in texts() if name.startswith("tests/") and shared in text] == []


def test_the_top_level_holds_only_what_is_expected() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= EXPECTED_AT_THE_TOP


def test_constraints_are_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*==[0-9][0-9a-z.]*", line)] == []


def test_every_dependency_is_constrained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.split(r"[\[<>=~ ]", each)[0].lower() for each in wanted} - {"nightdesk"}
    pinned = {line.split("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert names <= pinned
