"""Limits and what was spent of them, as the database holds them: JSON, as text or parsed."""

import json
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from models.rules.budget import Spent
from models.types.limits import NO_LIMITS, Limits


def plain(limits: Limits) -> dict[str, int]:
    """Return the limits that are set, as JSON holds them."""
    return {name: most for name, most in asdict(limits).items() if most is not None}


def limits_of(said: object) -> Limits:
    """Read stored limits, as text or parsed."""
    found = json.loads(said) if isinstance(said, str) else said
    known = {one.name for one in fields(Limits)}
    return (
        Limits(**{name: most for name, most in found.items() if name in known})
        if isinstance(found, dict)
        else NO_LIMITS
    )


def spent_of(said: object) -> Spent:
    """Read what is stored of what was spent, as text or parsed."""
    found = json.loads(said) if isinstance(said, str) else said
    if not isinstance(found, dict) or not found:
        return Spent()
    slots = {
        name: tuple((int(number), int(had), int(people)) for number, had, people in rows)
        for name, rows in found.get("slots", {}).items()
    }
    return Spent(slots, int(found.get("level", 0)), _moment(found.get("slowed_at")), _moment(found.get("rest_until")))


def to_json(spent: Spent) -> dict[str, object]:
    """Return what was spent as it is stored."""
    return {
        "slots": {name: [list(slot) for slot in rows] for name, rows in spent.slots.items() if rows},
        "level": spent.level,
        "slowed_at": spent.slowed_at.timestamp() if spent.slowed_at else None,
        "rest_until": spent.rest_until.timestamp() if spent.rest_until else None,
    }


def _moment(said: Any) -> datetime | None:
    return None if said is None else datetime.fromtimestamp(float(said), UTC)
