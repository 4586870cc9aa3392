"""The triage keys: take, done, reopen, follow. Each is tracked in the thread, announced, and can be undone."""

from datetime import datetime

from sqlmodel import Session

from models.services import automation, need
from models.services.track import track
from models.store import contacts, records, triage, undo
from models.store.changes import announce
from models.store.records import RecordFacts
from models.types.automation import Trigger
from models.types.errors import NotFound
from models.types.record import Need


def take(session: Session, record_id: int, agent_id: int, now: datetime) -> str:
    """Assign a record to this agent, who then also follows it; the sentence to show."""
    record = _locked(session, record_id)
    if record.assignee_id == agent_id:
        return f"#{record.number} is yours already."
    followed = records.follow(session, record_id, agent_id=agent_id)
    before = {"assignee_id": record.assignee_id, "followed": followed}
    undo.push(session, agent_id=agent_id, record_id=record_id, verb="take", before=before, now=now)
    give(session, record, agent_id, by=agent_id, now=now)
    earlier = login(session, record.assignee_id)
    return f"#{record.number} is yours now{f'; it was {earlier}’s' if earlier else ''}."


def done(session: Session, record_id: int, agent_id: int, now: datetime) -> str:
    """Nobody needs to act any more: into the kind's last stage; the sentence to show."""
    record = _locked(session, record_id)
    if record.need is Need.DONE:
        return f"#{record.number} is done already."
    return _turned(session, record, Need.DONE, -1, "", agent_id, now, f"#{record.number} is done.")


def reopen(session: Session, record_id: int, agent_id: int, now: datetime) -> str:
    """It needs us again, from now; out of the last stage into the first one; the sentence to show."""
    record = _locked(session, record_id)
    if record.need is Need.NEEDS_US:
        return f"#{record.number} needs us already."
    return _turned(session, record, Need.NEEDS_US, 0, "reopened", agent_id, now, f"#{record.number} needs us again.")


def follow(session: Session, record_id: int, agent_id: int, on: bool, now: datetime) -> str:
    """Begin or end following; the sentence to show."""
    record = _locked(session, record_id)
    change = records.follow if on else records.unfollow
    if not change(session, record_id, agent_id=agent_id):
        return f"You follow #{record.number} already." if on else f"You do not follow #{record.number}."
    verb = "follow" if on else "unfollow"
    undo.push(session, agent_id=agent_id, record_id=record_id, verb=verb, before={}, now=now)
    announce(session, now, record_id)
    return f"You {'follow' if on else 'no longer follow'} #{record.number}."


def give(session: Session, record: RecordFacts, agent_id: int | None, *, by: int, now: datetime) -> None:
    """Change a record's assignee and write it into the thread."""
    triage.assign(session, record.id, agent_id)
    change = ("assignee", login(session, record.assignee_id), login(session, agent_id))
    track(session, record_id=record.id, changes=[change], agent_id=by, now=now)


def login(session: Session, agent_id: int | None) -> str:
    """Return an agent's login; "" for nobody."""
    agent = contacts.agent(session, agent_id) if agent_id is not None else None
    return agent.login if agent else ""


def words(state: Need) -> str:
    """Return a state as the thread says it."""
    return state.replace("_", " ")


def _turned(
    session: Session,
    record: RecordFacts,
    to: Need,
    stage_index: int,
    reason: str,
    agent_id: int,
    now: datetime,
    sentence: str,
) -> str:
    stages = triage.stages(session, record.kind)
    stage = record.stage
    if stages and (to is Need.DONE or stage == stages[-1]):
        stage = stages[stage_index]
    before = {
        "need": record.need,
        "need_since": record.need_since.isoformat(),
        "need_reason": record.need_reason,
        "stage": record.stage,
        "turned_to": to,
        "turned_at": now.isoformat(),
        "stage_after": stage,
    }
    verb = "done" if to is Need.DONE else "reopen"
    undo.push(session, agent_id=agent_id, record_id=record.id, verb=verb, before=before, now=now)
    need.turn(session, record.id, to, reason, now)
    triage.set_stage(session, record.id, stage)
    changes = [("state", words(record.need), words(to)), ("stage", record.stage, stage)]
    track(session, record_id=record.id, changes=changes, agent_id=agent_id, now=now)
    if stage != record.stage:
        automation.agent_did(session, record.id, Trigger.STAGE, now)
    return sentence


def _locked(session: Session, record_id: int) -> RecordFacts:
    record = records.lock(session, record_id)
    if record is None:
        raise NotFound("This record is not there any more.")
    return record
