"""What an agent does with mail no rule could place: attach it, open a record, make a contact, call it spam.

Each is undone by ``services.undo``; ``from_now_on`` makes it the rule for the sender ("address") or its whole domain
("domain"), "" for this mail only.
"""

from datetime import datetime

from sqlmodel import Session

from models.rules.address import domain, normal
from models.services import route
from models.store import by_hand, contacts, desk_facts, messages, records, sender_rules, undo
from models.store.by_hand import Standing
from models.store.changes import announce
from models.store.raw_mail import QUARANTINED, SPAM
from models.types.errors import NotAllowed, NotFound
from models.types.mail import IncomingMail
from models.types.routing import SenderFact, Verb

ADDRESS, DOMAIN = "address", "domain"


def attach(session: Session, raw_id: int, mail: IncomingMail, number: int, agent_id: int, now: datetime) -> str:
    """Put a quarantined mail on the record with this number; the sentence to show."""
    was = _quarantined(session, raw_id)
    ids = records.by_number(session, [number])
    record = records.lock(session, ids[number]) if number in ids else None
    if record is None:
        raise NotFound(f"There is no record #{number}.")
    route.place_by_hand(session, raw_id, mail, number, agent_id, now)
    before = {
        **_before(raw_id, was),
        "message_id": messages.of_raw(session, raw_id),
        "record_id": record.id,
        "need": record.need.value,
        "need_since": record.need_since.isoformat(),
        "need_reason": record.need_reason,
        "turned_at": now.isoformat(),
    }
    undo.push(session, agent_id=agent_id, record_id=None, verb="attach", before=before, now=now)
    return f"The mail is on #{number} now."


def open_record(
    session: Session,
    raw_id: int,
    mail: IncomingMail,
    kind: str,
    agent_id: int,
    now: datetime,
    *,
    from_now_on: str = "",
) -> str:
    """Open a record of this kind from a quarantined mail; the sentence to show."""
    was = _quarantined(session, raw_id)
    rule = _rule(session, mail, Verb.OPEN, kind, from_now_on)
    record_id = route.open_from_mail(session, raw_id, mail, kind, agent_id, now)
    earlier = _keep_rule(session, rule, agent_id, now)
    before = {
        **_before(raw_id, was),
        **earlier,
        "message_id": messages.of_raw(session, raw_id),
        "record_id": record_id,
    }
    undo.push(session, agent_id=agent_id, record_id=None, verb="open_mail", before=before, now=now)
    record = records.read(session, record_id)
    assert record is not None
    return f"The mail opened {kind} #{record.number}{_for_all(rule)}."


def mark_spam(
    session: Session, raw_id: int, mail: IncomingMail, agent_id: int, now: datetime, *, from_now_on: str = ""
) -> str:
    """Take a mail out of quarantine as spam; its bytes are kept. The sentence to show."""
    was = _quarantined(session, raw_id)
    rule = _rule(session, mail, Verb.SPAM, "", from_now_on)
    by_hand.set_state(session, raw_id, SPAM)
    before = {**_before(raw_id, was), **_keep_rule(session, rule, agent_id, now)}
    undo.push(session, agent_id=agent_id, record_id=None, verb="spam", before=before, now=now)
    announce(session, now, topic="quarantine")
    return f"Taken out as spam{_for_all(rule)}."


def make_contact(session: Session, raw_id: int, mail: IncomingMail, agent_id: int, now: datetime) -> str:
    """Make the sender of a quarantined mail a customer; the mail stays where it is. The sentence to show."""
    _quarantined(session, raw_id)
    address = _sender(mail)
    desk = desk_facts.read(session)
    if address in desk.own or desk.agent_by_email(address):
        raise NotAllowed(f"{address} is one of us, not a customer.")
    if address in contacts.by_email(session, [address]):
        return f"{address} is a customer already."
    made = contacts.ensure(session, address, mail.sender[0].name, now)
    undo.push(session, agent_id=agent_id, record_id=None, verb="contact", before={"contact_id": made.id}, now=now)
    return f"{made.name or made.email} is a customer now."


def _quarantined(session: Session, raw_id: int) -> Standing:
    found = by_hand.standing(session, raw_id)
    if found is None:
        raise NotFound("This mail is not there any more.")
    if found.state != QUARANTINED:
        raise NotAllowed("This mail is not in quarantine any more.")
    return found


def _before(raw_id: int, was: Standing) -> dict[str, object]:
    return {"raw_id": raw_id, "reason": was.reason, "tried": [list(one) for one in was.tried]}


def _sender(mail: IncomingMail) -> str:
    address = normal(mail.sender[0].address) if mail.sender else ""
    if not address:
        raise NotAllowed("Nobody stands in From.", "Do it for this mail only.")
    return address


def _rule(session: Session, mail: IncomingMail, verb: Verb, kind: str, from_now_on: str) -> SenderFact | None:
    if from_now_on not in ("", ADDRESS, DOMAIN):
        raise NotAllowed(f"{from_now_on!r} is neither the sender's address nor its domain.")
    if not from_now_on:
        return None
    address = _sender(mail)
    sender = address if from_now_on == ADDRESS else f"@{domain(address)}"
    desk = desk_facts.read(session)
    ours = {f"@{facts.name}" for facts in desk.domains}
    if sender in desk.own | ours or desk.agent_by_email(sender):
        raise NotAllowed(f"{sender} is ours: no rule can be made for it.")
    return SenderFact(sender, verb, kind)


def _keep_rule(session: Session, rule: SenderFact | None, agent_id: int, now: datetime) -> dict[str, object]:
    """Keep it, and tell what undo must put back."""
    if rule is None:
        return {}
    earlier = sender_rules.of(session, rule.sender).get(rule.sender)
    sender_rules.put(session, rule, agent_id, now)
    return {"sender": rule.sender, "earlier": [earlier.verb.value, earlier.kind] if earlier else None}


def _for_all(rule: SenderFact | None) -> str:
    return f", and so will mail of {rule.sender} from now on" if rule else ""
