"""The files of a message as they go out again."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from models.tables.record import Attachment, Message


@dataclass(frozen=True, slots=True)
class MessageFile:
    """``path``: the part of the raw mail ``raw_id`` it came as; ``sha256``: an outgoing file's content."""

    name: str
    media_type: str
    size_bytes: int
    path: str
    sha256: str
    raw_id: int | None


def of_message(session: Session, message_id: int) -> list[MessageFile]:
    """List them in their order."""
    statement = (
        select(
            col(Attachment.name),
            col(Attachment.media_type),
            col(Attachment.size_bytes),
            col(Attachment.path),
            col(Attachment.sha256),
            col(Message.raw_id),
        )
        .join(Message, col(Message.id) == col(Attachment.message_id))
        .where(col(Attachment.message_id) == message_id)
        .order_by(col(Attachment.id))
    )
    return [MessageFile(*row) for row in session.execute(statement)]
