"""What an account's test said, its preset, its tokens, its limits, its sealed secret."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# what has worked until today needs no test before it works tomorrow
WORKED = """
UPDATE account SET proof = 'ok', tested_at = coalesce(send_success_at, last_success_at)
WHERE (smtp_host = '' OR send_success_at IS NOT NULL)
  AND ((imap_host = '' AND pop3_host = '') OR last_success_at IS NOT NULL)
  AND (send_success_at IS NOT NULL OR last_success_at IS NOT NULL)
"""


def upgrade() -> None:
    for column in (
        sa.Column("auth", sa.String(32), nullable=False, server_default="password"),
        sa.Column("preset", sa.String(64), nullable=False, server_default=""),
        sa.Column("proof", sa.String(32), nullable=False, server_default="untested"),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", sa.String(64), nullable=False, server_default=""),
        sa.Column("trial", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("plus_addressing", sa.Boolean(), nullable=True),
        sa.Column("other_from", sa.Boolean(), nullable=True),
        sa.Column("authserv_id", sa.String(255), nullable=False, server_default=""),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("changed_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_what", sa.String(), nullable=False, server_default=""),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("limits", sa.JSON(), nullable=False, server_default="{}"),
    ):
        op.add_column("account", column)
    op.execute(WORKED)
    op.create_table(
        "oauth_grant",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("user", sa.String(320), nullable=False),
        sa.Column("tokens", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("access_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grant_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_oauth_grant"),
    )
    op.create_table(
        "login_refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("tag", sa.String(4), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_refusal"),
    )
    op.create_index("ix_login_refusal_place", "login_refusal", ["place"])
    op.create_table(
        "send_budget",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("spent", sa.JSON(), nullable=False),
        sa.Column("human_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("relay_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("auto_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_send_budget_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_send_budget"),
    )
