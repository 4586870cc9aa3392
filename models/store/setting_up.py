"""What only setting up a desk writes: brands, domains, kinds of record, aliases."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from models.store.upsert import insert_into
from models.tables.desk import Alias, Brand, Domain, Kind
from models.types.identity import KindView


def name_default_brand(session: Session, name: str) -> int:
    """Give the default brand this name, making it when there is none; its id."""
    there = session.scalar(select(col(Brand.id)).where(col(Brand.is_default)))
    if there is None:
        made = insert(Brand).values(name=name, signature="", is_default=True).returning(col(Brand.id))
        return int(session.execute(made).scalar_one())
    session.execute(update(Brand).where(col(Brand.id) == there).values(name=name))
    return int(there)


def ensure_domain(session: Session, name: str) -> int:
    """Find a domain of ours by its normal name, or make it; its id."""
    values = {"name": name, "catchall": "", "bounce": "bounce", "sequence": 10}
    session.execute(insert_into(session, Domain).values(values).on_conflict_do_nothing(index_elements=["name"]))
    return int(session.execute(select(col(Domain.id)).where(col(Domain.name) == name)).scalar_one())


def ensure_kind(session: Session, name: str, letter: str, stages: Sequence[str], *, has_amount: bool) -> None:
    """Make a kind of record unless there is one of this name."""
    values = {"name": name, "letter": letter, "stages": list(stages), "has_amount": has_amount}
    session.execute(insert_into(session, Kind).values(values).on_conflict_do_nothing(index_elements=["name"]))


def kinds(session: Session) -> tuple[str, ...]:
    """Name the kinds of record."""
    return tuple(session.scalars(select(col(Kind.name)).order_by(col(Kind.name))))


def kind_views(session: Session) -> tuple[KindView, ...]:
    """Read the kinds of record."""
    columns = (col(Kind.name), col(Kind.letter), col(Kind.stages), col(Kind.has_amount), col(Kind.reopen_days))
    rows = session.execute(select(*columns).order_by(col(Kind.name)))
    return tuple(KindView(name, letter, tuple(stages), amount, days) for name, letter, stages, amount, days in rows)


def put_alias(
    session: Session,
    local_part: str,
    domain_id: int,
    creates: str,
    *,
    policy: str = "everyone",
    any_domain: bool = False,
    auto_reply: str = "",
) -> None:
    """Let mail to an address open records of this kind, whatever it opened before."""
    said = {"creates": creates, "policy": policy, "any_domain": any_domain, "auto_reply": auto_reply}
    statement = insert_into(session, Alias).values(local_part=local_part, domain_id=domain_id, **said)
    session.execute(statement.on_conflict_do_update(index_elements=["local_part", "domain_id"], set_=said))


def set_catchall(session: Session, domain_id: int, local_part: str) -> None:
    """Set which local part takes mail for unknown addresses of a domain; "" = none."""
    session.execute(update(Domain).where(col(Domain.id) == domain_id).values(catchall=local_part))


def set_reopening(session: Session, kind: str, days: int | None) -> bool:
    """Set for how many days a done record of a kind opens again. False: there is no such kind."""
    statement = update(Kind).where(col(Kind.name) == kind).values(reopen_days=days)
    return session.scalar(statement.returning(col(Kind.name))) is not None


def remove_alias(session: Session, local_part: str, domain: str) -> bool:
    """Take an alias out. False: there was none."""
    ours = select(col(Domain.id)).where(col(Domain.name) == domain)
    statement = delete(Alias).where(col(Alias.local_part) == local_part, col(Alias.domain_id).in_(ours))
    return session.scalar(statement.returning(col(Alias.id))) is not None
