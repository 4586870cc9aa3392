"""Plain-text pictures kept beside the tests; NIGHTDESK_GOLDEN=write draws them anew (then read the diff)."""

import os
from pathlib import Path


def same(path: Path, text: str) -> None:
    """Compare with the kept picture."""
    text = "\n".join(line.rstrip() for line in text.split("\n")).rstrip() + "\n"
    if os.environ.get("NIGHTDESK_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name} differs"
