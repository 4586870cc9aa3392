"""Several folders of an account, what is done on the server once mail is stored, and files that go out."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("account", sa.Column("more_folders", sa.String(), nullable=False, server_default=""))
    op.add_column("account", sa.Column("after_fetch", sa.String(320), nullable=False, server_default="keep"))
    op.create_table(
        "server_chore",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(255), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("copied", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_server_chore_account_id"),
        sa.PrimaryKeyConstraint("account_id", "folder", "uidvalidity", "uid", name="pk_server_chore"),
    )
    op.add_column("attachment", sa.Column("sha256", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "file_content",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_file_content"),
    )
    op.create_table(
        "draft_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(120), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_file_draft_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sha256"], ["file_content.sha256"], name="fk_draft_file_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_draft_file"),
    )
    op.create_index("ix_draft_file_draft_id", "draft_file", ["draft_id"])
