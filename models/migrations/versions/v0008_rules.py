"""Automation rules, the texts they answer with, and what they did."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "automation_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        *_edited(),
        sa.PrimaryKeyConstraint("id", name="pk_automation_rule"),
        sa.UniqueConstraint("name", name="uq_automation_rule_name"),
    )
    op.create_table(
        "template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        *_edited(),
        sa.PrimaryKeyConstraint("id", name="pk_template"),
        sa.UniqueConstraint("name", name="uq_template_name"),
    )
    op.create_table(
        "rule_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("rule_name", sa.String(80), nullable=False),
        sa.Column("trigger_word", sa.String(32), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("log_id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name="fk_rule_application_record_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_application"),
    )
    op.create_index("ix_rule_application_log_id", "rule_application", ["log_id"])
    op.create_index("ix_rule_application_record_id", "rule_application", ["record_id"])
    op.create_index("ix_rule_application_rule_id", "rule_application", ["rule_id"])


def _edited() -> list[sa.Column[object]]:
    return [
        sa.Column("revision", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("changed_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_what", sa.String(), nullable=False, server_default=""),
    ]
