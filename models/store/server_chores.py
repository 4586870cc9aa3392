"""What a mail server has still to be told of messages that are stored here."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, select, update
from sqlmodel import Session, col

from models.store.upsert import insert_into
from models.tables.mail import ServerChore
from models.types.account import Chore


def add(session: Session, account_id: int, folder: str, uidvalidity: int, uids: Collection[int]) -> None:
    """Note messages; one that is noted stays as it is."""
    rows = [
        {"account_id": account_id, "folder": folder, "uidvalidity": uidvalidity, "uid": uid, "copied": False}
        for uid in uids
    ]
    if rows:
        session.execute(insert_into(session, ServerChore).on_conflict_do_nothing(), rows)


def waiting(session: Session, account_id: int, folder: str, *, limit: int) -> list[Chore]:
    """Give the oldest of a folder."""
    columns = (col(ServerChore.uidvalidity), col(ServerChore.uid), col(ServerChore.copied))
    statement = select(*columns).where(*_in_folder(account_id, folder))
    ordered = statement.order_by(col(ServerChore.uidvalidity), col(ServerChore.uid)).limit(limit)
    return [Chore(*row) for row in session.execute(ordered)]


def copied(session: Session, account_id: int, folder: str, uidvalidity: int, uids: Collection[int]) -> None:
    """Note that copies are where these are to be moved."""
    session.execute(update(ServerChore).where(*_these(account_id, folder, uidvalidity, uids)).values(copied=True))


def done(session: Session, account_id: int, folder: str, uidvalidity: int, uids: Collection[int]) -> None:
    """Take out what the server confirmed."""
    session.execute(delete(ServerChore).where(*_these(account_id, folder, uidvalidity, uids)))


def forget_others(session: Session, account_id: int, folder: str, uidvalidity: int) -> None:
    """Take out what was numbered otherwise: those numbers name other messages now, or none."""
    others = col(ServerChore.uidvalidity) != uidvalidity
    session.execute(delete(ServerChore).where(*_in_folder(account_id, folder), others))


def _in_folder(account_id: int, folder: str) -> tuple[ColumnElement[bool], ...]:
    return col(ServerChore.account_id) == account_id, col(ServerChore.folder) == folder


def _these(account_id: int, folder: str, uidvalidity: int, uids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    numbered = col(ServerChore.uidvalidity) == uidvalidity, col(ServerChore.uid).in_(uids)
    return (*_in_folder(account_id, folder), *numbered)
