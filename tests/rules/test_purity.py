import subprocess
import sys
from pathlib import Path

import models.rules

HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "textual", "rich", "asyncio", "socket", "sqlite3", "email")


def test_the_rules_load_nothing_heavy() -> None:
    names = sorted(f"models.rules.{path.stem}" for path in Path(models.rules.__path__[0]).glob("[a-z]*.py"))
    assert "models.rules.routing" in names
    program = f"import sys, {', '.join(names)}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == "[]"
