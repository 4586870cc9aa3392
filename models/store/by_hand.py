"""What placing a quarantined mail by hand changes in the database, and takes back."""

from dataclasses import dataclass

from sqlalchemy import delete, exists, select, update
from sqlmodel import Session, col

from models.store import messages, outbox
from models.store.raw_mail import QUARANTINED
from models.tables.automation import RuleApplication
from models.tables.desk import Contact
from models.tables.mail import RawMail
from models.tables.record import Draft, Following, Message, Presence, Record


@dataclass(frozen=True, slots=True)
class Standing:
    """How a stored mail stands in the quarantine list."""

    state: str
    reason: str
    tried: tuple[tuple[str, str, str], ...]


def standing(session: Session, raw_id: int) -> Standing | None:
    """Read and lock a stored mail; None when there is none."""
    statement = select(col(RawMail.state), col(RawMail.reason), col(RawMail.tried)).where(col(RawMail.id) == raw_id)
    row = session.execute(statement.with_for_update()).first()
    return Standing(row.state, row.reason, tuple((a, b, c) for a, b, c in row.tried)) if row else None


def set_state(session: Session, raw_id: int, state: str) -> None:
    """Move a stored mail into another list."""
    session.execute(update(RawMail).where(col(RawMail.id) == raw_id).values(state=state))


def put_back(session: Session, raw_id: int, was: Standing) -> None:
    """Put a stored mail back into quarantine, as it stood there."""
    session.execute(
        update(RawMail)
        .where(col(RawMail.id) == raw_id)
        .values(state=QUARANTINED, reason=was.reason, tried=[list(one) for one in was.tried])
    )


def remove_message(session: Session, message_id: int) -> None:
    """Take a message and its copies out; none may have been tried."""
    outbox.remove(session, message_id)
    messages.remove(session, message_id)


def is_alone(session: Session, record_id: int, message_id: int) -> bool:
    """Tell whether this message, and what rules made of it, is all that ever happened on the record."""
    by_rules = select(col(RuleApplication.log_id)).where(col(RuleApplication.record_id) == record_id)
    others = exists().where(
        col(Message.record_id) == record_id, col(Message.id) != message_id, col(Message.id).not_in(by_rules)
    )
    drafts = exists().where(col(Draft.record_id) == record_id)
    return not session.scalar(select(others | drafts))


def remove_record(session: Session, record_id: int) -> None:
    """Take a record out that has no drafts, and no messages but those of rules."""
    by_rules = select(col(RuleApplication.log_id)).where(col(RuleApplication.record_id) == record_id)
    session.execute(delete(Message).where(col(Message.record_id) == record_id, col(Message.id).in_(by_rules)))
    session.execute(delete(RuleApplication).where(col(RuleApplication.record_id) == record_id))
    session.execute(update(Presence).where(col(Presence.record_id) == record_id).values(record_id=None))
    session.execute(delete(Following).where(col(Following.record_id) == record_id))
    session.execute(delete(Record).where(col(Record.id) == record_id))


def remove_contact(session: Session, contact_id: int) -> bool:
    """Take a customer out whom nothing points at. False: something does."""
    used = (
        exists().where(col(Record.contact_id) == contact_id),
        exists().where(col(Message.author_contact_id) == contact_id),
        exists().where(col(Following.contact_id) == contact_id),
    )
    statement = delete(Contact).where(col(Contact.id) == contact_id, ~used[0], ~used[1], ~used[2])
    return session.scalar(statement.returning(col(Contact.id))) is not None
