"""Who gets a message, over which channel and why, and who does not and why not (R8).

The author never does, nobody does twice, our own addresses never do, and a note reaches agents only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from models.rules.address import normal
from models.types.people import Audience, Channel, Follower, Recipient, Why

WROTE_IT = "wrote it"
HAS_IT = "already in To or Cc of the mail"
OURS = "one of our own addresses"
TWICE = "is there already"
OUTSIDER = "not an agent; a note stays inside"
NO_CUSTOMER_RELAY = "customers get no copies here"
NO_ADDRESS = "has no usable address"
TOO_MANY = "too many copies of this record's mail went out within the hour"


def relay(
    *,
    followers: Sequence[Follower],
    author_address: str,
    author_agent_id: int | None,
    already: frozenset[str],
    own: frozenset[str],
    internal: bool,
    customer_relay: bool = True,
) -> Audience:
    """Compute who is told of a mail that came in.

    ``already`` and ``own`` are normal addresses. ``internal``: the mail answers a note, so agents only.
    """
    table = _Table(own, frozenset({normal(author_address)} - {""}), author_agent_id, already)
    table.follow(followers, staff_only=internal, customers=customer_relay)
    return table.audience()


def reply(
    *,
    to: Sequence[Recipient],
    followers: Sequence[Follower],
    author_agent_id: int | None,
    own: frozenset[str],
    customer_relay: bool = True,
) -> Audience:
    """Compute who gets an agent's answer: the people addressed, then the followers who are not among them."""
    people = [(p.agent_id, p.address) for p in to] + [(f.agent_id, f.address) for f in followers]
    table = _Table(own, _addresses_of(author_agent_id, people), author_agent_id)
    for person in to:
        table.put(_Person(person.name, person.address, person.channel, person.agent_id, person.contact_id), Why.TO)
    table.follow(followers, customers=customer_relay)
    return table.audience()


def note(
    *,
    followers: Sequence[Follower],
    author_agent_id: int | None,
    mentioned: Sequence[Follower] = (),
    own: frozenset[str] = frozenset(),
) -> Audience:
    """Compute who is told of an internal note: agents only, whatever is passed in."""
    people = [(f.agent_id, f.address) for f in (*mentioned, *followers)]
    table = _Table(own, _addresses_of(author_agent_id, people), author_agent_id)
    table.follow(mentioned, staff_only=True, why=Why.MENTIONED)
    table.follow(followers, staff_only=True)
    return table.audience()


def held_back(audience: Audience) -> Audience:
    """Mail nobody: agents see it inside, the others are left out (R6)."""
    inside = tuple(replace(one, channel=Channel.INBOX, address="") for one in audience.recipients if one.staff)
    outside = tuple((one.name or one.address, TOO_MANY) for one in audience.recipients if not one.staff)
    return Audience(inside, (*audience.left_out, *outside))


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    address: str
    channel: Channel
    agent_id: int | None
    contact_id: int | None

    @property
    def staff(self) -> bool:
        # somebody who is also a contact counts as an outsider: the doubt never opens a note
        return self.agent_id is not None and self.contact_id is None


@dataclass(slots=True)
class _Table:
    own: frozenset[str]
    authors: frozenset[str]  # normal addresses of whoever wrote it
    author_agent_id: int | None
    already: frozenset[str] = frozenset()
    taken: list[Recipient] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    _seen: set[str | int | None] = field(default_factory=set)

    def follow(
        self,
        followers: Sequence[Follower],
        *,
        staff_only: bool = False,
        customers: bool = True,
        why: Why = Why.FOLLOWER,
    ) -> None:
        for person in _staff_first(followers):
            if not person.staff and staff_only:
                self.refuse(person, OUTSIDER)
            elif not person.staff and not customers:
                self.refuse(person, NO_CUSTOMER_RELAY)
            else:
                self.put(person, why)

    def put(self, person: _Person, why: Why) -> None:
        address = normal(person.address)
        refusal = self._refusal(person, address)
        if refusal:
            self.refuse(person, refusal)
            return
        inside = person.staff and (person.channel is Channel.INBOX or not address or address in self.own)
        self._seen |= {mark for mark in (address, person.agent_id) if mark not in ("", None)}
        self.taken.append(
            Recipient(
                name=person.name,
                address="" if inside else address,
                channel=Channel.INBOX if inside else Channel.EMAIL,
                why=why,
                agent_id=person.agent_id,
                contact_id=person.contact_id,
            )
        )

    def _refusal(self, person: _Person, address: str) -> str:
        if address in self.authors or (person.agent_id is not None and person.agent_id == self.author_agent_id):
            return WROTE_IT
        if address in self._seen or person.agent_id in self._seen:
            return TWICE
        if address in self.already:
            return HAS_IT
        if not person.staff and address in self.own:
            return OURS
        return "" if person.staff or address else NO_ADDRESS

    def refuse(self, person: _Person, reason: str) -> None:
        self.left_out.append((person.name or person.address, reason))

    def audience(self) -> Audience:
        return Audience(tuple(self.taken), tuple(self.left_out))


def _staff_first(followers: Sequence[Follower]) -> Iterator[_Person]:
    # an agent who is also followed as a customer gets the agent's copy
    people = [_Person(f.name, f.address, f.channel, f.agent_id, f.contact_id) for f in followers]
    yield from (p for p in people if p.staff)
    yield from (p for p in people if not p.staff)


def _addresses_of(agent_id: int | None, people: Iterable[tuple[int | None, str]]) -> frozenset[str]:
    if agent_id is None:
        return frozenset()
    return frozenset(normal(address) for person, address in people if person == agent_id) - {""}
