"""Column types the tables share: enums stored as their words, and the metadata's naming convention."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum as SAEnum
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def word(enum: type[StrEnum]) -> Any:
    """A VARCHAR that holds the enum's values.

    No CHECK: a word added later would be refused by old databases (Alembic does not see CHECK changes).
    """
    return SAEnum(
        enum,
        native_enum=False,
        length=32,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )
