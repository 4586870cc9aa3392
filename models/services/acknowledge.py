"""Tell whoever wrote a first mail to an alias that it arrived, if the alias says so."""

from datetime import datetime

from sqlmodel import Session

from models.services import auto_answer
from models.store.desk_facts import DeskFacts
from models.store.records import RecordFacts
from models.types.mail import IncomingMail
from models.types.routing import Creation


def acknowledge(
    session: Session, desk: DeskFacts, record: RecordFacts, mail: IncomingMail, creation: Creation, now: datetime
) -> int | None:
    """Answer the mail that opened a record, where its alias has words for it; the answer's id, None when it is not."""
    alias = next((one for one in desk.aliases if one.id == creation.alias_id), None)
    if alias is None or not alias.auto_reply.strip():
        return None
    if auto_answer.refusal(session, desk, record, mail, alias.address, now):
        return None
    return auto_answer.answer(session, desk, record, mail, alias.auto_reply.strip(), now)
