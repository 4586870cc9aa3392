"""What an account's test said, its preset, its tokens, its limits, its sealed secret."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    pass
