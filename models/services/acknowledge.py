"""Tell whoever wrote a first mail to an alias that it arrived, if the alias says so; never round in circles (R6)."""

import secrets
from datetime import datetime

from sqlmodel import Session

from models.rules import auto_reply, tokens
from models.rules.address import domain, normal
from models.rules.threading import reply_subject
from models.services import sender, way
from models.services.composing import sender_line
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
from models.types.routing import Creation


def acknowledge(
    session: Session, desk: DeskFacts, record: RecordFacts, mail: IncomingMail, creation: Creation, now: datetime
) -> int | None:
    """Answer the mail that opened a record, where its alias has words for it; the answer's id, None when it is not.

    Its envelope sender is the null sender, so that no report about it can come back.
    """
    alias = next((one for one in desk.aliases if one.id == creation.alias_id), None)
    if alias is None or not alias.auto_reply.strip() or not mail.sender:
        return None
    recipient = normal(mail.sender[0].address)
    subject = reply_subject(mail.subject, record.number)
    sent = traffic.automatic(session, domain(recipient), now - auto_reply.DAY)
    if auto_reply.refusal(mail, alias=alias.address, subject=subject, own=desk.own, sent=sent, now=now):
        return None
    choice = sender.choose(session, desk, record, None)
    if choice.account_id is None:
        return None
    there_and_back = way.way_of(desk, record, choice)
    answers = "" if mail.message_id.endswith(f"@{NO_ID_DOMAIN}>") else mail.message_id
    message = NewMessage(
        record_id=record.id,
        kind=MessageKind.EMAIL,
        direction=Direction.OUT,
        mail_class=MailClass.AUTOREPLY,
        created_at=now,
        author_name=desk.brand(record.brand_id).name,
        author_address=choice.address,
        verified=True,
        subject=subject,
        text=alias.auto_reply.strip(),
        to=(str(mail.sender[0]),),
        message_id=tokens.new_message_id(
            desk.key, record_id=record.id, nonce=secrets.token_hex(8), domain=domain(choice.address)
        ),
        in_reply_to=answers,
        references=(answers,) if answers else (),
        sender=sender_line(choice),
        account_id=choice.account_id,
        sending_address_id=choice.address_id,
        sent_at=now,
    )
    message_id = messages.add(session, message)
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
        reply_to=tokens.reply_address(
            desk.key, there_and_back.reply, record_id=record.id, message_id=message_id, recipient=recipient
        ),
    )
    outbox.enqueue(session, [copy])
    return message_id
