"""What an agent was typing into a form when the line dropped. Drafts are kept as they are typed, forms only then."""

import json
from collections.abc import Mapping

from sqlmodel import Session

from models.store import settings


def keep(session: Session, agent_id: int, form: str, typed: Mapping[str, str]) -> None:
    """Keep it by field, and forget what was kept of another form."""
    settings.put(session, _key(agent_id), json.dumps({"form": form, "typed": dict(typed)}))


def take(session: Session, agent_id: int, form: str) -> dict[str, str]:
    """Give what was kept of this form, and forget it; {} = nothing."""
    kept = json.loads(settings.get(session, _key(agent_id), lock=True) or "{}")
    if kept.get("form") != form:
        return {}
    settings.put(session, _key(agent_id), "")
    return dict(kept["typed"])


def _key(agent_id: int) -> str:
    return f"typed_{agent_id}"
