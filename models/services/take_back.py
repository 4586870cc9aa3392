"""Take a held message back into the composer, whole or not at all (C3)."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from models.rules.outbox import may_cancel
from models.services import draft_files
from models.services.composing import draft_view
from models.services.from_mail import preview
from models.services.need import restore
from models.services.sender import fitting
from models.store import drafts, messages, outbox, records, undo
from models.store.changes import announce
from models.store.messages import MessageFacts
from models.store.outbox import DeliveryFacts
from models.types.delivery import DeliveryState
from models.types.draft import DraftView
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed, NotFound
from models.types.message import MessageKind
from models.types.people import Channel
from models.types.record import Need

VERB = "send"  # of the undo step a send leaves


def take_back(session: Session, message_id: int, agent_id: int, now: datetime) -> DraftView:
    """Undo a send: the message and its copies go, its draft and the record's turn come back as they were.

    ``NotAllowed`` with the true state once any copy was begun. Text written since on the same record stays, below.
    """
    copies = outbox.of_message(session, message_id, lock=True)
    message = messages.read(session, message_id)
    if message is None or message.author_agent_id != agent_id:
        raise NotFound("This message is not there any more.")
    mailed = [copy for copy in copies if copy.channel is Channel.EMAIL]
    if gone := [copy for copy in mailed if not (may_cancel(copy.state) and copy.attempts == 0)]:
        raise NotAllowed(f"Too late to take it back: {_state_of(gone[0])}.")
    step = undo.of_message(session, agent_id, VERB, message_id)
    if step is None:
        raise NotAllowed("It was sent too long ago to be taken back.")
    outbox.remove(session, message_id)
    messages.remove(session, message_id)
    draft_id = _restore_draft(session, message.record_id, agent_id, step.before, now)
    draft_files.restore(session, draft_id, step.before)
    _restore_record(session, message, agent_id, step.before, now)
    return draft_view(session, draft_id, agent_id)


def _state_of(copy: DeliveryFacts) -> str:
    who = copy.name or copy.recipient
    if copy.state in (DeliveryState.SENDING, DeliveryState.IN_DATA):
        return f"it is being sent to {who}"
    if copy.state is DeliveryState.QUEUED:
        return f"sending it to {who} was tried and is tried again"
    return f"the copy for {who} is {copy.state}"


def _restore_draft(session: Session, record_id: int, agent_id: int, before: dict[str, object], now: datetime) -> int:
    mode = DraftMode(str(before["mode"]))
    subject, text, to = str(before["subject"]), str(before["text"]), _lines(before["to"])
    sender = fitting(session, record_id, str(before.get("sender", "")))
    newer = drafts.on_record(session, record_id, agent_id, mode)
    if newer is None:
        return drafts.begin(
            session,
            record_id=record_id,
            agent_id=agent_id,
            mode=mode,
            subject=subject,
            text=text,
            to=to,
            base=int(str(before["base"])),
            now=now,
            sender=sender,
        )
    text = "\n\n".join(part for part in (text, newer.text) if part.strip())
    drafts.save(session, newer.id, subject=subject, text=text, to=to, now=now)
    if sender and not newer.sender:
        drafts.set_sender(session, newer.id, sender, now)
    return newer.id


def _restore_record(
    session: Session, message: MessageFacts, agent_id: int, before: dict[str, object], now: datetime
) -> None:
    if before["followed"]:
        records.unfollow(session, message.record_id, agent_id=agent_id)
    last = next((one for one in messages.newest(session, message.record_id) if one.kind is not MessageKind.LOG), None)
    records.touch(session, message.record_id, preview((last.new_text or last.text) if last else ""))
    record = records.read(session, message.record_id)
    # only the turn this send gave is taken back; what others did since stands
    if record and record.need is Need.WAITING and record.need_since == message.created_at:
        since = datetime.fromisoformat(str(before["need_since"]))
        restore(session, record.id, Need(str(before["need"])), since, str(before["need_reason"]), now)
    announce(session, now, message.record_id)


def _lines(value: object) -> Sequence[str] | None:
    return [str(line) for line in value] if isinstance(value, list) else None
