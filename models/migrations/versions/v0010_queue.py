"""An index of what waits in the outbox, in the order it is claimed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

WAITS = sa.text("state IN ('held', 'queued')")


def upgrade() -> None:
    op.create_index(
        "ix_delivery_queue",
        "delivery",
        ["account_id", "lane", "ready_at", "id"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
