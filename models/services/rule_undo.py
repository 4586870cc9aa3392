"""Take back what an automation rule did to a record, as far as nobody changed it since."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.rules.automation import done
from models.rules.outbox import may_cancel
from models.services import need, rule_deeds
from models.services.automation import log
from models.store import applications, outbox, records, sending, triage
from models.store import rule_facts as fields
from models.store.applications import Applied
from models.store.changes import announce
from models.types.automation import Action, Deed, Step, Trigger
from models.types.delivery import DeliveryState
from models.types.errors import NotFound
from models.types.record import Need


def take_back(session: Session, application_id: int, by: str, now: datetime) -> str:
    """Take back one application; the sentence to show. ``NotFound``: there is none, or it was taken back before."""
    found = applications.one(session, application_id)
    if found is None:
        raise NotFound("There is no such change by a rule, or it was taken back before.")
    return _take_back(session, found, by, now)


def take_back_on(session: Session, number: int, by: str, now: datetime, *, rule: str = "") -> str:
    """Take back the newest thing a rule (``rule``: this one) did to the record with this number."""
    ids = records.by_number(session, [number])
    if number not in ids:
        raise NotFound(f"There is no record #{number}.")
    found = applications.standing(session, ids[number])
    wanted = [one for one in found if not rule or one.rule_name.casefold() == rule.casefold()]
    if not wanted:
        raise NotFound(f"No {f'change by the rule {rule}' if rule else 'rule'} is left to take back on #{number}.")
    return _take_back(session, wanted[0], by, now)


def with_deed(session: Session, record_id: int, triggers: Sequence[Trigger], at: datetime, now: datetime) -> None:
    """Take back what rules did because of what an agent did at this moment and takes back now."""
    for found in applications.at(session, record_id, triggers, at):
        _take_back(session, found, "", now)


def _take_back(session: Session, found: Applied, by: str, now: datetime) -> str:
    record = records.lock(session, found.record_id)
    assert record is not None
    gone, kept = [], []
    for change in reversed(found.changes):
        action = Action(Deed(change["deed"]), change["value"])
        words = done(Step(found.rule_id, found.rule_name, action))
        why_not = _reverse(session, found, action, change, now)
        if why_not:
            kept.append(f"{words} stays: {why_not}")
        else:
            gone.append(words)
    applications.take_back(session, found.id, by, now)
    taken = [f"taken back{f' by {by}' if by else ''}: {', '.join(gone)}"] if gone else []
    log(session, found.record_id, found.rule_name, [*taken, *kept], now)
    records.touch(session, found.record_id)
    announce(session, now, found.record_id)
    rest = f" But {'; '.join(kept)}." if kept else ""
    return f"What the rule {found.rule_name} did to #{record.number} is taken back.{rest}"


def _reverse(session: Session, found: Applied, action: Action, change: Mapping[str, Any], now: datetime) -> str:
    """Put one thing back; why it was not, "" when it was."""
    standing = fields.standing(session, found.record_id)
    assert standing is not None
    record_id, value = found.record_id, action.value
    match action.deed:
        case Deed.SENDER:
            if standing.sending_address_id != change["after"]:
                return _SINCE
            sending.choose_for_record(session, record_id, change["before"])
        case Deed.ASSIGN:
            if standing.assignee_id != change["after"]:
                return _SINCE
            triage.assign(session, record_id, change["before"])
            _unfollow(session, record_id, change)
        case Deed.TAG:
            fields.set_tags(session, record_id, [tag for tag in standing.tags if tag != value])
        case Deed.UNTAG:
            there = [tag for tag in change["gone"] if tag not in standing.tags]
            fields.set_tags(session, record_id, (*standing.tags, *there))
        case Deed.STAGE:
            if standing.stage != value:
                return _SINCE
            triage.set_stage(session, record_id, change["before"])
        case Deed.FOLLOW:
            _unfollow(session, record_id, change)
        case Deed.NEED:
            return _turn_back(session, record_id, value, change, now)
        case Deed.REPLY:
            return _unsend(session, found.reply_id)
    return ""


_SINCE = "it was changed since"


def _unfollow(session: Session, record_id: int, change: Mapping[str, Any]) -> None:
    if change["followed"]:
        records.unfollow(session, record_id, agent_id=change["after"])


def _turn_back(session: Session, record_id: int, value: str, change: Mapping[str, Any], now: datetime) -> str:
    record = records.read(session, record_id)
    assert record is not None
    if (record.need, record.need_reason) != (Need(value), rule_deeds.REASON):
        return _SINCE
    since = datetime.fromisoformat(change["since"])
    need.restore(session, record_id, Need(change["before"]), since, change["reason"], now)
    return ""


def _unsend(session: Session, message_id: int | None) -> str:
    """Cancel an answer that no server was offered yet; it stays in the thread, as cancelled."""
    copies = outbox.of_message(session, message_id, lock=True) if message_id is not None else []
    waiting = [copy for copy in copies if may_cancel(copy.state) and copy.attempts == 0]
    if len(waiting) < len(copies):
        return "the answer has gone out"
    for copy in waiting:
        outbox.change(session, copy.id, copy.fence, (copy.state,), state=DeliveryState.CANCELLED)
    return ""
