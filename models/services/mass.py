"""Mail to many at once: refused where the account could not send it in a day, so that it does not clog the queue."""

from datetime import datetime

from sqlmodel import Session

from models.rules import budget as rule
from models.store import budget, outbox
from models.types.people import Audience, Channel


def refusal(session: Session, account_id: int | None, audience: Audience, now: datetime) -> str:
    """Say why an account may not send to so many; "" when it may."""
    mailed = sum(person.channel is Channel.EMAIL for person in audience.recipients)
    if account_id is None or mailed <= rule.MASS:
        return ""
    one = budget.of(session, account_id)
    waiting = outbox.waiting(session, account_id)
    said = rule.mass_refusal(one.limits, one.spent, mailed, waiting, one.name, now)
    return f"{said} Send it to fewer people, or tomorrow." if said else ""
