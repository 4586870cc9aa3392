"""Every table, imported for its side effect on ``SQLModel.metadata``: what migrations and tests create."""

from sqlmodel import SQLModel

from models.tables import budget, desk, dkim, mail, record, sender

metadata = SQLModel.metadata

__all__ = ["budget", "desk", "dkim", "mail", "metadata", "record", "sender"]
