"""How long a recipient may fail to take mail for now before it counts as failing for good (R3)."""

from datetime import datetime, timedelta

PATIENCE = timedelta(hours=72)


def turned_hard(first: datetime | None, now: datetime) -> bool:
    """Tell whether it went on for long enough. ``first``: the first soft bounce since the recipient last took mail."""
    return first is not None and now - first >= PATIENCE
