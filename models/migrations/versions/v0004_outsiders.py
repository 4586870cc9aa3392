"""Which messages came from somebody who was not proved to take part in the record."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("message", sa.Column("outsider", sa.Boolean(), nullable=False, server_default=sa.false()))
    # what was let in before stands as it was told then: customers got no copy of it
    marked = "%Nobody proved who wrote this%"
    op.execute(
        sa.text("UPDATE message SET outsider = true WHERE CAST(warnings AS text) LIKE :marked").bindparams(
            marked=marked
        )
    )
