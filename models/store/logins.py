"""Who a login is, read before the ORM is imported."""

from models.store.plain import Reader
from models.types.people import AgentView, Channel


def agent_by_login(reader: Reader, login: str) -> AgentView | None:
    """Find the working agent with this login; None when the desk has none."""
    row = reader.one(
        "SELECT id, login, name, email, channel FROM agent WHERE login = :login AND active = :yes",
        login=login,
        yes=True,
    )
    return AgentView(row["id"], row["login"], row["name"], row["email"], Channel(row["channel"])) if row else None
