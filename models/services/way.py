"""How a record's mail leaves and comes back: the sending address, and the addresses answers and reports reach us at."""

from collections.abc import Iterator

from sqlmodel import Session

from models.rules.sender import choose_sender
from models.services.copies import Way
from models.store import sending
from models.store.desk_facts import AccountAddress, DeskFacts
from models.store.records import RecordFacts
from models.types.sender import SenderChoice, SenderQuestion


def choose(
    session: Session, desk: DeskFacts, record: RecordFacts, agent_id: int | None, *, last_seen: str = ""
) -> SenderChoice:
    """Choose what a record's mail goes out as (R10). ``agent_id`` None: no person wrote it."""
    agent = desk.agent(agent_id)
    brand = desk.brand(record.brand_id)
    every = sending.candidates(session)
    question = SenderQuestion(
        agent_id=agent_id,
        author_name=agent.name if agent else "",
        brand_id=brand.id or None,
        brand_name=brand.name,
        company_domains=frozenset(one.name for one in desk.domains if one.brand_id in (None, brand.id)),
        last_seen=last_seen,
        notification=next((one for one in every if one.address == desk.notification), None),
    )
    return choose_sender(question, every)


def way_of(desk: DeskFacts, record: RecordFacts, choice: SenderChoice) -> Way:
    """Say where answers and reports go, for mail sent as ``choice``.

    Only an account that is fetched surely reaches us, so its address comes before an alias, and before the domain's
    bounce address, which may be nobody's mailbox yet.
    """
    reply = next(_reply_bases(desk, record, choice))
    bounce = desk.bounce or next(_bounce_bases(desk, choice), reply)
    return Way(account_id=choice.account_id, reply=reply, bounce=bounce)


def relay_way(session: Session, desk: DeskFacts, record: RecordFacts) -> Way:
    """Say how copies of what came in leave and come back."""
    return way_of(desk, record, choose(session, desk, record, None))


def _reply_bases(desk: DeskFacts, record: RecordFacts, choice: SenderChoice) -> Iterator[str]:
    fetched = _fetched(desk, choice)
    aliases = [alias for alias in desk.aliases if alias.brand_id in (None, record.brand_id)]
    of_kind = [alias.address for alias in aliases if alias.creates == record.kind]
    yield from (address for address in of_kind if address in fetched)
    yield from fetched
    yield from of_kind
    yield from (alias.address for alias in aliases)
    yield choice.address or desk.notification


def _bounce_bases(desk: DeskFacts, choice: SenderChoice) -> Iterator[str]:
    fetched = _fetched(desk, choice)
    bounces = [f"{one.bounce}@{one.name}" for one in desk.domains if one.bounce]
    yield from (address for address in bounces if address in fetched)
    yield from fetched


def _fetched(desk: DeskFacts, choice: SenderChoice) -> list[str]:
    """Addresses of the accounts that are fetched, the one it is sent through first."""

    def through(account: AccountAddress) -> bool:
        return account.id != choice.account_id

    return [account.email for account in sorted(desk.accounts, key=through) if account.fetches and account.email]
