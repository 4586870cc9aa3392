"""What an account may send: read, changed, and what is left of it."""

from datetime import datetime

from sqlmodel import Session

from models.rules import budget as rule
from models.services import account_edit
from models.store import budget
from models.store.changes import announce
from models.types.actor import Actor
from models.types.limits import BudgetLeft, Limits


def of(session: Session, account_id: int) -> Limits:
    """Read an account's limits."""
    return budget.of(session, account_id).limits


def left(session: Session, account_id: int, now: datetime) -> BudgetLeft:
    """Say what an account may still send."""
    one = budget.of(session, account_id)
    return rule.left(one.limits, one.spent, now)


def change(session: Session, actor: Actor, name: str, limits: Limits, now: datetime) -> None:
    """Change an account's limits, for who may change the account."""
    account_edit.may_change(session, actor, name)
    put(session, account_edit.find(session, name).id, limits, now)


def put(session: Session, account_id: int, limits: Limits, now: datetime) -> None:
    """Change an account's limits. What it sent before it had any is not counted."""
    budget.set_limits(session, account_id, limits)
    announce(session, now, topic="accounts")
