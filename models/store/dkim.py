"""Signing keys by domain."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from models.tables.desk import Domain
from models.tables.dkim import DkimKey
from models.types.dkim import Algorithm, DkimView


def views(session: Session, domain: str = "") -> tuple[DkimView, ...]:
    """Read the keys of one domain, or of all."""
    statement = (
        select(
            col(Domain.name),
            col(DkimKey.selector),
            col(DkimKey.algorithm),
            col(DkimKey.public),
            col(DkimKey.active),
            col(DkimKey.created_at),
            col(DkimKey.seen_at),
        )
        .join(Domain, col(Domain.id) == col(DkimKey.domain_id))
        .order_by(col(Domain.name), col(DkimKey.id))
    )
    if domain:
        statement = statement.where(col(Domain.name) == domain)
    return tuple(
        DkimView(name, selector, Algorithm(algorithm), public, active, created_at, seen_at)
        for name, selector, algorithm, public, active, created_at, seen_at in session.execute(statement)
    )


def active(session: Session) -> list[tuple[str, str, Algorithm, str]]:
    """Read what mail is signed with: domain, selector, algorithm, sealed private key."""
    found = session.connection().execute(_ACTIVE)
    return [(name, one, Algorithm(algorithm), private) for name, one, algorithm, private in found]


def add(
    session: Session, *, domain_id: int, selector: str, algorithm: Algorithm, public: str, private: str, now: datetime
) -> None:
    """Keep a new key; nothing is signed with it yet."""
    session.execute(
        insert(DkimKey).values(
            domain_id=domain_id,
            selector=selector,
            algorithm=algorithm.value,
            public=public,
            private=private,
            active=False,
            created_at=now,
        )
    )


def change(session: Session, domain_id: int, selector: str, **values: object) -> bool:
    """Change a key; False when there is none."""
    which = (col(DkimKey.domain_id) == domain_id, col(DkimKey.selector) == selector)
    return session.scalar(update(DkimKey).where(*which).values(**values).returning(col(DkimKey.id))) is not None


def remove(session: Session, domain_id: int, selector: str) -> bool:
    """Delete a key; False when there is none."""
    which = (col(DkimKey.domain_id) == domain_id, col(DkimKey.selector) == selector)
    return session.scalar(delete(DkimKey).where(*which).returning(col(DkimKey.id))) is not None


# Built once: building a statement costs more than running it, and each batch of mail asks.
_ACTIVE = (
    select(col(Domain.name), col(DkimKey.selector), col(DkimKey.algorithm), col(DkimKey.private))
    .join(Domain, col(Domain.id) == col(DkimKey.domain_id))
    .where(col(DkimKey.active))
    .order_by(col(Domain.name), col(DkimKey.id))
)
