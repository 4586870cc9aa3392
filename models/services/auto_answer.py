"""Answer a mail automatically, if it may be answered at all; never round in circles (R6)."""

import secrets
from datetime import datetime

from sqlmodel import Session

from models.rules import auto_reply, tokens
from models.rules.address import domain, normal
from models.rules.threading import reply_subject
from models.services import sender, way
from models.services.composing import sender_line, sender_tried
from models.store import messages, outbox, traffic
from models.store.desk_facts import DeskFacts
from models.store.messages import NO_ID_DOMAIN, NewMessage
from models.store.outbox import NewDelivery
from models.store.records import RecordFacts
from models.types.delivery import DeliveryState
from models.types.mail import IncomingMail
from models.types.message import Direction, MailClass, MessageKind
from models.types.outbox import Lane
from models.types.people import Channel, Why
from models.types.sender import SenderChoice

NO_SENDER = "there is no address this could be sent from"


def refusal(
    session: Session, desk: DeskFacts, record: RecordFacts, mail: IncomingMail, alias: str, now: datetime
) -> str:
    """Say why this mail gets no automatic answer; "" when it may. ``alias``: the normal address that would answer."""
    if not mail.sender:
        return "nobody stands in From"
    subject = reply_subject(mail.subject, record.number)
    sent = traffic.automatic(session, domain(normal(mail.sender[0].address)), now - auto_reply.DAY)
    said = auto_reply.refusal(mail, alias=alias, subject=subject, own=desk.own, sent=sent, now=now)
    if not said and sender.choose(session, desk, record, None).account_id is None:
        return NO_SENDER
    return said


def answer(
    session: Session, desk: DeskFacts, record: RecordFacts, mail: IncomingMail, text: str, now: datetime
) -> int | None:
    """Answer a mail that ``refusal`` lets pass; the answer's id, None when there is nothing to send it from.

    Its envelope sender is the null sender, so that no report about it can come back.
    """
    choice = sender.choose(session, desk, record, None)
    if choice.account_id is None:
        return None
    message_id = messages.add(session, _message(desk, record, mail, text, choice, now))
    recipient = normal(mail.sender[0].address)
    reply = way.way_of(desk, record, choice).reply
    copy = NewDelivery(
        message_id=message_id,
        record_id=record.id,
        recipient=recipient,
        name=mail.sender[0].name,
        channel=Channel.EMAIL,
        why=Why.TO,
        agent_id=None,
        contact_id=record.contact_id,
        account_id=choice.account_id,
        lane=Lane.AUTO,
        state=DeliveryState.QUEUED,
        ready_at=now,
        reply_to=tokens.reply_address(desk.key, reply, record_id=record.id, message_id=message_id, recipient=recipient),
    )
    outbox.enqueue(session, [copy])
    return message_id


def _message(
    desk: DeskFacts, record: RecordFacts, mail: IncomingMail, text: str, choice: SenderChoice, now: datetime
) -> NewMessage:
    answers = "" if mail.message_id.endswith(f"@{NO_ID_DOMAIN}>") else mail.message_id
    return NewMessage(
        record_id=record.id,
        kind=MessageKind.EMAIL,
        direction=Direction.OUT,
        mail_class=MailClass.AUTOREPLY,
        created_at=now,
        author_name=desk.brand(record.brand_id).name,
        author_address=choice.address,
        verified=True,
        subject=reply_subject(mail.subject, record.number),
        text=text,
        to=(str(mail.sender[0]),),
        message_id=tokens.new_message_id(
            desk.key, record_id=record.id, nonce=secrets.token_hex(8), domain=domain(choice.address)
        ),
        in_reply_to=answers,
        references=(answers,) if answers else (),
        sender=sender_line(choice),
        account_id=choice.account_id,
        sending_address_id=choice.address_id,
        tried=sender_tried(choice),
        sent_at=now,
    )
