"""Every place of the database that holds sealed text: what a new key must be applied to."""

from collections.abc import Iterator

from sqlalchemy import select, update
from sqlmodel import Session, col

from models.tables.desk import Setting
from models.tables.dkim import DkimKey
from models.tables.mail import Account, OauthGrant

_PLACES = (
    (Account, col(Account.id), col(Account.secret)),
    (OauthGrant, col(OauthGrant.id), col(OauthGrant.tokens)),
    (DkimKey, col(DkimKey.id), col(DkimKey.private)),
    (Setting, col(Setting.key), col(Setting.value)),
)


def texts(session: Session, *, lock: bool = False) -> Iterator[tuple[int, object, str]]:
    """Read all of them: the place's number, the row's id, the text. ``lock``: nobody changes them meanwhile."""
    for place, (_, key, column) in enumerate(_PLACES):
        statement = select(key, column).where(column.like("sealed:%")).order_by(key)
        for row_id, text in session.execute(statement.with_for_update() if lock else statement).all():
            yield place, row_id, text


def put(session: Session, place: int, row_id: object, text: str) -> None:
    """Replace one."""
    table, key, column = _PLACES[place]
    session.execute(update(table).where(key == row_id).values({column: text}))
