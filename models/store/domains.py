"""Mail domains as admins see and change them."""

from sqlalchemy import delete, select
from sqlmodel import Session, col

from models.store import edits
from models.tables.desk import Alias, Brand, Domain
from models.tables.dkim import DkimKey
from models.types.identity import DomainView


def views(session: Session) -> tuple[DomainView, ...]:
    """Read every domain, the first in sequence first."""
    aliases = session.execute(select(col(Alias.domain_id), col(Alias.local_part)).order_by(col(Alias.local_part))).all()
    statement = (
        select(
            col(Domain.id),
            col(Domain.name),
            col(Brand.name).label("brand"),
            col(Domain.catchall),
            col(Domain.bounce),
            col(Domain.default_from),
            col(Domain.sequence),
            *edits.columns(Domain),
        )
        .outerjoin(Brand, col(Brand.id) == col(Domain.brand_id))
        .order_by(col(Domain.sequence), col(Domain.id))
    )
    return tuple(
        DomainView(
            id=row.id,
            name=row.name,
            brand=row.brand or "",
            catchall=row.catchall,
            bounce=row.bounce,
            default_from=row.default_from,
            sequence=row.sequence,
            aliases=tuple(name for domain_id, name in aliases if domain_id == row.id),
            edit=edits.of(row),
        )
        for row in session.execute(statement)
    )


def lock(session: Session, domain_id: int) -> None:
    """Let nobody else change a domain before this transaction ends."""
    session.execute(select(col(Domain.id)).where(col(Domain.id) == domain_id).with_for_update())


def forget(session: Session, domain_id: int) -> None:
    """Delete a domain without aliases; nothing is signed with its keys any more."""
    session.execute(delete(DkimKey).where(col(DkimKey.domain_id) == domain_id))
    session.execute(delete(Domain).where(col(Domain.id) == domain_id))
