"""Send a copy again because a person decided so: same Message-ID, same bytes; or to a corrected address (R11)."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from models.rules.address import normal, plus_stripped
from models.rules.outbox import may_resend
from models.services import sender, way
from models.services.composing import record_of
from models.services.copies import enqueue
from models.store import contacts, desk_facts, messages, outbox, records
from models.store.changes import announce
from models.store.desk_facts import DeskFacts
from models.store.outbox import DeliveryFacts
from models.types.delivery import DeliveryState
from models.types.errors import NotAllowed, NotFound
from models.types.message import Direction
from models.types.people import Audience, Channel, Recipient, Why


def resend(session: Session, delivery_id: int, now: datetime, address: str = "") -> str:
    """Queue a failed, bounced or unsure copy again; the sentence to show.

    ``address``: where it goes instead, as a new copy of the same message; the old one stays as it ended. "" = where it
    went. The fencing number grows, so a late answer to the earlier try no longer counts.
    """
    row = outbox.read(session, delivery_id, lock=True)
    if row is None:
        raise NotFound("This copy is not there any more.")
    if not may_resend(row.state):
        raise NotAllowed(f"The copy for {row.name or row.recipient} is {row.state}: there is nothing to send again.")
    if row.account_id is None:
        raise NotAllowed("There is no account this could be sent from.", "Set one up: nightdesk account add")
    account_id = _account(session, row)
    if address and normal(address) != row.recipient:
        return _elsewhere(session, replace(row, account_id=account_id), address, now)
    outbox.change(
        session,
        row.id,
        row.fence,
        (row.state,),
        state=DeliveryState.QUEUED,
        ready_at=now,
        account_id=account_id,
        fence=row.fence + 1,
        attempts=0,
        first_try_at=None,
        reason=None,
        sentence="",
        server_text="",
    )
    announce(session, now, row.record_id)
    return f"Sending again to {row.name or row.recipient}."


def _account(session: Session, row: DeliveryFacts) -> int | None:
    """Give the account it leaves through now. ``NotAllowed`` when its author may not send as its address any more.

    Bytes that were made before stay, and so does their account.
    """
    message = messages.read(session, row.message_id)
    if message is None:
        return row.account_id
    desk, record = desk_facts.read(session), record_of(session, row.record_id, lock=False)
    if row.why is Why.FOLLOWER or message.direction is not Direction.OUT:
        moved = None if outbox.made(session, row.id) else sender.choose(session, desk, record, None).account_id
        return moved or row.account_id
    if message.sending_address_id is None:
        return row.account_id
    choice = sender.judge(session, desk, record, message)
    return choice.account_id if choice.address == records.bare(message.sender) else row.account_id


def _elsewhere(session: Session, row: DeliveryFacts, address: str, now: datetime) -> str:
    recipient = normal(address)
    if not recipient:
        raise NotAllowed(f"{address!r} is no mail address.", "It needs a name, an @ and a domain.")
    desk = desk_facts.read(session)
    if recipient in desk.own:
        raise NotAllowed(f"{recipient} is one of our own addresses.")
    copies = outbox.of_message(session, row.message_id)
    if any(one.recipient == recipient and one.channel is Channel.EMAIL for one in copies):
        raise NotAllowed(f"{recipient} has a copy of this message already.")
    if row.agent_id is not None and desk.agent_by_email(recipient) is None:
        raise NotAllowed(f"{recipient} is not an agent, and this copy was an agent's.", "It may hold internal words.")
    outbox.change(session, row.id, row.fence, (row.state,), sentence=f"It was sent to {recipient} instead.")
    _send_to(session, desk, row, recipient, now)
    announce(session, now, row.record_id)
    return f"Sending to {recipient} instead of {row.recipient}."


def _send_to(session: Session, desk: DeskFacts, row: DeliveryFacts, recipient: str, now: datetime) -> None:
    there_and_back = way.relay_way(session, desk, record_of(session, row.record_id, lock=False))
    customer = contacts.by_email(session, [recipient]).get(recipient) if row.agent_id is None else None
    agent = desk.agent_by_email(recipient) if row.agent_id is not None else None
    person = Recipient(
        name=row.name,
        address=recipient,
        channel=Channel.EMAIL,
        why=row.why,
        agent_id=agent.id if agent else None,
        contact_id=customer.id if customer else None,
    )
    enqueue(
        session,
        desk,
        message_id=row.message_id,
        record_id=row.record_id,
        audience=Audience((person,)),
        way=replace(
            there_and_back, account_id=row.account_id, reply=plus_stripped(row.reply_to) or there_and_back.reply
        ),
        hold_until=None,
        now=now,
    )
