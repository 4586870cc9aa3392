"""Send what an agent wrote: everything that follows from it is one transaction (C3, C4, C5)."""

import secrets
from datetime import datetime, timedelta

from sqlmodel import Session

from models.rules import tokens
from models.rules.address import domain
from models.rules.drafting import problems
from models.rules.leak import repeats_note
from models.services import audience, automation, mass, sender, way
from models.services.composing import (
    audience_of,
    draft_view,
    record_of,
    sender_line,
    sender_of,
    sender_tried,
    subject_of,
)
from models.services.copies import Way, enqueue
from models.services.draft_files import as_step
from models.services.from_mail import preview
from models.services.need import turn
from models.services.take_back import VERB, take_back
from models.store import desk_facts, draft_files, drafts, messages, news, records, undo
from models.store.changes import announce
from models.store.desk_facts import DeskFacts
from models.store.drafts import DraftRow
from models.store.messages import NO_ID_DOMAIN, NewMessage
from models.store.records import RecordFacts
from models.types.automation import Trigger
from models.types.draft import NotSendable, SendResult, Sent, Stopped
from models.types.draft_mode import DraftMode
from models.types.errors import NotFound
from models.types.message import Direction, MessageKind
from models.types.people import Audience, Channel, Why
from models.types.record import Need
from models.types.sender import SenderChoice

__all__ = ["audience_of", "draft_view", "send", "sender_of", "subject_of", "take_back"]


def send(
    session: Session, *, draft_id: int, agent_id: int, base: int, now: datetime, hold_seconds: float
) -> SendResult:
    """Send a reply or log a note. ``base``: the newest message id of the record the writer has seen.

    ``Stopped`` and ``NotSendable`` change nothing. Mail leaves ``hold_seconds`` from now, until then ``take_back``.
    """
    draft = drafts.read(session, draft_id, agent_id)
    if draft is None:
        raise NotFound("This draft is not there any more.", "It may have been sent or thrown away in another session.")
    record = record_of(session, draft.record_id)
    if since := news.since(session, record.id, base, agent_id):
        return Stopped(since, messages.newest_id(session, record.id))
    desk = desk_facts.read(session)
    people = audience.of(session, desk, record, draft.mode, agent_id, draft.to)
    choice = _choice(session, desk, record, draft)
    if found := problems(
        mode=draft.mode,
        text=draft.text,
        audience=people,
        sender=choice.address,
        refusal=choice.refusal,
        quoted_note=draft.mode is DraftMode.REPLY and _repeats_note(session, record.id, draft.text),
    ):
        return NotSendable(found)
    if too_many := mass.refusal(session, choice.account_id, people, now):
        return NotSendable((too_many,))
    return _post(session, desk, record, draft, people, choice, now, now + timedelta(seconds=hold_seconds))


def _post(
    session: Session,
    desk: DeskFacts,
    record: RecordFacts,
    draft: DraftRow,
    people: Audience,
    choice: SenderChoice,
    now: datetime,
    hold_until: datetime,
) -> Sent:
    there_and_back = way.way_of(desk, record, choice)
    new = _message(session, desk, record, draft, people, choice, there_and_back, now)
    message_id = messages.add(session, new)
    files = draft_files.of_draft(session, draft.id)
    draft_files.send(session, message_id, files)
    enqueue(
        session,
        desk,
        message_id=message_id,
        record_id=record.id,
        audience=people,
        way=there_and_back,
        hold_until=hold_until,
        now=now,
    )
    followed = records.follow(session, record.id, agent_id=draft.agent_id)
    records.touch(session, record.id, preview(draft.text))
    if draft.mode is DraftMode.REPLY:
        turn(session, record.id, Need.WAITING, "", now)
    else:
        announce(session, now, record.id)
    drafts.remove(session, draft.id)
    before = _before(message_id, draft, record, followed) | {"files": as_step(files)}
    undo.push(session, agent_id=draft.agent_id, record_id=record.id, verb=VERB, before=before, now=now)
    if draft.mode is DraftMode.REPLY:
        automation.agent_did(session, record.id, Trigger.ANSWERED, now)
    mailed = any(person.channel is Channel.EMAIL for person in people.recipients)
    return Sent(message_id, hold_until if mailed else None)


def _message(
    session: Session,
    desk: DeskFacts,
    record: RecordFacts,
    draft: DraftRow,
    people: Audience,
    choice: SenderChoice,
    there_and_back: Way,
    now: datetime,
) -> NewMessage:
    agent = desk.agent(draft.agent_id)
    note = draft.mode is DraftMode.NOTE
    message = None if note else audience.answered(session, record.id)
    answers = message.message_id if message and not message.message_id.endswith(f"@{NO_ID_DOMAIN}>") else ""
    host = domain(choice.address or there_and_back.reply)
    return NewMessage(
        record_id=record.id,
        kind=MessageKind.NOTE if note else MessageKind.EMAIL,
        direction=Direction.INSIDE if note else Direction.OUT,
        created_at=now,
        author_agent_id=draft.agent_id,
        author_name=agent.name if agent else "",
        author_address=agent.email if agent else "",
        verified=True,
        subject=draft.subject.strip() or (record.title if note else subject_of(session, record.id)),
        text=draft.text.strip(),
        to=tuple(
            f"{one.name} <{one.address}>" if one.name else one.address
            for one in people.recipients
            if one.why is Why.TO and not note
        ),
        message_id=tokens.new_message_id(desk.key, record_id=record.id, nonce=secrets.token_hex(8), domain=host)
        if host
        else "",
        in_reply_to=answers,
        references=(answers,) if answers else (),
        sender=sender_line(choice),
        account_id=choice.account_id,
        sending_address_id=None if note else choice.address_id,
        tried=() if note else sender_tried(choice),
        left_out=people.left_out,
        sent_at=now,
    )


def _choice(session: Session, desk: DeskFacts, record: RecordFacts, draft: DraftRow) -> SenderChoice:
    if draft.mode is DraftMode.REPLY:
        return sender.choose(session, desk, record, draft.agent_id, explicit=draft.sender)
    # a note's copies are notifications among colleagues: they leave from the desk, not from a person's mailbox
    return sender.choose(session, desk, record, None)


def _before(message_id: int, draft: DraftRow, record: RecordFacts, followed: bool) -> dict[str, object]:
    return {
        "message_id": message_id,
        "mode": draft.mode.value,
        "subject": draft.subject,
        "text": draft.text,
        "to": None if draft.to is None else list(draft.to),
        "base": draft.base,
        "sender": draft.sender,
        "need": record.need.value,
        "need_since": record.need_since.isoformat(),
        "need_reason": record.need_reason,
        "followed": followed,
    }


def _repeats_note(session: Session, record_id: int, text: str) -> bool:
    notes = (one.text for one in messages.newest(session, record_id) if one.kind is MessageKind.NOTE)
    return repeats_note(text, notes)
