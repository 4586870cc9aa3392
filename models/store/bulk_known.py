"""What routing asks of the store, answered for a whole batch of mails: read once, then kept up with what is placed."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session

from models.store import bulk
from models.store.bulk import Standing
from models.store.messages import Linked, NewMessage
from models.store.records import bare
from models.store.routing_context import Known, Namesake, Taking, ids_of
from models.types.mail import IncomingMail
from models.types.record import Need


class BatchKnown(Known):
    """Messages and records the batch's mails can reach, with those placed before them in the same batch."""

    def __init__(self, session: Session, mails: Sequence[IncomingMail]) -> None:
        super().__init__(session)
        self._linked = bulk.linked(session, {wire_id for mail in mails for wire_id in ids_of(mail)})
        self._named = bulk.namesakes(session, {mail.message_id for mail in mails if mail.message_id})
        self.standing: dict[int, Standing] = {}
        self._load({one.record_id for one in self._linked.values()})

    def linked(self, wire_ids: Sequence[str]) -> dict[str, Linked]:
        """Find the messages these Message-IDs name."""
        return {wire_id: self._linked[wire_id] for wire_id in wire_ids if wire_id in self._linked}

    def namesakes(self, wire_id: str) -> list[Namesake]:
        """Find what came in under this Message-ID."""
        return self._named.get(wire_id, [])

    def taking(self, record_id: int) -> Taking | None:
        """None: there is no such record."""
        if record_id not in self._taking:
            self._load([record_id])
        return self._taking[record_id]

    def opened(self, record_id: int, standing: Standing) -> None:
        """Learn of a record the batch opens."""
        self.standing[record_id] = standing
        self._taking[record_id] = Taking(frozenset(), standing.kind, standing.need is Need.DONE)

    def added(self, message_id: int, new: NewMessage) -> None:
        """Learn of a message the batch adds."""
        wire_id = new.message_id
        self._linked[wire_id] = Linked(wire_id, message_id, new.record_id, new.kind, new.direction)
        self._named.setdefault(wire_id, []).append(Namesake(message_id, new.author_address, new.subject, new.text))
        taking = self._taking[new.record_id]
        assert taking is not None
        named = () if new.outsider else (new.author_address, *(bare(line) for line in (*new.to, *new.cc)))
        people = set(named) - {""}
        if not people <= taking.participants:
            self._taking[new.record_id] = Taking(taking.participants | people, taking.kind, taking.done)

    def _load(self, record_ids: Iterable[int]) -> None:
        wanted = set(record_ids)
        found = bulk.standings(self._session, wanted)
        self.standing.update(found)
        self._taking.update(dict.fromkeys(wanted))
        self._taking.update(bulk.takings(self._session, found))
