"""Gather what automation rules judge: the record as it stands and its mail; no more than the rules asked want."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from models.rules.address import normal, plus_stripped
from models.rules.auto_reply import QUIET
from models.services import auto_answer
from models.store import applications, records, rule_facts, sending, templates
from models.store.desk_facts import DeskFacts
from models.store.rule_facts import Letter, Standing
from models.types.automation import Deed, Rule, RuleFacts
from models.types.mail import IncomingMail

NO_MAIL = "there is no mail to answer"


def facts(
    session: Session,
    desk: DeskFacts,
    standing: Standing,
    letter: Letter | None,
    rules: Sequence[Rule],
    unanswerable: str,
) -> RuleFacts:
    """Put the facts together. ``unanswerable``: why the mail gets no automatic answer."""
    deeds = {action.deed for rule in rules for action in rule.actions}
    senders = _senders(session, desk, standing) if Deed.SENDER in deeds else {}
    people = deeds & {Deed.FOLLOW, Deed.ASSIGN}
    assignee = desk.agent(standing.assignee_id)
    return RuleFacts(
        kind=standing.kind,
        brand=desk.brand(standing.brand_id).name,
        tags=standing.tags,
        stage=standing.stage,
        assignee=assignee.login if assignee else "",
        need=standing.need,
        sender=next((one for one, number in senders.items() if number == standing.sending_address_id), ""),
        followers=rule_facts.followers(session, standing.id) if people else frozenset(),
        stages=desk.stages.get(standing.kind, ()),
        agents=frozenset(agent.login for agent in desk.agents),
        senders=frozenset(senders),
        templates=frozenset(templates.names(session)) if Deed.REPLY in deeds else frozenset(),
        author=letter.author if letter else "",
        written_to=letter.written_to if letter else frozenset(),
        subject=letter.subject if letter else "",
        text=letter.text if letter else "",
        attachments=letter.files if letter else 0,
        replied=applications.replied(session, standing.id) if Deed.REPLY in deeds else frozenset(),
        unanswerable=unanswerable,
    )


def sender_id(session: Session, desk: DeskFacts, standing: Standing, address: str) -> int | None:
    """Find the sending address with this name that a record's brand may use."""
    return _senders(session, desk, standing).get(address)


def letter_of(mail: IncomingMail) -> Letter:
    """Read a mail that is being placed."""
    addressed = (*mail.delivered_to, *(mailbox.address for mailbox in (*mail.to, *mail.cc)))
    return Letter(
        author=normal(mail.sender[0].address) if mail.sender else "",
        written_to=frozenset(normal(address) for address in addressed) - {""},
        subject=mail.subject,
        text=mail.reply_text or mail.text,
        files=sum(not file.inline for file in mail.attachments),
    )


def unanswerable(
    session: Session, desk: DeskFacts, record_id: int, mail: IncomingMail, rules: Collection[Rule], now: datetime
) -> str:
    """Say why no rule may answer this mail; "" when one may, or none wishes to."""
    if not any(action.deed is Deed.REPLY for rule in rules for action in rule.actions):
        return ""
    if rule_facts.mailed_since(session, record_id, now - QUIET):
        return "it answers what we wrote within the last hour"
    record = records.read(session, record_id)
    assert record is not None
    addressed = [normal(mailbox.address) for mailbox in (*mail.to, *mail.cc)]
    ours = (one for one in addressed if one in desk.own or plus_stripped(one) in desk.own)
    return auto_answer.refusal(session, desk, record, mail, plus_stripped(next(ours, "")), now)


def _senders(session: Session, desk: DeskFacts, standing: Standing) -> dict[str, int]:
    """The sending addresses the record's brand may use; where a name stands twice, the first."""
    brand = desk.brand(standing.brand_id).id
    usable = [one for one in sending.candidates(session) if not one.removed and brand in (one.brands or {brand})]
    return {one.address: one.id for one in reversed(usable)}
