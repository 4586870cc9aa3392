"""Brands as admins see and change them."""

from collections.abc import Iterable

from sqlalchemy import delete, exists, func, insert, or_, select
from sqlmodel import Session, col

from models.store import edits
from models.tables.desk import Alias, Brand, Domain
from models.tables.mail import Account
from models.tables.record import Record
from models.tables.sender import AddressBrand
from models.types.identity import BrandView
from models.types.record import Need


def views(session: Session) -> tuple[BrandView, ...]:
    """Read every brand, those given up last."""
    domains = session.execute(select(col(Domain.brand_id), col(Domain.name)).order_by(col(Domain.sequence))).all()
    statement = select(
        col(Brand.id),
        col(Brand.name),
        col(Brand.signature),
        col(Brand.is_default),
        col(Brand.customer_relay),
        col(Brand.notification),
        col(Brand.stay_on),
        col(Brand.personal_senders),
        col(Brand.active),
        *edits.columns(Brand),
    ).order_by(col(Brand.active).desc(), col(Brand.name))
    return tuple(
        BrandView(
            id=row.id,
            name=row.name,
            signature=row.signature,
            is_default=row.is_default,
            customer_relay=row.customer_relay,
            notification=row.notification,
            stay_on=row.stay_on,
            personal_senders=row.personal_senders,
            domains=tuple(name for brand_id, name in domains if brand_id == row.id),
            active=row.active,
            edit=edits.of(row),
        )
        for row in session.execute(statement)
    )


def ids(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Find brands by name."""
    statement = select(col(Brand.name), col(Brand.id)).where(col(Brand.name).in_(list(names)))
    return {row.name: row.id for row in session.execute(statement)}


def lock(session: Session, brand_id: int) -> None:
    """Let nobody else change a brand before this transaction ends."""
    session.execute(select(col(Brand.id)).where(col(Brand.id) == brand_id).with_for_update())


def add(session: Session, name: str) -> int:
    """Make a brand; its id."""
    statement = insert(Brand).values(name=name, signature="", is_default=False)
    return int(session.execute(statement.returning(col(Brand.id))).scalar_one())


def used(session: Session, brand_id: int) -> bool:
    """Tell whether anything refers to a brand."""
    places = (Record.brand_id, Domain.brand_id, Alias.brand_id, Account.brand_id, AddressBrand.brand_id)
    return bool(session.scalar(select(or_(*(exists().where(col(place) == brand_id) for place in places)))))


def forget(session: Session, brand_id: int) -> None:
    """Delete a brand nothing refers to."""
    session.execute(delete(Brand).where(col(Brand.id) == brand_id))


def open_records(session: Session, default_brand_id: int | None) -> dict[int, int]:
    """Count the records that are not done, by brand; those without one are the default brand's."""
    brand = func.coalesce(col(Record.brand_id), default_brand_id)
    statement = select(brand, func.count()).where(col(Record.need) != Need.DONE).group_by(brand)
    return {brand_id: count for brand_id, count in session.execute(statement) if brand_id is not None}
