"""What a first frame and a command may not load: each import is measured in a process of its own."""

import subprocess
import sys

import pytest

ORM = ("sqlmodel", "sqlalchemy", "alembic")
SCREEN = ("textual", "rich")
WIRE = ("aiosmtplib", "aioimaplib", "pymap", "aiosmtpd", "email")


def _loaded(statement: str) -> set[str]:
    """Return the top-level modules in memory after a statement."""
    code = f"{statement}\nimport sys\nprint('\\n'.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("models.types.message", (*ORM, *SCREEN, *WIRE, "asyncio", "sqlite3", "json")),
        ("models.rules.routing", (*ORM, *SCREEN, *WIRE, "asyncio", "sqlite3")),
        ("models.rules.recipients", (*ORM, *SCREEN, *WIRE, "asyncio", "sqlite3")),
        ("models.rules.outbox", (*ORM, *SCREEN, *WIRE, "asyncio", "sqlite3")),
        ("models.store.window", (*ORM, *SCREEN, *WIRE, "asyncio", "psycopg", "pydantic")),
        ("models.store.thread", (*ORM, *SCREEN, *WIRE, "asyncio", "psycopg", "pydantic")),
        ("models.store.migrate", (*ORM, *SCREEN, *WIRE, "asyncio", "psycopg", "pydantic")),
        ("tui.desk", (*ORM, *SCREEN, *WIRE, "psycopg", "pydantic")),
        ("tui.main", (*ORM, *SCREEN, *WIRE, "psycopg", "pydantic")),
        ("tui.app", (*ORM, *WIRE, "psycopg", "pydantic")),
        ("gateway.mime.child", (*ORM, *SCREEN, "asyncio", "psycopg", "pydantic", "aiosmtplib", "aioimaplib")),
    ],
)
def test_a_room_loads_only_what_it_needs(module: str, forbidden: tuple[str, ...]) -> None:
    assert _loaded(f"import {module}") & set(forbidden) == set()


def test_a_schema_that_is_current_needs_no_alembic(database_url: str) -> None:
    loaded = _loaded(f"from models.store.migrate import ensure; ensure({database_url!r})")
    assert loaded & set(ORM) == set()


def test_reading_a_list_needs_no_orm(database_url: str) -> None:
    loaded = _loaded(
        "from datetime import UTC, datetime\n"
        "from models.store.plain import Reader\n"
        "from models.store.window import window\n"
        "from models.types.record import View\n"
        f"reader = Reader({database_url!r})\n"
        "assert window(reader, View.OPEN, agent_id=1, now=datetime.now(UTC)) == ()\n"
        "reader.close()"
    )
    assert loaded & {*ORM, *SCREEN, "pydantic"} == set()
