"""How many rows each view has: counts over index ranges, never over the table."""

from models.store import quarantine
from models.store.plain import Reader
from models.store.window import selected
from models.types.record import Counts, View


def counts(reader: Reader, view: View, *, agent_id: int, search: str = "") -> tuple[Counts, int]:
    """Return every view's count, and the shown view's with the search applied."""
    each = {one: _count(reader, one, agent_id) for one in View}
    shown = _count(reader, view, agent_id, search) if search else each[view]
    return Counts(**{one.value: number for one, number in each.items()}), shown


def _count(reader: Reader, view: View, agent_id: int, search: str = "") -> int:
    if view is View.QUARANTINE and search:
        return len(quarantine.matching(reader, search))
    if view is View.QUARANTINE:
        row = reader.one("SELECT count(*) AS n FROM raw_mail WHERE state = 'quarantined'")
    else:
        source, condition, facts = selected(reader, view, agent_id, search)
        row = reader.one(f"SELECT count(*) AS n FROM {source} WHERE {condition}", **facts)  # noqa: S608 - no outside text
    return int(row["n"]) if row else 0
