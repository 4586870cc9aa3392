"""Who may send as what: groups, addresses' users and brands, signatures."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    pass
