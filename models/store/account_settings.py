"""Mail accounts as admins set them up: their settings, the proof that they work, their last change."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from models.store import edits, grants
from models.tables.desk import Agent
from models.tables.mail import Account, Delivery, SendingAddress
from models.types.account import NewAccount
from models.types.account_view import AccountView
from models.types.delivery import DeliveryState
from models.types.sender import Proof
from models.types.trial import TrialResult

WAITING = (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.IN_DATA)

_SAID = tuple(field.name for field in fields(NewAccount) if field.name != "display_name")


def views(session: Session, *, account_id: int | None = None, lock: bool = False) -> tuple[AccountView, ...]:
    """Read the accounts that are there, by name; or the one."""
    statement = select(Account).where(col(Account.removed_at).is_(None)).order_by(col(Account.name))
    if account_id is not None:
        statement = statement.where(col(Account.id) == account_id)
    rows = session.scalars(statement.with_for_update() if lock else statement).all()
    queued = _queued(session)
    return tuple(_view(session, row, queued) for row in rows)


def write(session: Session, account_id: int, values: Mapping[str, Any], *, by: str, what: str, now: datetime) -> None:
    """Change settings, and remember who did."""
    edits.change(session, Account, account_id, values, by=by, what=what, now=now)


def write_trial(
    session: Session, account_id: int, result: TrialResult, fingerprint: str, *, proof: Proof | None = None
) -> None:
    """Keep what a test of the stored settings said. What it did not find out stays as it was known.

    ``proof``: what it proves after all, where that is not the result's own word.
    """
    steps = [
        [step.key, step.name, step.state.value, step.sentence, step.remedy, step.server_text] for step in result.steps
    ]
    found = {
        "plus_addressing": result.plus_addressing,
        "other_from": result.other_from,
        "authserv_id": result.authserv_id or None,
    }
    values: dict[str, Any] = {
        "proof": proof or result.proof,
        "tested_at": result.at,
        "fingerprint": fingerprint,
        "trial": steps,
        **{name: value for name, value in found.items() if value is not None},
    }
    session.execute(update(Account).where(col(Account.id) == account_id).values(**values))


def forget_trial(session: Session, account_id: int) -> None:
    """Say that the settings as they are now were never tested, and serve the account no more."""
    session.execute(
        update(Account)
        .where(col(Account.id) == account_id)
        .values(
            proof=Proof.UNTESTED, tested_at=None, fingerprint="", trial=[], plus_addressing=None, other_from=None,
            authserv_id="", active=False,
        )
    )  # fmt: skip


def proof(session: Session, account_id: int) -> tuple[Proof, str]:
    """Read what the newest test said, and the fingerprint of what it was about ("": it worked before tests were)."""
    row = session.execute(
        select(col(Account.proof), col(Account.fingerprint)).where(col(Account.id) == account_id)
    ).one()
    return row[0], row[1]


def owned_by(session: Session, account_id: int, login: str) -> bool:
    """Tell whether it is this employee's own: every address that goes out through it is theirs."""
    statement = (
        select(col(Agent.login))
        .select_from(SendingAddress)
        .outerjoin(Agent, col(Agent.id) == col(SendingAddress.agent_id))
        .where(col(SendingAddress.account_id) == account_id)
    )
    return set(session.scalars(statement)) == {login}


def retire(session: Session, account_id: int, name: str, now: datetime) -> None:
    """Take an account away from sight; mail that came or went by it keeps it. Its secret goes, its name is free."""
    gone = f"{name[:90]} (removed {account_id})"
    values = {"active": False, "removed_at": now, "name": gone, "secret": "", "proof": Proof.UNTESTED}
    session.execute(update(Account).where(col(Account.id) == account_id).values(**values))
    session.execute(
        update(SendingAddress).where(col(SendingAddress.account_id) == account_id).values(active=False, removed=True)
    )


def _queued(session: Session) -> dict[int, int]:
    statement = (
        select(col(Delivery.account_id), func.count())
        .where(col(Delivery.state).in_(WAITING), col(Delivery.account_id).is_not(None))
        .group_by(col(Delivery.account_id))
    )
    return {int(account_id or 0): int(number) for account_id, number in session.execute(statement)}


def _view(session: Session, row: Account, queued: Mapping[int, int]) -> AccountView:
    assert row.id is not None
    grant = grants.view(session, row.secret.removeprefix("oauth:")) if row.secret.startswith("oauth:") else None
    return AccountView(
        id=row.id,
        said=NewAccount(**{name: getattr(row, name) for name in _SAID}),
        active=row.active,
        proof=row.proof,
        tested_at=row.tested_at,
        steps=tuple(tuple(step) for step in row.trial),
        plus_addressing=row.plus_addressing,
        other_from=row.other_from,
        authserv_id=row.authserv_id,
        state=row.state,
        sentence=row.sentence,
        send_state=row.send_state,
        send_sentence=row.send_sentence,
        queued=queued.get(row.id, 0),
        edit=edits.of(row),  # type: ignore[arg-type]
        grant=grant,
    )
