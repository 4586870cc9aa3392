"""What happened on a record since somebody looked: the reply guard's question (C5)."""

from sqlalchemy import and_, select
from sqlmodel import Session, col

from models.tables.desk import Agent
from models.tables.record import Message
from models.types.message import MessageKind, MessageView

MOST = 20


def since(session: Session, record_id: int, base: int, agent_id: int) -> tuple[MessageView, ...]:
    """Give the messages after ``base``, oldest first, at most the newest 20, without their copies and files.

    Field changes the agent made are no news to them; their own messages are (another session may have sent them).
    """
    own_log = and_(col(Message.kind) == MessageKind.LOG, col(Message.author_agent_id) == agent_id)
    statement = (
        select(Message, col(Agent.login))
        .join_from(Message, Agent, col(Agent.id) == col(Message.author_agent_id), isouter=True)
        .where(col(Message.record_id) == record_id, col(Message.id) > base, ~own_log)
        .order_by(col(Message.id).desc())
        .limit(MOST)
    )
    found = [_view(message, login or "") for message, login in session.execute(statement)]
    return tuple(reversed(found))


def _view(message: Message, login: str) -> MessageView:
    assert message.id is not None
    return MessageView(
        id=message.id,
        record_id=message.record_id,
        kind=message.kind,
        direction=message.direction,
        mail_class=message.mail_class,
        author_name=message.author_name,
        author_address=message.author_address,
        author_login=login,
        verified=message.verified,
        subject=message.subject,
        text=message.text,
        new_text=message.new_text,
        to=tuple(message.to),
        cc=tuple(message.cc),
        created_at=message.created_at,
        sent_at=message.sent_at,
        deliveries=(),
        attachments=(),
        why=tuple((rule, outcome, because) for rule, outcome, because in message.tried),
        warnings=tuple(message.warnings),
        message_id=message.message_id,
    )
