"""Every table, imported for its side effect on ``SQLModel.metadata``: what migrations and tests create."""

from sqlmodel import SQLModel

from models.tables import desk, mail, record, sender

metadata = SQLModel.metadata

__all__ = ["desk", "mail", "metadata", "record", "sender"]
