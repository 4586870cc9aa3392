"""Columns of what admins edit: who changed it last and what, so that the second of two editors is told."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Edited(SQLModel):
    """Grows its revision with every change. ``changed_by`` is a login, ``changed_what`` the fields' names."""

    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    changed_by: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    changed_at: datetime | None = None
    changed_what: str = Field(default="", sa_column_kwargs={"server_default": ""})
