"""How a record's mail leaves and comes back: the sending address, and the addresses answers and reports reach us at."""

from collections.abc import Iterator

from sqlmodel import Session

from models.rules.address import domain
from models.rules.sender import covers
from models.services import sender
from models.services.copies import Way
from models.store.desk_facts import AccountAddress, DeskFacts
from models.store.records import RecordFacts
from models.types.sender import SenderChoice


def way_of(desk: DeskFacts, record: RecordFacts, choice: SenderChoice) -> Way:
    """Say where answers and reports go, for mail sent as ``choice``.

    Only an account that is fetched surely reaches us, so its address comes before an alias, and before the domain's
    bounce address, which may be nobody's mailbox yet. A server takes no envelope sender it may not send as (R10).
    """
    reply = next(_reply_bases(desk, record, choice))
    return Way(account_id=choice.account_id, reply=reply, bounce=bounce_of(desk, choice) or reply)


def bounce_of(desk: DeskFacts, choice: SenderChoice) -> str:
    """Say where reports go, for mail sent as ``choice``; "" when nothing is fetched that its server may name."""
    through = next((one for one in desk.accounts if one.id == choice.account_id), None)
    bases = (one for one in _bounce_bases(desk, choice) if through is None or covers(through.sends_as, one))
    return next(bases, "")


def relay_way(session: Session, desk: DeskFacts, record: RecordFacts) -> Way:
    """Say how copies of what came in leave and come back."""
    return way_of(desk, record, sender.choose(session, desk, record, None))


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
    if desk.bounce:
        yield desk.bounce
    mine_first = sorted(desk.domains, key=lambda one: one.name != domain(choice.address))
    bounces = [f"{one.bounce}@{one.name}" for one in mine_first if one.bounce]
    yield from (address for address in bounces if address in fetched)
    yield from fetched


def _fetched(desk: DeskFacts, choice: SenderChoice) -> list[str]:
    """Addresses of the accounts that are fetched, the one it is sent through first."""

    def through(account: AccountAddress) -> bool:
        return account.id != choice.account_id

    return [account.email for account in sorted(desk.accounts, key=through) if account.fetches and account.email]
