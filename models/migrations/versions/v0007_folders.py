"""Several folders of an account, and what is done on the server once mail is stored."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    pass
