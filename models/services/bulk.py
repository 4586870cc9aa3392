"""Place many old mails at once: judged one by one as any mail is, stored and indexed by the batch (R4).

Old mail opens and continues records. It is relayed to nobody, bounces nothing, and takes an existing record's turn
only when it is newer than that.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from models.rules import routing
from models.rules.address import normal
from models.rules.reception import as_received
from models.services.bulk_batch import Batch
from models.store import bulk, contacts, desk_facts, routing_context
from models.store.bulk_known import BatchKnown
from models.store.messages import NO_ID_DOMAIN
from models.store.raw_mail import IGNORED, QUARANTINED, ROUTED, STATES, STORED, RawFacts
from models.types.letter import Letter
from models.types.mail import IncomingMail
from models.types.routing import RoutingDecision, Target

UNREADABLE = "Reading this mail ended the program that read it."


def place(
    session: Session, letters: Sequence[Letter], *, default_kind: str, done: bool, now: datetime
) -> Counter[Target]:
    """Store and place a batch in one transaction; how many went where (those stored before are duplicates).

    ``default_kind``: opened for mail no rule places; "" = quarantine. ``done``: records opened here wait for nobody.
    """
    fresh = _not_stored(session, letters)
    desk = desk_facts.read(session)
    mails = [letter.mail for letter in fresh if letter.mail is not None]
    known = BatchKnown(session, mails)
    customers = contacts.by_email(session, {normal(sender.address) for mail in mails for sender in mail.sender[:1]})
    batch = Batch(session, desk, known, customers, done=done, now=now)
    domains = [facts.name for facts in desk.domains]
    counts: Counter[Target] = Counter()
    for raw_id, letter in zip(bulk.ids(session, "raw_mail", len(fresh)), fresh, strict=True):
        raw = _raw(raw_id, letter.sha256, default_kind, now)
        if letter.mail is None:
            batch.keep(raw, letter.content, QUARANTINED, reason=UNREADABLE)
            counts[Target.QUARANTINE] += 1
            continue
        mail = as_received(_with_id(letter.mail, raw), domains)
        decision = routing.route(mail, routing_context.gather(session, desk, mail, raw, known))
        counts[decision.target] += 1
        state = _apply(batch, mail, raw, decision)
        batch.keep(raw, letter.content, state, reason=decision.reason, mail=mail, tried=decision.tried)
    batch.write()
    counts.update({Target.DUPLICATE: len(letters) - len(fresh)})
    return +counts


def _apply(batch: Batch, mail: IncomingMail, raw: RawFacts, decision: RoutingDecision) -> str:
    """Do what was decided; the raw mail's state after it."""
    if decision.target is Target.NEW:
        for creation in decision.creations:
            batch.append(batch.open(mail, creation), mail, raw, decision, fresh=True)
        return ROUTED
    if decision.target in (Target.RECORD, Target.BOUNCE) and decision.record_id is not None:
        batch.append(decision.record_id, mail, raw, decision)
        return ROUTED
    return STATES.get(decision.target, IGNORED)


def _not_stored(session: Session, letters: Sequence[Letter]) -> Collection[Letter]:
    unique = {letter.sha256: letter for letter in letters}
    before = bulk.stored(session, unique)
    return [letter for digest, letter in unique.items() if digest not in before]


def _raw(raw_id: int, sha256: str, default_kind: str, now: datetime) -> RawFacts:
    return RawFacts(raw_id, None, default_kind, None, sha256, STORED, 0, "", None, (), now)


def _with_id(mail: IncomingMail, raw: RawFacts) -> IncomingMail:
    return mail if mail.message_id else replace(mail, message_id=f"<{raw.sha256[:40]}@{NO_ID_DOMAIN}>")
