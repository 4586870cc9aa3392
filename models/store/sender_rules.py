"""What agents said shall be done with a sender's mail from now on."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session, col

from models.store.upsert import insert_into
from models.tables.all import metadata
from models.tables.desk import SenderRule
from models.types.routing import SenderFact, Verb


def of(session: Session, *senders: str) -> dict[str, SenderFact]:
    """Find the rules for these addresses and domains ("@example.org"), all normal."""
    rows = session.execute(_OF, {"senders": list(senders)})
    return {row.sender: SenderFact(row.sender, Verb(row.verb), row.kind or "") for row in rows}


def put(session: Session, rule: SenderFact, agent_id: int | None, now: datetime) -> None:
    """Keep a rule, whatever was said of this sender before."""
    values = {"verb": rule.verb.value, "kind": rule.kind or None, "agent_id": agent_id, "created_at": now}
    statement = insert_into(session, SenderRule).values(sender=rule.sender, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["sender"], set_=values))


def remove(session: Session, sender: str) -> bool:
    """Forget a rule. False: there was none."""
    statement = delete(SenderRule).where(col(SenderRule.sender) == sender)
    return session.scalar(statement.returning(col(SenderRule.id))) is not None


# Asked of every mail; building a statement costs more than running it.
_RULE = metadata.tables["sender_rule"]
_OF = select(_RULE.c.sender, _RULE.c.verb, _RULE.c.kind).where(_RULE.c.sender.in_(bindparam("senders", expanding=True)))
