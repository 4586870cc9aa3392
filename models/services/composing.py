"""What the composer shows while somebody writes: recipients, sender and subject, computed as the send will."""

from collections.abc import Sequence

from sqlmodel import Session

from models.rules.threading import reply_subject
from models.services import audience, sender
from models.store import desk_facts, draft_files, drafts, messages, records
from models.store.records import RecordFacts
from models.types.draft import DraftView
from models.types.draft_mode import DraftMode
from models.types.errors import NotFound
from models.types.message import AttachmentView, Direction
from models.types.people import Audience
from models.types.sender import SenderChoice


def audience_of(session: Session, record_id: int, mode: DraftMode, agent_id: int, to: Sequence[str] | None) -> Audience:
    """Compute who a reply or note on this record would go to. ``to``: the addresses chosen, None for the usual ones."""
    record = record_of(session, record_id, lock=False)
    return audience.of(session, desk_facts.read(session), record, mode, agent_id, to)


def sender_of(session: Session, record_id: int, agent_id: int, explicit: str = "") -> SenderChoice:
    """Choose the address this agent's reply on this record goes out as (R10). ``explicit``: the composer's choice."""
    record = record_of(session, record_id, lock=False)
    seen = _last_seen(session, record_id)
    return sender.choose(session, desk_facts.read(session), record, agent_id, explicit=explicit, last_seen=seen)


def subject_of(session: Session, record_id: int) -> str:
    """Write the subject a reply on this record has, unless its writer changes it."""
    record = record_of(session, record_id, lock=False)
    message = audience.answered(session, record_id)
    return reply_subject((message.subject if message else "") or record.title, record.number)


def draft_view(session: Session, draft_id: int, agent_id: int) -> DraftView:
    """Show a draft with the recipients and the sender it would have if it were sent now."""
    draft = drafts.read(session, draft_id, agent_id)
    if draft is None:
        raise NotFound("This draft is not there any more.")
    note = draft.mode is DraftMode.NOTE
    choice = None if note else sender_of(session, draft.record_id, agent_id, draft.sender)
    return DraftView(
        id=draft.id,
        record_id=draft.record_id,
        mode=draft.mode,
        subject=draft.subject,
        text=draft.text,
        to=draft.to,
        base=draft.base,
        audience=audience_of(session, draft.record_id, draft.mode, agent_id, draft.to),
        sender=sender_line(choice) if choice else "",
        sender_rule=(choice.rule or choice.refusal) if choice else "",
        version=draft.version,
        saved_at=draft.saved_at,
        chosen=draft.sender,
        notices=choice.notices if choice else (),
        files=tuple(
            AttachmentView(file.id, file.name, file.media_type, file.size_bytes)
            for file in draft_files.of_draft(session, draft.id)
        ),
    )


def sender_line(choice: SenderChoice) -> str:
    """Write a sender as a header has it; "" when there is none."""
    return f"{choice.display_name} <{choice.address}>" if choice.display_name else choice.address


def sender_tried(choice: SenderChoice) -> tuple[tuple[str, str, str], ...]:
    """Write the rules that were asked for a sender, in order, as a message keeps them."""
    return tuple((one.rule, "yes" if one.available else "no", f"{one.address}: {one.because}") for one in choice.tried)


def record_of(session: Session, record_id: int, *, lock: bool = True) -> RecordFacts:
    """Read a record, by default locked until the transaction ends."""
    found = records.lock(session, record_id) if lock else records.read(session, record_id)
    if found is None:
        raise NotFound("This record is not there any more.")
    return found


def _last_seen(session: Session, record_id: int) -> str:
    sent = (one for one in messages.newest(session, record_id) if one.public and one.direction is Direction.OUT)
    last = next(sent, None)
    return records.bare(last.sender) if last else ""
