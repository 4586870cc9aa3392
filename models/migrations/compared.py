"""Which objects of a database the tables speak for: the search index and its column live in migrations only."""

from typing import Any


def compared(item: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    """Tell Alembic whether to compare this object with the tables (its ``include_object`` hook)."""
    if type_ == "table":
        return "_search" not in (name or "")
    return not (type_ in ("column", "index") and (name or "").endswith("search"))
