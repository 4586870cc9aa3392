"""Leases: who does a job nobody else may do now. One statement each, so any number of processes may ask at once."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from models.store.ahead import SLACK
from models.store.upsert import insert_into
from models.tables.mail import Lease


def acquire(session: Session, *, name: str, holder: str, now: datetime, seconds: float) -> int | None:
    """Take the lease when it is free, run out or this holder's own; its new fencing number, None when it is not ours.

    One that lasts longer than ``seconds`` from now was taken by a clock that was ahead, and counts as run out.
    ``holder`` is unique to the process (and to its incarnation).
    """
    until = now + timedelta(seconds=seconds)
    statement = insert_into(session, Lease).values(name=name, holder=holder, fence=1, until=until)
    taken = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "fence": col(Lease.fence) + 1, "until": until},
        where=or_(col(Lease.until) <= now, col(Lease.until) > until + SLACK, col(Lease.holder) == holder),
    ).returning(col(Lease.fence))
    return session.scalar(taken)


def renew(session: Session, *, name: str, holder: str, fence: int, now: datetime, seconds: float) -> bool:
    """Keep the lease longer. False: somebody else has had it since, stop working.

    A lease that ran out and that nobody took is renewed.
    """
    statement = (
        update(Lease)
        .where(col(Lease.name) == name, col(Lease.holder) == holder, col(Lease.fence) == fence)
        .values(until=now + timedelta(seconds=seconds))
        .returning(col(Lease.fence))
    )
    return session.scalar(statement) is not None


def release(session: Session, *, name: str, holder: str, fence: int, now: datetime) -> None:
    """Give the lease back, so that the next one need not wait for its end; the fencing number stays."""
    session.execute(
        update(Lease)
        .where(col(Lease.name) == name, col(Lease.holder) == holder, col(Lease.fence) == fence)
        .values(until=now)
    )


def holder_of(session: Session, name: str, now: datetime) -> str:
    """Say who holds it now; "" when nobody does."""
    return session.scalar(select(col(Lease.holder)).where(col(Lease.name) == name, col(Lease.until) > now)) or ""
