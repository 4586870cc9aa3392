"""How many rows each view has: counts over index ranges, never over the table."""

from models.store import quarantine
from models.store.plain import Reader
from models.store.window import matching, selected
from models.types.record import Counts, View


def counts(reader: Reader, view: View, *, agent_id: int, search: str = "") -> tuple[Counts, int]:
    """Return every view's count, and the shown view's with the search applied."""
    each = {one: _count(reader, one, agent_id) for one in View}
    shown = each[view]
    if search and view is View.QUARANTINE:
        shown = len(quarantine.matching(reader, search))
    elif search:
        shown = len(matching(reader, view, search, agent_id=agent_id))
    return Counts(**{one.value: number for one, number in each.items()}), shown


def _count(reader: Reader, view: View, agent_id: int) -> int:
    if view is View.QUARANTINE:
        row = reader.one("SELECT count(*) AS n FROM raw_mail WHERE state = 'quarantined'")
    else:
        condition, facts = selected(view, agent_id)
        row = reader.one(f"SELECT count(*) AS n FROM record r WHERE {condition}", **facts)  # noqa: S608 - no outside text
    return int(row["n"]) if row else 0
