"""Do what an automation rule says, one change at a time, each with what is needed to take it back."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.rules.template import fill, person
from models.services import auto_answer, need, rule_facts
from models.store import contacts, records, sending, templates, triage
from models.store import rule_facts as fields
from models.store.desk_facts import DeskFacts
from models.store.rule_facts import Standing
from models.types.automation import NOBODY, Action, Deed
from models.types.mail import IncomingMail
from models.types.record import Need

REASON = "rule"  # why a record stands where a rule put it

Change = dict[str, Any]


def do(
    session: Session, desk: DeskFacts, record_id: int, action: Action, mail: IncomingMail | None, now: datetime
) -> Change:
    """Do it to a record that is locked. The change carries "reply" when it answered the mail."""
    standing = fields.standing(session, record_id)
    assert standing is not None
    change: Change = {"deed": str(action.deed), "value": action.value}
    match action.deed:
        case Deed.SENDER:
            address_id = rule_facts.sender_id(session, desk, standing, action.value)
            sending.choose_for_record(session, record_id, address_id)
            change |= {"before": standing.sending_address_id, "after": address_id}
        case Deed.ASSIGN:
            agent_id = _agent_id(desk, action.value)
            triage.assign(session, record_id, agent_id)
            followed = agent_id is not None and records.follow(session, record_id, agent_id=agent_id)
            change |= {"before": standing.assignee_id, "after": agent_id, "followed": followed}
        case Deed.TAG:
            fields.set_tags(session, record_id, (*standing.tags, action.value))
        case Deed.UNTAG:
            gone = [tag for tag in standing.tags if tag.casefold() == action.value.casefold()]
            fields.set_tags(session, record_id, [tag for tag in standing.tags if tag not in gone])
            change |= {"gone": gone}
        case Deed.STAGE:
            triage.set_stage(session, record_id, action.value)
            change |= {"before": standing.stage}
        case Deed.FOLLOW:
            agent_id = _agent_id(desk, action.value)
            change |= {"after": agent_id, "followed": records.follow(session, record_id, agent_id=agent_id)}
        case Deed.NEED:
            change |= _turn(session, record_id, Need(action.value), now)
        case Deed.REPLY:
            assert mail is not None
            change |= {"reply": _answer(session, desk, standing, mail, action.value, now)}
    return change


def _agent_id(desk: DeskFacts, login: str) -> int | None:
    return next((agent.id for agent in desk.agents if agent.login == login and login != NOBODY), None)


def _turn(session: Session, record_id: int, to: Need, now: datetime) -> Change:
    record = records.read(session, record_id)
    assert record is not None
    need.turn(session, record_id, to, REASON, now)
    return {"before": record.need.value, "since": record.need_since.isoformat(), "reason": record.need_reason}


def _answer(
    session: Session, desk: DeskFacts, standing: Standing, mail: IncomingMail, template: str, now: datetime
) -> int | None:
    record = records.read(session, standing.id)
    assert record is not None
    customer = contacts.contact(session, record.contact_id) if record.contact_id is not None else None
    writer = mail.sender[0]
    assignee = desk.agent(standing.assignee_id)
    brand = desk.brand(standing.brand_id).name
    values = {
        "customer": person(customer.name if customer else writer.name, customer.email if customer else writer.address),
        "number": f"#{standing.number}",
        "agent": assignee.name if assignee else brand,
        "brand": brand,
    }
    text = fill(templates.text(session, template), values).strip()
    return auto_answer.answer(session, desk, record, mail, text, now)
