"""INSERT ... ON CONFLICT, which both databases know and SQLAlchemy spells once for each."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

Insert = postgresql.Insert | sqlite.Insert


def insert_into(session: Session, table: type[SQLModel]) -> Insert:
    """Begin an insert that may say what to do ``on_conflict``."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
