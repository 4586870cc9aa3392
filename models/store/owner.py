"""Whether the database's file is ours."""

import os

from models.store.database import sqlite_path


def owns(url: str) -> bool:
    """Tell whether this process's user owns the desk's file; False where there is none (a database server)."""
    path = sqlite_path(url)
    return path is not None and path.exists() and path.stat().st_uid == os.geteuid()
