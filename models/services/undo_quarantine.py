"""Take back what an agent did with a quarantined mail: it is in quarantine again, as it stood there."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.rules.outbox import may_cancel
from models.services import rule_undo
from models.services.from_mail import preview
from models.services.need import restore
from models.store import by_hand, messages, outbox, records, sender_rules
from models.store.by_hand import Standing
from models.store.changes import announce
from models.store.raw_mail import ROUTED, SPAM
from models.types.automation import MAIL_TRIGGERS
from models.types.draft import Undone
from models.types.message import MessageKind
from models.types.people import Channel
from models.types.record import Need
from models.types.routing import SenderFact, Verb

BACK = "The mail is in quarantine again."
MOVED_ON = "This mail was moved since; it stays where it is."


def attached(session: Session, before: Mapping[str, Any], agent_id: int, now: datetime) -> Undone:
    """Take a mail off the record it was put on."""
    record = records.lock(session, before["record_id"])
    if record is None or not _removable(session, before, ROUTED):
        return Undone(MOVED_ON, before["record_id"])
    if sent := _sent_to(session, before["message_id"]):
        return Undone(f"Too late: {sent} got a copy by mail. The mail stays on #{record.number}.", record.id)
    rule_undo.with_deed(session, record.id, MAIL_TRIGGERS, datetime.fromisoformat(before["turned_at"]), now)
    by_hand.remove_message(session, before["message_id"])
    words = (one for one in messages.newest(session, record.id) if one.kind is not MessageKind.LOG)
    last = next(words, None)
    records.touch(session, record.id, preview((last.new_text or last.text) if last else ""))
    record = records.read(session, record.id) or record
    if record.need_since == datetime.fromisoformat(before["turned_at"]):
        since = datetime.fromisoformat(before["need_since"])
        restore(session, record.id, Need(before["need"]), since, before["need_reason"], now)
    _put_back(session, before, now)
    announce(session, now, record.id)
    return Undone(BACK, record.id)


def opened(session: Session, before: Mapping[str, Any], agent_id: int, now: datetime) -> Undone:
    """Remove the record a mail opened, unless something else happened on it, and forget the sender's rule."""
    record = records.lock(session, before["record_id"])
    alone = by_hand.is_alone(session, before["record_id"], before["message_id"])
    if record is None or not alone or not _removable(session, before, ROUTED):
        return Undone("The record was worked on since; it stays.", before["record_id"])
    by_hand.remove_message(session, before["message_id"])
    by_hand.remove_record(session, record.id)
    _restore_rule(session, before, agent_id, now)
    _put_back(session, before, now)
    announce(session, now, record.id)
    return Undone(BACK, None)


def called_spam(session: Session, before: Mapping[str, Any], agent_id: int, now: datetime) -> Undone:
    """It was no spam; nor is what this sender writes."""
    if not _removable(session, before, SPAM):
        return Undone(MOVED_ON, None)
    _restore_rule(session, before, agent_id, now)
    _put_back(session, before, now)
    return Undone(BACK, None)


def made_contact(session: Session, before: Mapping[str, Any], agent_id: int, now: datetime) -> Undone:
    """Forget a customer, unless something points at them by now."""
    if by_hand.remove_contact(session, before["contact_id"]):
        return Undone("They are no customer any more.", None)
    return Undone("There is mail of this customer by now; they stay one.", None)


def _removable(session: Session, before: Mapping[str, Any], state: str) -> bool:
    found = by_hand.standing(session, before["raw_id"])
    return found is not None and found.state == state


def _sent_to(session: Session, message_id: int) -> str:
    copies = outbox.of_message(session, message_id, lock=True)
    tried = (one for one in copies if one.channel is Channel.EMAIL and (one.attempts or not may_cancel(one.state)))
    return next((one.name or one.recipient for one in tried), "")


def _put_back(session: Session, before: Mapping[str, Any], now: datetime) -> None:
    tried = tuple((a, b, c) for a, b, c in before["tried"])
    by_hand.put_back(session, before["raw_id"], Standing("", before["reason"], tried))
    announce(session, now, topic="quarantine")


def _restore_rule(session: Session, before: Mapping[str, Any], agent_id: int, now: datetime) -> None:
    sender = before.get("sender")
    if sender is None:
        return
    if before["earlier"] is None:
        sender_rules.remove(session, sender)
    else:
        verb, kind = before["earlier"]
        sender_rules.put(session, SenderFact(sender, Verb(verb), kind), agent_id, now)


VERBS: dict[str, Callable[[Session, Mapping[str, Any], int, datetime], Undone]] = {
    "attach": attached,
    "open_mail": opened,
    "spam": called_spam,
    "contact": made_contact,
}
