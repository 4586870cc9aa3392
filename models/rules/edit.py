"""Two admins and one thing: the second is told what the first one did."""

from collections.abc import Mapping

from models.types.identity import Edit


def overtaken(edit: Edit, seen: int | None, name: str) -> str:
    """Say who changed what since revision ``seen`` was read (None: nobody says what was seen); "" when nobody did."""
    if seen is None or seen == edit.revision:
        return ""
    when = f" at {edit.at:%H:%M} UTC" if edit.at else ""
    return f"{edit.by or 'Somebody'} changed {edit.what or 'something'} of {name}{when}, after you read it."


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """Name the fields that differ, in words."""
    return tuple(name.replace("_", " ") for name, value in after.items() if before.get(name) != value)
