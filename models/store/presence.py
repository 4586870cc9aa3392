"""Who has which record open now: rows that heartbeats keep fresh."""

from datetime import datetime, timedelta

from models.store.plain import Reader

HEARTBEAT_SECONDS = 20
STALE_SECONDS = 45  # two missed heartbeats and the time a slow line may take


def watchers(reader: Reader, *, agent_id: int, now: datetime) -> dict[int, tuple[str, ...]]:
    """Return the logins that have each record open, without this agent's own terminals."""
    found: dict[int, list[str]] = {}
    for row in reader.rows(
        "SELECT DISTINCT p.record_id, a.login FROM presence p JOIN agent a ON a.id = p.agent_id "
        "WHERE p.record_id IS NOT NULL AND p.agent_id <> :agent AND p.seen_at > :fresh ORDER BY a.login",
        agent=agent_id,
        fresh=now - timedelta(seconds=STALE_SECONDS),
    ):
        found.setdefault(row["record_id"], []).append(row["login"])
    return {record_id: tuple(logins) for record_id, logins in found.items()}
