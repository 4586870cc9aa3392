"""Start the real program on a generated desk, with nothing of whoever runs the benchmark."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from models.store.plain import Reader
from models.store.window import window
from models.types.record import RecordRow, View

COMMAND = (sys.executable, "-c", "from tui.main import main; raise SystemExit(main())")


def environment(desk: Path) -> dict[str, str]:
    """What it is told."""
    return {
        "NIGHTDESK_DATABASE": str(desk),
        "XDG_CONFIG_HOME": str(desk.parent),
        "XDG_DATA_HOME": str(desk.parent),
        "XDG_STATE_HOME": str(desk.parent),
        "XDG_CACHE_HOME": str(desk.parent),
    }


def top_title(desk: Path) -> str:
    """The first record's title, as far as any layout shows it: when it stands there, the list is usable."""
    reader = Reader(f"sqlite:///{desk}")
    (row,) = window(reader, View.OPEN, agent_id=0, now=datetime.now(UTC), limit=1)
    reader.close()
    assert isinstance(row, RecordRow)
    return row.title[:12]
