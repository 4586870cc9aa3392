"""Apply what a delivery report says to the copies it reports on (R3)."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from models.rules import tokens
from models.rules.address import normal
from models.rules.smtp_reply import sentence
from models.rules.soft_bounces import turned_hard
from models.services.need import turn
from models.store import contacts, messages, outbox, soft_bounces
from models.store.changes import announce
from models.store.desk_facts import DeskFacts
from models.store.outbox import DeliveryFacts
from models.types.delivery import DeliveryState
from models.types.mail import BounceRecipient, IncomingMail
from models.types.outbox import Reason
from models.types.people import Channel
from models.types.record import Need

ACCEPTED = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNSURE)


def apply(session: Session, desk: DeskFacts, mail: IncomingMail, now: datetime) -> None:
    """Mark the copies a report names. Only our signed envelope sender or Message-ID proves that it is about us.

    Hard: bounced, the record needs us, the customer's address is marked. Delayed: the words are kept with the copy.
    Soft: likewise, until the recipient's soft bounces have gone on for three days; then it is hard. Delivered: the
    copy is delivered. What names a copy but no state changes nothing. A complaint: the customer's address is marked,
    and the record needs us.
    """
    reported = list(_reported(session, desk, mail))
    if mail.bounce.is_complaint:
        for row in _complained(reported, mail):
            _mark_complaint(session, row, now)
        return
    for about in mail.bounce.recipients:
        for row in _copies_of(reported, about):
            _mark(session, row, about, now)


def _reported(session: Session, desk: DeskFacts, mail: IncomingMail) -> Iterator[DeliveryFacts]:
    """The copy a signed envelope sender names; else all copies of the message returned."""
    for address in (*mail.delivered_to, *(mailbox.address for mailbox in mail.to)):
        delivery_id = tokens.read_envelope_sender(desk.key, address)
        if delivery_id is not None and (row := outbox.read(session, delivery_id, lock=True)):
            yield row
            return
    # ours are made in lower case; some servers return them in another
    ours = [one.lower() for one in mail.bounce.original_ids if tokens.is_our_message_id(desk.key, one)]
    for message_id in dict.fromkeys(found.id for found in messages.linked(session, ours).values()):
        yield from outbox.of_message(session, message_id, lock=True)


def _copies_of(reported: list[DeliveryFacts], about: BounceRecipient) -> list[DeliveryFacts]:
    """The copies for the recipient named; a single mailed copy also when the report names another (a forward)."""
    mailed = [row for row in reported if row.channel is Channel.EMAIL]
    named = [row for row in mailed if row.recipient == normal(about.address)]
    return named or (mailed if len(mailed) == 1 else [])


def _complained(reported: list[DeliveryFacts], mail: IncomingMail) -> list[DeliveryFacts]:
    """The copies whose reader complained; the only one when the report hides who that is, as most do (RFC 5965)."""
    named = {normal(about.address) for about in mail.bounce.recipients}
    mailed = [row for row in reported if row.channel is Channel.EMAIL]
    return [row for row in mailed if row.recipient in named] or (mailed if len(mailed) == 1 else [])


def _mark_complaint(session: Session, row: DeliveryFacts, now: datetime) -> None:
    said = f"{row.recipient} called our mail spam: write to them only if they ask you to."
    outbox.change(session, row.id, row.fence, ACCEPTED, sentence=said)
    contacts.mark_undeliverable(session, row.recipient, said)
    turn(session, row.record_id, Need.NEEDS_US, "complaint", now)


def _mark(session: Session, row: DeliveryFacts, about: BounceRecipient, now: datetime) -> None:
    if row.state not in ACCEPTED:
        return
    if about.kind == "hard":
        _bounced(session, row, about, "", now)
    elif about.kind == "delivered":
        outbox.change(session, row.id, row.fence, ACCEPTED, state=DeliveryState.DELIVERED, sentence="", server_text="")
        announce(session, now, row.record_id)
    elif about.kind == "soft":
        soft_bounces.note(session, row, about.text, now)
        if turned_hard(soft_bounces.first(session, row.recipient), now):
            _bounced(session, row, about, "Three days of failures. ", now)
            return
        said = f"{row.recipient} could not take it for now, and the servers gave up: send it again later."
        outbox.change(session, row.id, row.fence, ACCEPTED, sentence=said, server_text=about.text)
        announce(session, now, row.record_id)
    elif about.kind == "delayed":
        said = f"{row.recipient} did not take it yet; the servers on the way keep trying."
        outbox.change(session, row.id, row.fence, ACCEPTED, sentence=said, server_text=about.text)
        announce(session, now, row.record_id)


def _bounced(session: Session, row: DeliveryFacts, about: BounceRecipient, before: str, now: datetime) -> None:
    """Mark a copy that came back for good. ``before``: what to say in front of the reason."""
    reason = Reason(about.reason) if about.reason in set(Reason) else Reason.UNKNOWN
    said = before + sentence(reason, address=row.recipient)
    values = {"reason": reason, "sentence": said, "server_text": about.text}
    outbox.change(session, row.id, row.fence, ACCEPTED, state=DeliveryState.BOUNCED, **values)
    contacts.mark_undeliverable(session, row.recipient, said)
    turn(session, row.record_id, Need.NEEDS_US, "bounced", now)
