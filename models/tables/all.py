"""Every table, imported for its side effect on ``SQLModel.metadata``: what migrations and tests create."""

from sqlmodel import SQLModel

from models.tables import automation, budget, desk, dkim, mail, record, sender

metadata = SQLModel.metadata

__all__ = ["automation", "budget", "desk", "dkim", "mail", "metadata", "record", "sender"]
