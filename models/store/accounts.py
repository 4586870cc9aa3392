"""Mail accounts: what workers need of them, and the health of their fetching and their sending half."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlmodel import Session, col

from models.rules.budget_json import plain
from models.tables.mail import Account, SendingAddress
from models.tables.sender import AddressBrand
from models.types.account import Auth, NewAccount, Security
from models.types.health import AccountState

LONGEST_WAIT = timedelta(minutes=15)
SHORTEST_WAIT = timedelta(seconds=5)

JUST_NOW = timedelta(seconds=10)


class Half(StrEnum):
    """The two things an account does; each fails and recovers by itself."""

    FETCH = "fetch"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account as it is stored. ``secret`` is a reference, never a password; an empty host: not that half."""

    id: int
    name: str
    email: str
    user: str
    secret: str
    smtp_host: str
    smtp_port: int
    smtp_security: Security
    imap_host: str
    imap_port: int
    imap_security: Security
    pop3_host: str
    pop3_port: int
    pop3_security: Security
    leave_days: int | None
    ca_file: str
    folder: str
    more_folders: str
    after_fetch: str
    poll_seconds: int
    auth: Auth
    active: bool
    state: AccountState
    retry_at: datetime | None
    send_state: AccountState
    send_retry_at: datetime | None


def read(session: Session, account_id: int) -> AccountFacts | None:
    """Read one account."""
    found = session.execute(select(*_COLUMNS).where(col(Account.id) == account_id)).first()
    return AccountFacts(*found) if found else None


def active(session: Session) -> list[AccountFacts]:
    """Read the accounts that are switched on."""
    statement = select(*_COLUMNS).where(col(Account.active)).order_by(col(Account.id))
    return [AccountFacts(*row) for row in session.execute(statement)]


def by_name(session: Session, name: str) -> int | None:
    """Find the id of the account called so."""
    return session.scalar(select(col(Account.id)).where(col(Account.name) == name))


def add(session: Session, new: NewAccount, *, name: str, email: str, brand_id: int | None, active: bool = False) -> int:
    """Keep a new account, judged before; its id. Without a password it logs in only as a user that was named."""
    said = asdict(new) | {"name": name, "email": email, "user": new.user or (new.email.strip() if new.secret else "")}
    said["limits"] = plain(new.limits)
    del said["display_name"]
    health = {
        "state": AccountState.OK,
        "sentence": "",
        "failures": 0,
        "send_state": AccountState.OK,
        "send_sentence": "",
        "send_failures": 0,
    }
    statement = insert(Account).values(**said, **health, brand_id=brand_id, active=active)
    return int(session.execute(statement.returning(col(Account.id))).scalar_one())


def set_secret(session: Session, account_id: int, reference: str) -> None:
    """Change where the password is."""
    session.execute(update(Account).where(col(Account.id) == account_id).values(secret=reference))


def add_sending_address(
    session: Session, *, email: str, display_name: str, account_id: int, agent_id: int | None, brand_id: int | None
) -> int:
    """Let records be answered from this normal address, through this account."""
    statement = insert(SendingAddress).values(
        email=email,
        display_name=display_name,
        account_id=account_id,
        agent_id=agent_id,
        sequence=10,
        active=True,
    )
    address_id = int(session.execute(statement.returning(col(SendingAddress.id))).scalar_one())
    if brand_id is not None:
        session.execute(insert(AddressBrand).values(address_id=address_id, brand_id=brand_id))
    return address_id


def works(session: Session, account_id: int, half: Half, now: datetime) -> bool:
    """Note a success, to the ten seconds. True: it had been failing, so people will want to hear of it."""
    was, worked_at = session.execute(_HEALTH[half], {"account": account_id}).first() or (None, None)
    if was is AccountState.OK and worked_at is not None and abs(now - worked_at) < JUST_NOW:
        return False
    values = {"state": AccountState.OK, "sentence": "", "failures": 0, "success_at": now, "retry_at": None}
    _write(session, account_id, half, values)
    return was is not AccountState.OK


def fails(
    session: Session, account_id: int, half: Half, sentence: str, now: datetime, *, stop: bool = False
) -> datetime:
    """Note a failure and stay away: 5 s, doubled each time in a row, at most 15 min; when to come back.

    ``stop``: a person must act (a refused login). It stays away 15 min at once, so that trying cannot lock the
    account at its provider; ``restart`` brings it back earlier.
    """
    before = session.scalar(select(_column(half, "failures")).where(col(Account.id) == account_id)) or 0
    wait = LONGEST_WAIT if stop else min(SHORTEST_WAIT * 2 ** min(before, 10), LONGEST_WAIT)
    values = {
        "state": AccountState.STOPPED if stop else AccountState.FAILING,
        "sentence": sentence,
        "failures": before + 1,
        "retry_at": now + wait,
    }
    _write(session, account_id, half, values)
    return now + wait


def stop(session: Session, account_ids: Collection[int], sentence: str, *, half: Half | None = None) -> bool:
    """Say that somebody must act, without a time to stay away; False: it was said already. ``half`` None: of both."""
    halves = list(Half) if half is None else [half]
    unsaid = or_(*(_column(one, "sentence") != sentence for one in halves))
    values: dict[str, Any] = {_NAMES[one]["state"]: AccountState.STOPPED for one in halves}
    values |= {_NAMES[one]["sentence"]: sentence for one in halves}
    stopped = update(Account).where(col(Account.id).in_(account_ids), unsaid).values(values).returning(col(Account.id))
    return bool(session.scalars(stopped.execution_options(synchronize_session=False)).all())


def restart(session: Session, account_id: int) -> None:
    """Try both halves again at once: somebody has put things right."""
    for half in Half:
        _write(session, account_id, half, {"state": AccountState.OK, "sentence": "", "failures": 0, "retry_at": None})


_COLUMNS = tuple(getattr(Account, field.name) for field in fields(AccountFacts))
_NAMES = {
    Half.FETCH: {
        "state": "state",
        "sentence": "sentence",
        "failures": "failures",
        "success_at": "last_success_at",
        "retry_at": "retry_at",
    },
    Half.SEND: {
        "state": "send_state",
        "sentence": "send_sentence",
        "failures": "send_failures",
        "success_at": "send_success_at",
        "retry_at": "send_retry_at",
    },
}


def _column(half: Half, name: str) -> Any:
    return getattr(Account, _NAMES[half][name])


def _write(session: Session, account_id: int, half: Half, values: dict[str, Any]) -> None:
    named = {_NAMES[half][name]: value for name, value in values.items()}
    session.execute(update(Account).where(col(Account.id) == account_id).values(named))


_ACCOUNT = Account.metadata.tables["account"]
_HEALTH = {  # built once: every mail that goes asks
    half: select(_ACCOUNT.c[names["state"]], _ACCOUNT.c[names["success_at"]]).where(
        _ACCOUNT.c.id == bindparam("account")
    )
    for half, names in _NAMES.items()
}
