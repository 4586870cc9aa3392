"""Open, keep and throw away a draft; every answer carries who would get it and as whom it would go out."""

from datetime import datetime

from sqlmodel import Session

from models.rules.address import normal
from models.services import sender
from models.services.composing import draft_view, record_of, sender_of, subject_of
from models.services.draft_files import as_step
from models.store import desk_facts, draft_files, drafts, messages, records, undo
from models.store.drafts import DraftRow
from models.types.draft import DraftView, Undone
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed, NotFound
from models.types.sender import SenderOptions

GONE = "This draft is not there any more: it was sent or thrown away in another session."


def open_draft(session: Session, record_id: int, mode: DraftMode, agent_id: int, now: datetime) -> DraftView:
    """Continue this agent's draft on the record, or begin one.

    An empty draft counts as begun now: what came before it is no news to the reply guard (C5).
    """
    record = records.lock(session, record_id)
    if record is None:
        raise NotFound("This record is not there any more.")
    row = drafts.on_record(session, record_id, agent_id, mode)
    if row and (row.text.strip() or draft_files.of_draft(session, row.id)):
        return draft_view(session, row.id, agent_id)
    if row:
        drafts.remove(session, row.id)
    subject = "" if mode is DraftMode.NOTE else subject_of(session, record_id)
    base = messages.newest_id(session, record_id)
    draft_id = drafts.begin(
        session,
        record_id=record_id,
        agent_id=agent_id,
        mode=mode,
        subject=subject,
        text="",
        to=None,
        base=base,
        now=now,
    )
    return draft_view(session, draft_id, agent_id)


def save(
    session: Session,
    draft_id: int,
    agent_id: int,
    *,
    subject: str,
    text: str,
    to: tuple[str, ...] | None,
    now: datetime,
) -> DraftView:
    """Keep it as typed. ``to`` None: the computed audience."""
    _read(session, draft_id, agent_id)
    drafts.save(session, draft_id, subject=subject, text=text, to=to, now=now)
    return draft_view(session, draft_id, agent_id)


def senders(session: Session, draft_id: int, agent_id: int) -> SenderOptions:
    """List the addresses this draft could go out as, with why each is available or not."""
    row = _read(session, draft_id, agent_id)
    record = record_of(session, row.record_id, lock=False)
    return sender.options(session, desk_facts.read(session), record, agent_id, row.sender)


def choose_sender(session: Session, draft_id: int, agent_id: int, address: str, now: datetime) -> DraftView:
    """Let it go out as this address; "" = as the rules say. ``NotAllowed`` says why not and who can help."""
    row = _read(session, draft_id, agent_id)
    if row.mode is DraftMode.NOTE:
        raise NotAllowed("A note stays inside: it has no sending address.")
    if address:
        choice = sender_of(session, row.record_id, agent_id, address)
        if choice.refusal:
            raise NotAllowed(choice.refusal)
    drafts.set_sender(session, draft_id, normal(address), now)
    return draft_view(session, draft_id, agent_id)


def discard(session: Session, draft_id: int, agent_id: int, now: datetime) -> Undone:
    """Throw it away; undo brings it back. An empty one goes without a trace."""
    row = _read(session, draft_id, agent_id)
    files = draft_files.of_draft(session, draft_id)
    drafts.remove(session, draft_id)
    if not row.text.strip() and not files:
        return Undone("Nothing was written.", row.record_id)
    before: dict[str, object] = {
        "mode": row.mode,
        "subject": row.subject,
        "text": row.text,
        "to": None if row.to is None else list(row.to),
        "base": row.base,
        "sender": row.sender,
        "files": as_step(files),
    }
    undo.push(session, agent_id=agent_id, record_id=row.record_id, verb="discard", before=before, now=now)
    return Undone("The draft was thrown away; z brings it back.", row.record_id)


def _read(session: Session, draft_id: int, agent_id: int) -> DraftRow:
    row = drafts.read(session, draft_id, agent_id)
    if row is None:
        raise NotFound(GONE)
    return row
