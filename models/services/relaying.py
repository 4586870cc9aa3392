"""Switch, for one record, whether its customers get what other customers write there (R8)."""

from datetime import datetime

from sqlmodel import Session

from models.services.track import track
from models.store import records, teams
from models.types.errors import NotAllowed, NotFound

WORDS = {True: "on", False: "off", None: "as its brand"}


def set_customer_relay(session: Session, login: str, number: str, on: bool | None, *, now: datetime) -> str:
    """Set it for the record with this number; the sentence to show. ``on`` None: as its brand does.

    Any agent may: it is said in the thread who did.
    """
    agent_id = teams.agent_ids(session, [login]).get(login)
    if agent_id is None:
        raise NotAllowed(f"{login} is no agent of this desk.", "Whoever opens the desk becomes one.")
    digits = number.lstrip("#")
    found = records.by_number(session, [int(digits)]) if digits.isdecimal() else {}
    if not found:
        raise NotFound(f"There is no record {number}.")
    record = records.lock(session, found[int(digits)])
    if record is None:
        raise NotFound(f"There is no record {number}.")
    records.set_customer_relay(session, record.id, on)
    change = ("customers get what other customers write", WORDS[record.customer_relay], WORDS[on])
    track(session, record_id=record.id, changes=[change], agent_id=agent_id, now=now)
    return f"#{record.number}: customers get what other customers write: {WORDS[on]}."
