"""The keys our domains' mail is signed with (RFC 6376, RFC 8463)."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class DkimKey(SQLModel, table=True):
    """One selector of a domain. Its mail is signed with it while ``active``.

    ``private`` is sealed text, never the key; ``public`` what stands in DNS behind ``p=``.
    """

    __tablename__ = "dkim_key"
    __table_args__ = (UniqueConstraint("domain_id", "selector"),)
    id: int | None = Field(default=None, primary_key=True)
    domain_id: int = Field(foreign_key="domain.id")
    selector: str = Field(max_length=63)
    algorithm: str = Field(max_length=16)  # a ``types.dkim.Algorithm``
    public: str
    private: str
    active: bool = False
    created_at: datetime
    seen_at: datetime | None = None  # when DNS last showed it
