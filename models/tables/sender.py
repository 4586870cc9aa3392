"""Who and what a sending address serves: the brands it is bound to, the agents and groups that may use it."""

from sqlmodel import Field, SQLModel

from models.tables.edited import Edited


class AgentGroup(Edited, table=True):
    """Agents that are given permissions together."""

    __tablename__ = "agent_group"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64, unique=True)


class GroupMember(SQLModel, table=True):
    """An agent of a group."""

    __tablename__ = "group_member"
    group_id: int = Field(foreign_key="agent_group.id", primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", primary_key=True, index=True)


class AddressBrand(SQLModel, table=True):
    """A brand an address is bound to; an address without any serves every brand."""

    __tablename__ = "address_brand"
    address_id: int = Field(foreign_key="sending_address.id", primary_key=True)
    brand_id: int = Field(foreign_key="brand.id", primary_key=True, index=True)


class AddressAgent(SQLModel, table=True):
    """An agent who may use an address that is not everybody's."""

    __tablename__ = "address_agent"
    address_id: int = Field(foreign_key="sending_address.id", primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", primary_key=True, index=True)


class AddressGroup(SQLModel, table=True):
    """A group whose members may use an address that is not everybody's."""

    __tablename__ = "address_group"
    address_id: int = Field(foreign_key="sending_address.id", primary_key=True)
    group_id: int = Field(foreign_key="agent_group.id", primary_key=True, index=True)
