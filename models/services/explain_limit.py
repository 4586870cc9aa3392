"""Tell whoever wrote too much that their mail waits for a person: at most once a day, and no machine (R6)."""

from datetime import datetime

from sqlmodel import Session

from models.rules.address import normal, plus_stripped
from models.services import auto_answer
from models.store import records, traffic
from models.store.desk_facts import DeskFacts
from models.types.mail import IncomingMail

EXPLANATION = (
    "Your mail has reached us. Because very many mails came from your address in a short time, it waits until one of "
    "us has looked at it. There is no need to send it again.\n\n"
    "If a program answers your mail automatically, please switch that off for our address."
)


def explain(session: Session, desk: DeskFacts, mail: IncomingMail, now: datetime) -> int | None:
    """Answer a mail that waits because of a limit, on the sender's newest record; the answer's id, None without one."""
    author = normal(mail.sender[0].address) if mail.sender else ""
    record_id = traffic.newest_record(session, author) if author else None
    record = records.lock(session, record_id) if record_id is not None else None
    addressed = (plus_stripped(mailbox.address) for mailbox in (*mail.to, *mail.cc))
    ours = next((address for address in addressed if address in desk.own), "")
    if record is None or not ours or auto_answer.refusal(session, desk, record, mail, ours, now):
        return None
    return auto_answer.answer(session, desk, record, mail, EXPLANATION, now)
