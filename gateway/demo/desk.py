"""The demo's desk: set up with the services an administrator's commands use, on ordinary account rows."""

from datetime import datetime

from sqlmodel import Session

from gateway.demo import cast, opening
from gateway.demo.launch import SECRET
from gateway.demo.process import USER
from gateway.demo.world import LOOPBACK
from models.rules.account_proof import vouched
from models.services import setup
from models.types.account import NewAccount, Security
from models.types.people import Channel


def furnish(session: Session, *, login: str, name: str, ports: dict[str, int], now: datetime) -> None:
    """Make the desk, its account, its aliases, a colleague and yesterday's records."""
    setup.init(session, brand=cast.BRAND, domain=cast.DOMAIN, notification=f"notifications@{cast.DOMAIN}", now=now)
    for address, kind in (
        (cast.SUPPORT, "ticket"), (cast.SALES, "opportunity"), (cast.ORDERS, "order"), (cast.BILLING, "invoice"),
    ):  # fmt: skip
        setup.add_alias(session, address=address, creates=kind)
    account = _account(ports)
    setup.add_account(session, account, now=now, trial=vouched(account, now))
    setup.ensure_agent(session, login=login, name=name)
    mara = setup.ensure_agent(
        session, login="mara", name=cast.MARA.name, email=cast.MARA.address, channel=Channel.EMAIL
    )
    opening.tell(session, colleague_id=mara.id, now=now)


def _account(ports: dict[str, int]) -> NewAccount:
    return NewAccount(
        email=cast.SUPPORT,
        name="demo",
        display_name=cast.BRAND,
        user=USER,
        secret=f"env:{SECRET}",
        smtp_host=LOOPBACK,
        smtp_port=ports["smtp"],
        smtp_security=Security.PLAIN,
        imap_host=LOOPBACK,
        imap_port=ports["imap"],
        imap_security=Security.PLAIN,
    )
