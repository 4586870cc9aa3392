"""What a batch of mails asks of the database, as statements made once: to make one takes as long as to run it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, Text, cast, func, or_, select

from models.store.among import among
from models.tables.all import metadata
from models.types.message import Direction
from models.types.people import Channel

PARTICIPANT_MESSAGES = 200  # as ``records.participants`` counts

_RAW, _MESSAGE, _RECORD, _DELIVERY, _CONTACT, _AGENT, _FOLLOWING = (
    metadata.tables[name].c for name in ("raw_mail", "message", "record", "delivery", "contact", "agent", "following")
)
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Statements:
    """Each takes what ``among.given`` makes of the values asked for."""

    stored: Rows  # by sha256
    linked: Rows  # by Message-ID, as sent or as relayed
    namesakes: Rows  # by Message-ID
    standings: Rows  # by record id, and so the others
    taking_part: Rows
    addresses: tuple[Rows, ...]


@cache
def statements() -> Statements:
    """Make them, once."""
    m, r = _MESSAGE, _RECORD
    named = or_(among(m.message_id), among(m.relay_id))
    came_in = (among(m.message_id), m.direction != Direction.OUT)
    stored = select(_RAW.sha256).where(_RAW.account_id.is_(None), among(_RAW.sha256))
    linked = select(m.message_id, m.relay_id, m.id, m.record_id, m.kind, m.direction).where(named).order_by(m.id)
    namesakes = select(m.message_id, m.id, m.author_address, m.subject, m.text).where(*came_in).order_by(m.id)
    standings = select(r.id, r.kind, r.need, r.need_since, r.need_reason, r.preview).where(among(r.id))
    return Statements(
        stored=stored,
        linked=linked,
        namesakes=namesakes,
        standings=standings.order_by(r.id).with_for_update(),
        taking_part=_taking_part(),
        addresses=_addresses(),
    )


def _taking_part() -> Rows:
    """Whoever stands in the newest messages, each group of people once: in a thread they are mostly the same."""
    m = _MESSAGE
    order = func.row_number().over(partition_by=m.record_id, order_by=m.id.desc())
    lines = (cast(column, Text).label(column.name) for column in (m.to_line, m.cc_line))
    newest = (
        select(m.record_id, m.author_address, *lines, order.label("nth"))
        .where(among(m.record_id), ~m.outsider)
        .subquery()
        .c
    )
    columns = (newest.record_id, newest.author_address, newest.to_line, newest.cc_line)
    return select(*columns).where(newest.nth <= PARTICIPANT_MESSAGES).distinct()


def _addresses() -> tuple[Rows, ...]:
    """Who got copies, the customer, and who follows."""
    mailed = (among(_DELIVERY.record_id), _DELIVERY.channel == Channel.EMAIL)
    following = among(_FOLLOWING.record_id)
    return (
        select(_DELIVERY.record_id, _DELIVERY.recipient).where(*mailed),
        select(_RECORD.id, _CONTACT.email)
        .join(_CONTACT.id.table, _CONTACT.id == _RECORD.contact_id)
        .where(among(_RECORD.id)),
        select(_FOLLOWING.record_id, _CONTACT.email)
        .join(_CONTACT.id.table, _CONTACT.id == _FOLLOWING.contact_id)
        .where(following),
        select(_FOLLOWING.record_id, _AGENT.email)
        .join(_AGENT.id.table, _AGENT.id == _FOLLOWING.agent_id)
        .where(following, _AGENT.active),
    )
