"""Gather what is to be checked of a domain of ours: its keys, and the servers its mail leaves by."""

from sqlmodel import Session

from models.rules.address import domain as domain_of
from models.rules.new_account import is_loopback
from models.services import domains, way
from models.store import accounts, desk_facts, dkim, sending
from models.store import domains as stored
from models.types.domain_health import DomainQuestion, SendingHost
from models.types.sender import SenderChoice

HERE = "the server on this machine"


def question(session: Session, name: str) -> DomainQuestion:
    """Say what to judge; ``NotFound`` when it is no domain of ours."""
    view = domains.find(session, name)
    ours = frozenset(one.name for one in stored.views(session))
    desk = desk_facts.read(session)
    hosts = []
    working = {one.id: one for one in accounts.active(session)}
    for address in sending.candidates(session):
        account = working.get(address.account_id)
        if account is None or address.removed or domain_of(address.address) != view.name:
            continue
        choice = SenderChoice(address.address, "", account.id, rule="", tried=())
        bounce = domain_of(way.bounce_of(desk, choice)) or view.name
        host = account.smtp_host.lower().rstrip(".")
        own = any(host == one or host.endswith(f".{one}") for one in ours)
        hosts.append(SendingHost(account.name, HERE if is_loopback(host) else host, own, bounce))
    return DomainQuestion(view.name, dkim.views(session, view.name), tuple(dict.fromkeys(hosts)), ours)


def names(session: Session) -> tuple[str, ...]:
    """Name every domain of ours, in their order."""
    return tuple(one.name for one in stored.views(session))
