"""Groups of agents."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from models.store import edits
from models.store.upsert import insert_into
from models.tables.desk import Agent
from models.tables.sender import AddressGroup, AgentGroup, GroupMember
from models.types.identity import GroupView


def views(session: Session) -> tuple[GroupView, ...]:
    """Read every group with its members."""
    members = session.execute(
        select(col(GroupMember.group_id), col(Agent.login))
        .join(Agent, col(Agent.id) == col(GroupMember.agent_id))
        .order_by(col(Agent.login))
    ).all()
    statement = select(col(AgentGroup.id), col(AgentGroup.name), *edits.columns(AgentGroup))
    return tuple(
        GroupView(row.id, row.name, tuple(login for group, login in members if group == row.id), edits.of(row))
        for row in session.execute(statement.order_by(col(AgentGroup.name)))
    )


def ids(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Find groups by name."""
    statement = select(col(AgentGroup.name), col(AgentGroup.id)).where(col(AgentGroup.name).in_(list(names)))
    return {row.name: row.id for row in session.execute(statement)}


def agent_ids(session: Session, logins: Iterable[str]) -> dict[str, int]:
    """Find agents by login."""
    statement = select(col(Agent.login), col(Agent.id)).where(col(Agent.login).in_(list(logins)))
    return {row.login: row.id for row in session.execute(statement)}


def lock(session: Session, group_id: int) -> None:
    """Let nobody else change a group before this transaction ends."""
    session.execute(select(col(AgentGroup.id)).where(col(AgentGroup.id) == group_id).with_for_update())


def add(session: Session, name: str) -> int:
    """Make a group; its id."""
    return int(session.execute(insert(AgentGroup).values(name=name).returning(col(AgentGroup.id))).scalar_one())


def join(session: Session, group_id: int, agents: Iterable[int]) -> None:
    """Make agents members."""
    rows = [{"group_id": group_id, "agent_id": one} for one in agents]
    if rows:
        session.execute(insert_into(session, GroupMember).values(rows).on_conflict_do_nothing())


def leave(session: Session, group_id: int, agents: Iterable[int]) -> None:
    """Make agents members no longer."""
    gone = col(GroupMember.agent_id).in_(list(agents))
    session.execute(delete(GroupMember).where(col(GroupMember.group_id) == group_id, gone))


def remove(session: Session, group_id: int) -> None:
    """Take a group out, and its permissions with it."""
    session.execute(delete(AddressGroup).where(col(AddressGroup.group_id) == group_id))
    session.execute(delete(GroupMember).where(col(GroupMember.group_id) == group_id))
    session.execute(delete(AgentGroup).where(col(AgentGroup.id) == group_id))
