"""What accounts with limits have sent lately: the claim's transaction reads and writes it, so processes share it."""

from datetime import datetime

from sqlmodel import JSON, Column, Field, SQLModel


class SendBudget(SQLModel, table=True):
    """One account's budget. A lane's time: it may send nothing before; None: it may now (as far as known).

    ``spent`` is ``rules.budget.Spent`` as JSON. No row: nothing was sent under a limit yet.
    """

    __tablename__ = "send_budget"
    account_id: int = Field(foreign_key="account.id", primary_key=True)
    spent: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    human_at: datetime | None = None
    relay_at: datetime | None = None
    auto_at: datetime | None = None
