"""Who may change the desk's set-up: addresses, brands, domains, groups, kinds, accounts."""

from collections.abc import Sequence

from models.types.actor import Standing


def refusal(standing: Standing, admins: Sequence[str]) -> str:
    """Say why somebody may not; "" when they may. ``admins``: logins of the agents who may.

    Admin is who was made one, the desk's first agent, and whoever owns its database file, who could write it anyway.
    """
    if standing.owns_database or (standing.agent and standing.flagged) or standing.first:
        return ""
    who = ", ".join(admins) or "whoever owns the database"
    return f"Only an admin of this desk may do that; ask {who}."
