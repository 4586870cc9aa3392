"""Place raw mail: gather, decide, apply; everything that follows from one mail is one transaction (R4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from models.rules import routing
from models.rules.reception import as_received
from models.services import arrive, bounces
from models.services.acknowledge import acknowledge
from models.services.continuing import continue_record
from models.services.explain_limit import explain
from models.store import contacts, desk_facts, messages, raw_mail, records, routing_context, routing_moment
from models.store.changes import announce
from models.store.desk_facts import DeskFacts
from models.store.raw_mail import DUPLICATE, IGNORED, QUARANTINED, ROUTED, SPAM, STATES, STORED, RawFacts
from models.types.errors import NotAllowed, NotFound
from models.types.failpoint import Point, reach
from models.types.mail import IncomingMail
from models.types.routing import Creation, RoutingDecision, Target, Tried

_TARGETS = {
    ROUTED: Target.RECORD,
    DUPLICATE: Target.DUPLICATE,
    IGNORED: Target.IGNORED,
    QUARANTINED: Target.QUARANTINE,
    SPAM: Target.SPAM,
}


def place(session: Session, *, raw_id: int, mail: IncomingMail, now: datetime) -> Target:
    """Put a mail where it belongs; where that was. A mail that was placed before stays where it is."""
    return _place(session, desk_facts.read(session), raw_id, mail, now)


def place_many(session: Session, items: Sequence[tuple[int, IncomingMail]], now: datetime) -> list[Target | None]:
    """Place several mails in one transaction, each whole or not at all; None where one could not be placed.

    Measured: one commit for 50 mails instead of 50 is what bulk import needs.
    """
    desk = desk_facts.read(session)
    placed: list[Target | None] = []
    for raw_id, mail in items:
        try:
            with session.begin_nested():
                placed.append(_place(session, desk, raw_id, mail, now))
        except (DataError, IntegrityError, NotFound):
            placed.append(None)
    return placed


def give_up(session: Session, raw_id: int, reason: str, now: datetime) -> None:
    """Put a mail that cannot be read or placed into quarantine, with its bytes and the reason (one sentence)."""
    raw = _raw(session, raw_id)
    if raw.state == STORED:
        raw_mail.close(session, raw_id, QUARANTINED, reason=reason)
        announce(session, now, topic="quarantine")


def place_by_hand(
    session: Session, raw_id: int, mail: IncomingMail, record_number: int, agent_id: int, now: datetime
) -> int:
    """Put a quarantined mail on the record with this number, because an agent says so; the record's id."""
    found = records.by_number(session, [record_number])
    if record_number not in found:
        raise NotFound(f"There is no record #{record_number}.")
    return _by_hand(session, raw_id, mail, found[record_number], None, agent_id, now)


def open_from_mail(session: Session, raw_id: int, mail: IncomingMail, kind: str, agent_id: int, now: datetime) -> int:
    """Open a record of this kind from a quarantined mail, because an agent says so; the record's id."""
    return _by_hand(session, raw_id, mail, None, kind, agent_id, now)


def _place(session: Session, desk: DeskFacts, raw_id: int, mail: IncomingMail, now: datetime) -> Target:
    if mail.message_id:
        raw_mail.lock_identity(session, mail.message_id)
    raw = _raw(session, raw_id)
    if raw.state != STORED:
        return _TARGETS[raw.state]
    mail = as_received(_as_delivered(mail, raw), [facts.name for facts in desk.domains])
    context = routing_context.gather(session, desk, mail, raw)
    context = routing_moment.with_moment(session, desk, context, mail, now)
    decision = routing.route(mail, context)
    state = _apply(session, desk, mail, raw, decision, now)
    reach(Point.PLACE)
    _close(session, raw_id, state, mail, decision.reason if state == QUARANTINED else raw.reason, decision.tried)
    if state == QUARANTINED:
        announce(session, now, topic="quarantine")
        if routing.by_limit(decision):
            explain(session, desk, mail, now)
    return decision.target


def _apply(
    session: Session, desk: DeskFacts, mail: IncomingMail, raw: RawFacts, decision: RoutingDecision, now: datetime
) -> str:
    """Do what was decided; the raw mail's state after it."""
    if decision.target is Target.NEW:
        for creation in decision.creations:
            record = arrive.open_record(session, desk, mail, creation, now)
            arrive.append(session, desk, record, mail, raw, decision, now, fresh=True)
            if decision.continues_id is not None and (old := records.read(session, decision.continues_id)):
                continue_record(session, old, record, now)
            acknowledge(session, desk, record, mail, creation, now)
        return ROUTED
    if decision.target in (Target.RECORD, Target.BOUNCE) and decision.record_id is not None:
        record_found = records.lock(session, decision.record_id)
        if record_found is None:
            raise NotFound(f"The record with id {decision.record_id} is gone.")
        if decision.target is Target.BOUNCE:
            report = replace(decision, changes_state=False)  # ``bounces`` gives the record its turn and the reason
            arrive.append(session, desk, record_found, mail, raw, report, now)
            bounces.apply(session, desk, mail, now)
        else:
            arrive.append(session, desk, record_found, mail, raw, decision, now)
        return ROUTED
    return STATES.get(decision.target, IGNORED)


def _by_hand(
    session: Session,
    raw_id: int,
    mail: IncomingMail,
    record_id: int | None,
    kind: str | None,
    agent_id: int,
    now: datetime,
) -> int:
    desk = desk_facts.read(session)
    raw = _raw(session, raw_id)
    if raw.state != QUARANTINED:
        raise NotAllowed("This mail is not in quarantine any more.")
    agent = contacts.agent(session, agent_id)
    login = agent.login if agent else f"agent {agent_id}"
    mail = _as_delivered(mail, raw)
    decision = RoutingDecision(
        target=Target.RECORD if kind is None else Target.NEW,
        tried=(Tried("by hand", "yes", f"{login} placed it; quarantined because: {raw.reason}"),),
        relay=False,  # nobody proved who wrote it: only agents who follow are told
    )
    raw = replace(raw, reason="")
    if kind is not None:
        record = arrive.open_record(session, desk, mail, Creation(kind, None, raw.brand_id), now)
    else:
        assert record_id is not None
        found = records.lock(session, record_id)
        if found is None:
            raise NotFound("This record is gone.")
        record = found
    arrive.append(session, desk, record, mail, raw, decision, now, fresh=kind is not None)
    _close(session, raw_id, ROUTED, mail, "", decision.tried)
    announce(session, now, topic="quarantine")
    return record.id


def _raw(session: Session, raw_id: int) -> RawFacts:
    found = raw_mail.facts(session, raw_id)
    if found is None:
        raise NotFound(f"There is no stored mail with id {raw_id}.")
    return found


def _as_delivered(mail: IncomingMail, raw: RawFacts) -> IncomingMail:
    """The envelope knows better than headers where mail was delivered; mail without an id gets one of its bytes."""
    return replace(
        mail,
        delivered_to=tuple(dict.fromkeys((*raw.envelope_to, *mail.delivered_to))),
        return_path=mail.return_path if raw.envelope_from is None else raw.envelope_from,
        message_id=mail.message_id or f"<{raw.sha256[:40]}@{messages.NO_ID_DOMAIN}>",
    )


def _close(session: Session, raw_id: int, state: str, mail: IncomingMail, reason: str, tried: Sequence[Tried]) -> None:
    raw_mail.close(
        session,
        raw_id,
        state,
        reason=reason,
        sender=str(mail.sender[0]) if mail.sender else "",
        subject=mail.subject,
        tried=[(one.rule, one.outcome, one.because) for one in tried],
    )
