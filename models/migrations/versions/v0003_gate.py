"""What the gateway must remember: rules for senders, who was left out, automatic answers, and indexes for its limits."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "sender_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(321), nullable=False),
        sa.Column("verb", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_sender_rule_agent_id"),
        sa.ForeignKeyConstraint(["kind"], ["kind.name"], name="fk_sender_rule_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_sender_rule"),
        sa.UniqueConstraint("sender", name="uq_sender_rule_sender"),
    )
    op.add_column("alias", sa.Column("auto_reply", sa.String(), nullable=False, server_default=""))
    op.add_column("brand", sa.Column("customer_relay", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("record", sa.Column("customer_relay", sa.Boolean(), nullable=True))
    op.add_column("kind", sa.Column("reopen_days", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("left_out", sa.JSON(), nullable=False, server_default="[]"))
    # no foreign key: SQLite could only get one by a rebuild of the table, which would drop the search triggers
    op.add_column("record", sa.Column("continues_id", sa.Integer(), nullable=True))
    op.create_index("ix_record_continues_id", "record", ["continues_id"])
    op.create_index("ix_message_author", "message", ["author_address", "created_at"])
    op.create_index("ix_following_contact_id", "following", ["contact_id"])
    op.create_index(
        "ix_delivery_auto",
        "delivery",
        ["ready_at"],
        sqlite_where=sa.text("lane = 2"),
        postgresql_where=sa.text("lane = 2"),
    )
