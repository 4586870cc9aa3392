"""Gather everything copies of messages say, for ``mime.compose`` to make their bytes."""

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from models.services.copy_said import answer, notification
from models.services.files_along import Along, with_answer, with_notification
from models.services.gathered import Gathered, gather, is_answer
from models.store import desk_facts
from models.store.desk_facts import DeskFacts
from models.types.errors import NotAllowed, NotFound
from models.types.mail import OutgoingMail

Unsendable = NotFound | NotAllowed | ValueError
Files = Callable[[int, bool], Along]  # of a message: with the message itself, or with a notification of it

log = logging.getLogger(__name__)


def outgoing(session: Session, delivery_id: int, desk: DeskFacts | None = None) -> OutgoingMail:
    """Say what this copy is. The same at every try, as far as the rows it is made of stay the same.

    ``desk``: read already in the same transaction.

    ``NotAllowed``: its sender may not send it any more.

    People addressed get the message itself; followers, and agents told of a note, get a notification of it, from the
    desk's address and marked as automatic.
    """
    said = many(session, [delivery_id], desk)[delivery_id]
    if isinstance(said, Exception):
        raise said
    return said


def many(
    session: Session, delivery_ids: Sequence[int], desk: DeskFacts | None = None
) -> dict[int, OutgoingMail | Unsendable]:
    """Say the same of many copies by one reading; the error of one that cannot be sent stands in its place."""
    return dict(each(session, delivery_ids, desk))


def each(
    session: Session, delivery_ids: Sequence[int], desk: DeskFacts | None = None
) -> Iterator[tuple[int, OutgoingMail | Unsendable]]:
    """Say it of one after the other, so that the files of only one message need be in memory."""
    desk = desk or desk_facts.read(session)
    try:
        gathered = gather(session, delivery_ids, desk)
    except SQLAlchemyError:  # nothing more can be read
        raise
    except Exception as error:  # a row we fail at must not stop the others
        if len(delivery_ids) == 1:
            yield delivery_ids[0], _failed(delivery_ids[0], error)
            return
        for delivery_id in delivery_ids:
            yield from each(session, [delivery_id], desk)
        return

    @lru_cache(1)  # the copies of one message stand together
    def along(message_id: int, itself: bool) -> Along:
        files = gathered.files.get(message_id, ())
        return with_answer(session, files) if itself else with_notification(session, files)

    for delivery_id in delivery_ids:
        yield delivery_id, _one(gathered, along, delivery_id)


def _one(gathered: Gathered, along: Files, delivery_id: int) -> OutgoingMail | Unsendable:
    try:
        return _said(gathered, along, delivery_id)
    except (NotFound, NotAllowed, ValueError) as error:
        return error
    except SQLAlchemyError:
        raise
    except Exception as error:
        return _failed(delivery_id, error)


def _said(gathered: Gathered, along: Files, delivery_id: int) -> OutgoingMail:
    copy = gathered.copies.get(delivery_id)
    message = gathered.messages.get(copy.message_id) if copy else None
    if copy is None or message is None:
        raise NotFound("This message is not there any more.")
    if copy.number is None:
        raise NotFound("This record is not there any more.")
    if is_answer(message, copy):
        return answer(gathered, message, copy, along(message.id, True))
    return notification(gathered, message, copy, copy.number, along(message.id, False))


def _failed(delivery_id: int, error: Exception) -> ValueError:
    log.error("Delivery %d cannot be written", delivery_id, exc_info=error)
    return ValueError(type(error).__name__)
