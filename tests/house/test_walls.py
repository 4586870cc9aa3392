"""What a part must not load, proved in a fresh interpreter: import contracts see names, this sees what happens."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.workers.parsing import COMMAND

ROOT = Path(__file__).resolve().parents[2]
DATABASE = ("sqlmodel", "sqlalchemy", "alembic", "psycopg")
SCREEN = ("textual", "rich")
WIRE = ("aiosmtplib", "aioimaplib", "pymap", "aiosmtpd")


def loaded_by(script: str, arguments: tuple[str, ...] = ()) -> set[str]:
    """The top-level names a script loads, in a folder of no importance as the installed program runs in."""
    whole = f"import sys\n{script}\nprint('\\n' + ' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    command = [sys.executable, "-P", "-c", whole, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT.parent)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "module",
    ["models.types.mail", "models.rules.routing", "models.rules.recipients", "models.rules.outbox"],
)
def test_types_and_rules_load_nothing(module: str) -> None:
    assert not loaded_by(f"import {module}") & {*DATABASE, *SCREEN, *WIRE, "pydantic", "asyncio", "socket"}


@pytest.mark.parametrize("words", [("--help",), ("account", "add", "--help"), ("demo", "--help"), ("--version",)])
def test_help_loads_neither_database_nor_screen(words: tuple[str, ...]) -> None:
    script = "from tui.main import main\ntry: main(sys.argv[1:])\nexcept SystemExit as end: assert end.code == 0"
    assert not loaded_by(script, words) & {*DATABASE, *SCREEN, *WIRE, "pydantic", "platformdirs"}


@pytest.mark.parametrize("child", ["gateway.mime.child", "gateway.mime.part_child"])
def test_the_mail_children_know_no_desk(child: str) -> None:
    assert not loaded_by(f"import {child}") & {*DATABASE, *SCREEN, "pydantic"}


def test_the_mail_child_starts_beside_a_folder_called_like_a_room(tmp_path: Path) -> None:
    """An agent may stand in any folder; one with a ``models`` in it must not be taken for ours."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models/__init__.py").write_text("raise ImportError('somebody else')")
    ran = subprocess.run(COMMAND, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_reading_the_list_needs_no_orm() -> None:
    script = "import models.store.window, models.store.thread, models.store.counts, models.store.migrate, tui.settings"
    assert not loaded_by(script) & {*DATABASE, *WIRE, "pydantic", "email"}


def test_the_contracts_hold() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout


def test_files_stay_small() -> None:
    """Each holds one thing: half of them below 100 lines, nine of ten below 300."""
    sizes = sorted(
        len(path.read_text().splitlines())
        for room in ("tui", "gateway", "models")
        for path in (ROOT / room).rglob("*.py")
        if path.name != "__init__.py"
    )
    assert sizes[len(sizes) // 2] < 100
    assert sizes[len(sizes) * 9 // 10] < 300


def test_no_room_is_a_closet() -> None:
    closets = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
    named = {path.stem for room in ("tui", "gateway", "models") for path in (ROOT / room).rglob("*")}
    assert not named & closets
