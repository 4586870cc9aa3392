"""Take back the newest thing an agent did: ``z`` dispatches on the verb that was remembered."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.services import draft_files, need, rule_undo, triage, undo_quarantine
from models.services.reply import draft_view
from models.services.sender import fitting
from models.services.take_back import take_back
from models.services.track import track
from models.store import drafts, records, undo
from models.store import triage as fields
from models.store.changes import announce
from models.store.records import RecordFacts
from models.store.undo import Step
from models.types.automation import Trigger
from models.types.draft import Undone
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed, NotFound
from models.types.record import Need


def undo_newest(session: Session, agent_id: int, now: datetime) -> Undone:
    """Take it back, or say why it cannot be any more; either way the next ``undo`` is for the one before.

    Raises ``NotAllowed`` when there is nothing left.
    """
    step = undo.newest(session, agent_id, now)
    if step is None:
        raise NotAllowed("There is nothing to take back.")
    undo.spend(session, step.id)
    if step.verb in undo_quarantine.VERBS:
        return undo_quarantine.VERBS[step.verb](session, step.before, agent_id, now)
    if step.verb == "send":
        return _send(session, step, agent_id, now)
    record = records.lock(session, step.record_id or 0)
    if record is None:
        return Undone("The record is not there any more.", None)
    if step.verb in ("done", "reopen"):
        rule_undo.with_deed(session, record.id, [Trigger.STAGE], step.at, now)
        record = records.read(session, record.id) or record
    return _VERBS[step.verb](session, step.before, record, agent_id, now)


def _send(session: Session, step: Step, agent_id: int, now: datetime) -> Undone:
    try:
        with session.begin_nested():  # what cannot be unsent keeps what rules did because of it
            if step.record_id is not None:
                rule_undo.with_deed(session, step.record_id, [Trigger.ANSWERED], step.at, now)
            draft = take_back(session, int(str(step.before["message_id"])), agent_id, now)
    except (NotAllowed, NotFound) as error:
        return Undone(str(error), step.record_id)
    return Undone("Taken back: it is in the composer again.", step.record_id, draft)


def _take(session: Session, before: dict[str, Any], record: RecordFacts, agent_id: int, now: datetime) -> Undone:
    if record.assignee_id != agent_id:
        return _moved_on(record)
    if before["followed"]:
        records.unfollow(session, record.id, agent_id=agent_id)
    triage.give(session, record, before["assignee_id"], by=agent_id, now=now)
    earlier = triage.login(session, before["assignee_id"])
    return Undone(f"#{record.number} is {f'{earlier}’s' if earlier else 'nobody’s'} again.", record.id)


def _turn(session: Session, before: dict[str, Any], record: RecordFacts, agent_id: int, now: datetime) -> Undone:
    since = datetime.fromisoformat(before["turned_at"])
    if (record.need, record.need_since) != (Need(before["turned_to"]), since):
        return _moved_on(record)
    state = Need(before["need"])
    need.restore(session, record.id, state, datetime.fromisoformat(before["need_since"]), before["need_reason"], now)
    stage = before["stage"] if record.stage == before["stage_after"] else record.stage
    fields.set_stage(session, record.id, stage)
    changes = [("state", triage.words(record.need), triage.words(state)), ("stage", record.stage, stage)]
    track(session, record_id=record.id, changes=changes, agent_id=agent_id, now=now)
    return Undone(f"#{record.number} is back: {triage.words(state)}.", record.id)


def _follow(session: Session, before: dict[str, Any], record: RecordFacts, agent_id: int, now: datetime) -> Undone:
    records.unfollow(session, record.id, agent_id=agent_id)
    announce(session, now, record.id)
    return Undone(f"You no longer follow #{record.number}.", record.id)


def _unfollow(session: Session, before: dict[str, Any], record: RecordFacts, agent_id: int, now: datetime) -> Undone:
    records.follow(session, record.id, agent_id=agent_id)
    announce(session, now, record.id)
    return Undone(f"You follow #{record.number} again.", record.id)


def _discard(session: Session, before: dict[str, Any], record: RecordFacts, agent_id: int, now: datetime) -> Undone:
    mode = DraftMode(before["mode"])
    newer = drafts.on_record(session, record.id, agent_id, mode)
    if newer and (newer.text.strip() or draft_view(session, newer.id, agent_id).files):
        return Undone(f"You are writing another {mode} on #{record.number}; the old one stays thrown away.", record.id)
    if newer:
        drafts.remove(session, newer.id)
    to = None if before["to"] is None else tuple(before["to"])
    draft_id = drafts.begin(
        session,
        record_id=record.id,
        agent_id=agent_id,
        mode=mode,
        subject=before["subject"],
        text=before["text"],
        to=to,
        base=before["base"],
        now=now,
        sender=fitting(session, record.id, before.get("sender", "")),
    )
    draft_files.restore(session, draft_id, before)
    return Undone(f"The draft on #{record.number} is back.", record.id, draft_view(session, draft_id, agent_id))


def _moved_on(record: RecordFacts) -> Undone:
    return Undone(f"#{record.number} was changed since; it stays as it is.", record.id)


Verb = Callable[[Session, dict[str, Any], RecordFacts, int, datetime], Undone]

_VERBS: dict[str, Verb] = {
    "take": _take,
    "done": _turn,
    "reopen": _turn,
    "follow": _follow,
    "unfollow": _unfollow,
    "discard": _discard,
}
