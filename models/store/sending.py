"""The addresses records may be answered from, as ``rules.sender`` weighs them."""

from sqlalchemy import select
from sqlmodel import Session, col

from models.tables.mail import Account, SendingAddress
from models.types.sender import Candidate


def candidates(session: Session) -> tuple[Candidate, ...]:
    """Read every sending address whose account can send at all."""
    statement = (
        select(SendingAddress, col(Account.active))
        .join(Account, col(Account.id) == col(SendingAddress.account_id))
        .where(col(Account.smtp_host) != "")
        .order_by(col(SendingAddress.sequence), col(SendingAddress.id))
    )
    return tuple(_candidate(row, active) for row, active in session.execute(statement))


def _candidate(row: SendingAddress, active: bool) -> Candidate:
    assert row.id is not None
    return Candidate(
        id=row.id,
        address=row.email,
        display_name=row.display_name,
        account_id=row.account_id,
        agent_id=row.agent_id,
        brand_id=row.brand_id,
        sequence=row.sequence,
        active=row.active and active,
    )
