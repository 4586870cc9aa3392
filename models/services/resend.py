"""Send a copy again because a person decided so: same Message-ID, same bytes (R11)."""

from datetime import datetime

from sqlmodel import Session

from models.rules.outbox import may_resend
from models.store import outbox
from models.store.changes import announce
from models.types.errors import NotAllowed, NotFound
from models.types.outbox import DeliveryState


def resend(session: Session, delivery_id: int, now: datetime) -> str:
    """Queue a failed, bounced or unsure copy again; the sentence to show.

    The fencing number grows, so a late answer to the earlier try no longer counts.
    """
    row = outbox.read(session, delivery_id, lock=True)
    if row is None:
        raise NotFound("This copy is not there any more.")
    if not may_resend(row.state):
        raise NotAllowed(f"The copy for {row.name or row.recipient} is {row.state}: there is nothing to send again.")
    if row.account_id is None:
        raise NotAllowed("There is no account this could be sent from.", "Set one up: nightdesk account add")
    outbox.change(
        session,
        row.id,
        row.fence,
        (row.state,),
        state=DeliveryState.QUEUED,
        ready_at=now,
        fence=row.fence + 1,
        attempts=0,
        first_try_at=None,
        reason=None,
        sentence="",
        server_text="",
    )
    announce(session, now, row.record_id)
    return f"Sending again to {row.name or row.recipient}."
