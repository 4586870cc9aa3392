"""Which address mail goes out as (R10): the facts gathered, the rule asked; when it is written and when it leaves."""

from collections.abc import Mapping
from dataclasses import replace

from sqlmodel import Session

from models.rules.address import normal, plus_stripped
from models.rules.sender import choose_sender, weigh
from models.services import audience
from models.store import desk_facts, records, sending
from models.store.desk_facts import BrandFacts, DeskFacts
from models.store.messages import MessageFacts
from models.store.records import RecordFacts, bare
from models.types.errors import NotAllowed
from models.types.sender import Candidate, SenderChoice, SenderOptions, SenderQuestion

Asked = tuple[SenderQuestion, tuple[Candidate, ...]]


def choose(
    session: Session,
    desk: DeskFacts,
    record: RecordFacts,
    agent_id: int | None,
    *,
    explicit: str = "",
    last_seen: str = "",
) -> SenderChoice:
    """Choose what a record's mail goes out as. ``agent_id`` None: no person wrote it. ``explicit``: the composer's."""
    question, every = _ask(session, desk, record, agent_id)
    return choose_sender(replace(question, explicit=explicit, last_seen=last_seen), every)


def options(session: Session, desk: DeskFacts, record: RecordFacts, agent_id: int, explicit: str) -> SenderOptions:
    """List every address with why this agent may or may not answer this record as it, and what the rules say."""
    question, every = _ask(session, desk, record, agent_id)
    mine = [one for one in every if one.agent_id in (None, agent_id)]
    shown = [one for one in mine if not one.removed or one.address == normal(explicit)]
    usual = choose_sender(question, every)
    return SenderOptions(next((one.address for one in every if one.id == usual.address_id), ""), weigh(question, shown))


def judge(session: Session, desk: DeskFacts, record: RecordFacts, message: MessageFacts) -> SenderChoice:
    """Judge once more whether a message may go out as the address it was written under.

    What was allowed when it was written may be taken away since. ``NotAllowed``: it may not; nothing takes its place
    but the notification address, where the server does not send as the address any more.
    """
    every = sending.candidates_for(session, [message.author_agent_id])
    return Judge(desk, every).judged(record.brand_id, message)


class Judge:
    """Judges what leaves, as its bytes are made, for many copies by one reading; each question is asked once.

    ``every``: the candidates of each author; None: of the desk itself.
    """

    def __init__(self, desk: DeskFacts, every: Mapping[int | None, tuple[Candidate, ...]]) -> None:
        self._desk = desk
        self._every = every
        self._choices: dict[tuple[object, ...], SenderChoice] = {}

    def judged(self, brand_id: int | None, message: MessageFacts) -> SenderChoice:
        """Say what a message goes out as by now. ``NotAllowed``: it may not go out as what it was written under."""
        author_id, address_id = message.author_agent_id, message.sending_address_id
        asked = (brand_id, author_id, address_id, message.sender)
        if asked not in self._choices:
            mine = tuple(one for one in self._every[author_id] if one.id == address_id)
            question = replace(
                self._question(brand_id, author_id), explicit=mine[0].address if mine else bare(message.sender)
            )
            self._choices[asked] = choose_sender(question, mine)
        choice = self._choices[asked]
        if choice.refusal:
            raise NotAllowed(choice.refusal, AGAIN)
        return choice

    def confirmed(self, brand_id: int | None, message: MessageFacts, account_id: int | None) -> SenderChoice:
        """Say the same when it still leaves through this account, whose queue it is in."""
        choice = self.judged(brand_id, message)
        if choice.account_id != account_id:
            raise NotAllowed(f"The account this waits for does not send as {choice.address} any more.", AGAIN)
        return choice

    def through(self, brand_id: int | None, by_rule: str, account_id: int | None) -> SenderChoice:
        """Choose what the desk's own mail goes out as when it already waits for this account.

        ``NotAllowed`` when the account has no address for it any more.
        """
        asked = (brand_id, by_rule, account_id)
        if asked not in self._choices:
            of_account = tuple(one for one in self._every[None] if one.account_id == account_id)
            self._choices[asked] = choose_sender(replace(self._question(brand_id, None), by_rule=by_rule), of_account)
        choice = self._choices[asked]
        if choice.refusal or choice.account_id != account_id:
            raise NotAllowed(choice.refusal or "The address this goes out as is another account's by now.", AGAIN)
        return choice

    def _question(self, brand_id: int | None, agent_id: int | None) -> SenderQuestion:
        agent = self._desk.agent(agent_id)
        question = of_brand(self._desk, self._desk.brand(brand_id), self._every[agent_id])
        return replace(question, agent_id=agent_id, author_name=agent.name if agent else "")


def fitting(session: Session, record_id: int, address: str) -> str:
    """Give back an address chosen earlier, for a draft that returns; "" when it is bound to another brand by now."""
    record = records.read(session, record_id) if address else None
    if record is None:
        return ""
    brand = desk_facts.read(session).brand(record.brand_id)
    named = [one for one in sending.candidates(session) if one.address == address and not one.removed]
    return address if not named or any(not one.brands or brand.id in one.brands for one in named) else ""


def of_brand(desk: DeskFacts, brand: BrandFacts, every: tuple[Candidate, ...]) -> SenderQuestion:
    """Ask what the desk itself would write for a brand as."""
    return SenderQuestion(
        agent_id=None,
        author_name="",
        brand_id=brand.id or None,
        brand_name=brand.name,
        company_domains=desk.domains_of(brand.id),
        personal_senders=brand.personal_senders,
        notification=_stand_in(desk, brand, every),
    )


AGAIN = "Nothing was sent. Once that is put right, S sends it again."


def _ask(session: Session, desk: DeskFacts, record: RecordFacts, agent_id: int | None) -> Asked:
    agent = desk.agent(agent_id)
    brand = desk.brand(record.brand_id)
    every = sending.candidates(session, agent_id)
    question = replace(
        of_brand(desk, brand, every),
        agent_id=agent_id,
        author_name=agent.name if agent else "",
        by_rule=sending.chosen_for_record(session, record.id),
        stay_on=_written_to(session, record, every) if brand.stay_on and agent_id is not None else "",
    )
    return question, every


def _written_to(session: Session, record: RecordFacts, every: tuple[Candidate, ...]) -> str:
    """The address of ours the customer wrote to last; "" when it is none we send as."""
    message = audience.answered(session, record.id)
    ours = {one.address for one in every}
    lines = (*message.to, *message.cc) if message else ()
    return next((one for line in lines if (one := plus_stripped(bare(line))) in ours), "")


def _stand_in(desk: DeskFacts, brand: BrandFacts, every: tuple[Candidate, ...]) -> Candidate | None:
    """The brand's notification address, else that of its domains, else the desk's: the first we send as."""
    by_address = {one.address: one for one in reversed(every) if one.agent_id is None and not one.removed}
    return next((by_address[one] for one in desk.notifications(brand.id) if one in by_address), None)
