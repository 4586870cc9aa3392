"""Ask the automation rules in the very transaction of what happened, do what they say, and say so in the thread (B8).

What a rule does is no event: nothing here asks the rules again.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlmodel import Session

from models.rules import automation as rules
from models.services import rule_deeds, rule_facts
from models.store import applications, messages, records
from models.store import automation as store
from models.store import desk_facts as desk_store
from models.store import rule_facts as fields
from models.store.changes import announce
from models.store.desk_facts import DeskFacts
from models.store.messages import NewMessage
from models.store.rule_facts import Letter
from models.types.automation import Plan, Rule, Step, Trigger, Verdict
from models.types.mail import IncomingMail
from models.types.message import Direction, MessageKind

Tried = tuple[tuple[str, str, str], ...]


def mail_came(
    session: Session,
    desk: DeskFacts,
    record_id: int,
    message_id: int,
    mail: IncomingMail,
    event: Trigger,
    now: datetime,
) -> None:
    """Ask the rules about a mail that was just put on a record, which is locked. ``w`` on the mail shows them."""
    asked = _asked(session, event)
    if not asked:
        return
    no_answer = rule_facts.unanswerable(session, desk, record_id, mail, asked, now)
    plan = _plan(session, desk, record_id, rule_facts.letter_of(mail), asked, event, no_answer)
    fields.add_tried(session, message_id, _shown(plan.tried))
    _carry_out(session, desk, record_id, plan, event, mail, now)


def agent_did(session: Session, record_id: int, event: Trigger, now: datetime) -> None:
    """Ask the rules about what an agent just did to a record, which is locked.

    Conditions on mail look at the newest mail that came.
    """
    asked = _asked(session, event)
    if not asked:
        return
    desk = desk_store.read(session)
    first, newest = fields.letters(session, record_id)
    plan = _plan(session, desk, record_id, newest or first, asked, event, rule_facts.NO_MAIL)
    _carry_out(session, desk, record_id, plan, event, None, now)


def _asked(session: Session, event: Trigger) -> list[Rule]:
    return [rule for rule in store.in_force(session) if event in rule.when]


def _plan(
    session: Session,
    desk: DeskFacts,
    record_id: int,
    letter: Letter | None,
    asked: Sequence[Rule],
    event: Trigger,
    no_answer: str,
) -> Plan:
    standing = fields.standing(session, record_id)
    assert standing is not None
    return rules.apply(asked, event, rule_facts.facts(session, desk, standing, letter, asked, no_answer))


def _carry_out(
    session: Session,
    desk: DeskFacts,
    record_id: int,
    plan: Plan,
    event: Trigger,
    mail: IncomingMail | None,
    now: datetime,
) -> None:
    """Do the steps, rule by rule; each rule that changed something has one line a change in the thread."""
    if not plan.steps:
        return
    for rule_id, found in groupby(plan.steps, key=lambda step: step.rule_id):
        steps = list(found)
        changes = [_do(session, desk, record_id, step, mail, now) for step in steps]
        applications.add(
            session,
            record_id=record_id,
            rule_id=rule_id,
            rule_name=steps[0].name,
            trigger=event,
            changes=changes,
            log_id=log(session, record_id, steps[0].name, [c["words"] for c in changes], now, tried=_shown(plan.tried)),
            reply_id=next((change["reply"] for change in changes if change.get("reply")), None),
            now=now,
        )
    records.touch(session, record_id)
    announce(session, now, record_id)


def log(session: Session, record_id: int, rule: str, done: Sequence[str], now: datetime, *, tried: Tried = ()) -> int:
    """Write into the thread what a rule did; the message's id."""
    return messages.add(
        session,
        NewMessage(
            record_id=record_id,
            kind=MessageKind.LOG,
            direction=Direction.INSIDE,
            created_at=now,
            author_name="",
            author_address="",
            verified=True,
            text=f"Rule {rule}: {', '.join(done)}",
            tried=tried,
        ),
    )


def _do(
    session: Session, desk: DeskFacts, record_id: int, step: Step, mail: IncomingMail | None, now: datetime
) -> dict[str, Any]:
    return {"words": rules.done(step), **rule_deeds.do(session, desk, record_id, step.action, mail, now)}


def _shown(tried: Sequence[Verdict]) -> Tried:
    return tuple((f"rule {one.name}", "yes" if one.matched else "no", one.because) for one in tried)
