"""Everything the store knows that bears on where one mail goes, gathered before ``rules.routing.route`` judges."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from sqlmodel import Session

from models.rules import tokens
from models.rules.address import domain, local, normal, plus_stripped
from models.rules.proof import proved
from models.store import messages, outbox, records
from models.store.desk_facts import AliasRow, DeskFacts
from models.store.messages import Linked
from models.store.raw_mail import RawFacts
from models.types.mail import IncomingMail
from models.types.message import Direction, MessageKind
from models.types.record import Need
from models.types.routing import AliasFact, KnownMessage, ReplyToken, RoutingContext

MOST_REFERENCES = 5000  # the newest ids that are looked up, in one query


@dataclass(frozen=True, slots=True)
class Namesake:
    """A message that came in under a mail's Message-ID."""

    id: int
    author_address: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Taking:
    """A record as routing sees it: who takes part in it."""

    participants: frozenset[str]
    kind: str
    done: bool


class Known:
    """What is stored already, asked of the database when it is needed and kept for one mail."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taking: dict[int, Taking | None] = {}
        self._aliases: dict[str, tuple[AliasFact, ...]] = {}

    def linked(self, wire_ids: Sequence[str]) -> dict[str, Linked]:
        """Find the messages these Message-IDs name."""
        return messages.linked(self._session, wire_ids)

    def namesakes(self, wire_id: str) -> list[Namesake]:
        """Find what came in under this Message-ID."""
        found = messages.incoming_with_id(self._session, wire_id)
        return [Namesake(one.id, one.author_address, one.subject, one.text) for one in found]

    def taking(self, record_id: int) -> Taking | None:
        """None: there is no such record."""
        if record_id not in self._taking:
            record = records.read(self._session, record_id)
            self._taking[record_id] = None
            if record is not None:
                people = records.participants(self._session, record_id)
                self._taking[record_id] = Taking(people, record.kind, record.need is Need.DONE)
        return self._taking[record_id]

    def aliases(self, desk: DeskFacts, address: str) -> tuple[AliasFact, ...]:
        """Give the aliases an address matches, in full or by its local part."""
        found = self._aliases.get(address)
        if found is None:
            found = self._aliases[address] = tuple(_matched(desk, plus_stripped(address)))
        return found


def gather(
    session: Session, desk: DeskFacts, mail: IncomingMail, raw: RawFacts, known: Known | None = None
) -> RoutingContext:
    """Read the facts. ``mail`` already has the envelope's recipients among ``delivered_to``."""
    sender = normal(mail.sender[0].address) if mail.sender else ""
    known = known or Known(session)
    signed = [one for one in dict.fromkeys(_recipients(mail)) if tokens.may_be_signed(one)]
    answered, reports = _answered(mail), _returned(mail)
    found = known.linked([*answered, *reports])
    twin, namesake = _same_id(known, mail, sender)
    returned = [found[i].record_id for i in reports if i in found and tokens.is_our_message_id(desk.key, i)]
    return RoutingContext(
        own_addresses=desk.own,
        own_domains=frozenset([facts.name for facts in desk.domains]),
        tokens=tuple(_tokens(session, desk, signed, sender, known)) if signed else (),
        known=tuple(_known(desk, known, [found[i] for i in answered if i in found])) if found else (),
        tagged=tuple(_tagged(session, known, mail.subject)) if "[#" in mail.subject else (),
        aliases=tuple(_aliases(desk, known, mail)),
        duplicate_of=twin,
        same_id_other_content=namesake,
        default_kind=raw.default_kind,
        default_brand_id=raw.brand_id,
        sender_is_agent=desk.agent_by_email(sender) is not None,
        sender_address=sender,
        sender_verified=bool(mail.auth_results) and proved(mail.auth_results, desk.authserv_id, domain(sender)),
        own_loop=tokens.is_our_loop_tag(desk.key, mail.loop_tag) or tokens.is_our_message_id(desk.key, mail.message_id),
        report_record_id=next(chain(_reported(session, desk, signed), returned), None),
    )


def _answered(mail: IncomingMail) -> list[str]:
    """In-Reply-To first, then References from the newest."""
    return _spellings((*mail.in_reply_to, *reversed(mail.references)))


def _returned(mail: IncomingMail) -> list[str]:
    """The ids of the mails a report returns."""
    return _spellings(mail.bounce.original_ids)


def _spellings(wire_ids: Sequence[str]) -> list[str]:
    """The ids as written, and as they were made, when a client changed the case of a domain or of the whole."""
    found: dict[str, None] = {}
    if not wire_ids:
        return []
    for wire_id in wire_ids[:MOST_REFERENCES]:
        found[wire_id] = None
        if not wire_id.islower():
            before, at, host = wire_id.rpartition("@")
            found[f"{before}{at}{host.lower()}"] = None
            if tokens.may_be_ours(wire_id):
                found[wire_id.lower()] = None
    return list(found)


def ids_of(mail: IncomingMail) -> list[str]:
    """The Message-IDs a mail answers or reports on."""
    return [*_answered(mail), *_returned(mail)]


def _recipients(mail: IncomingMail) -> Iterator[str]:
    yield from mail.delivered_to
    yield from (mailbox.address for mailbox in (*mail.to, *mail.cc))


def _same_id(known: Known, mail: IncomingMail, sender: str) -> tuple[int | None, int | None]:
    """Give the same mail's message, and a message with its id and other content."""
    if not mail.message_id:
        return None, None
    others = known.namesakes(mail.message_id)
    twin = next((one.id for one in others if _same_content(one, mail, sender)), None)
    return twin, None if twin is not None else next((one.id for one in others), None)


def _same_content(stored: Namesake, mail: IncomingMail, sender: str) -> bool:
    # trace headers differ from mailbox to mailbox, so what people read is compared, not the bytes
    return (stored.author_address, stored.subject, stored.text) == (sender, mail.subject, mail.text)


def _tokens(
    session: Session, desk: DeskFacts, signed: Sequence[str], sender: str, known: Known
) -> Iterator[ReplyToken]:
    for address in signed:
        parts = tokens.read_reply_address(desk.key, address)
        delivery_id = tokens.read_envelope_sender(desk.key, address)
        if parts is not None:
            taking = known.taking(parts.record_id) if parts.valid else None
            yield ReplyToken(
                address=address,
                record_id=parts.record_id,
                message_id=parts.message_id,
                recipient=_issued_to(session, desk, parts, sender) if taking else "",
                valid=taking is not None,
                note=_is_note(session, parts.message_id) if taking else False,
                participants=taking.participants if taking else frozenset(),
            )
        elif delivery_id is not None and (delivery := outbox.read(session, delivery_id)):
            taking = known.taking(delivery.record_id)
            yield ReplyToken(
                address=address,
                record_id=delivery.record_id,
                message_id=delivery.message_id,
                recipient=delivery.recipient,
                valid=True,
                note=_is_note(session, delivery.message_id),
                participants=taking.participants if taking else frozenset(),
            )


def _issued_to(session: Session, desk: DeskFacts, parts: tokens.TokenParts, sender: str) -> str:
    candidates = (sender, *outbox.mailed_to(session, parts.message_id))
    return next((one for one in candidates if one and tokens.recipient_matches(desk.key, parts, one)), "")


def _is_note(session: Session, message_id: int) -> bool:
    found = messages.read(session, message_id)
    return found is not None and not found.public


def _known(desk: DeskFacts, known: Known, found: Iterable[Linked]) -> Iterator[KnownMessage]:
    for one in found:
        taking = known.taking(one.record_id)
        if taking is not None:
            yield KnownMessage(
                message_id=one.wire_id,
                record_id=one.record_id,
                ours=tokens.is_our_message_id(desk.key, one.wire_id),
                note=one.kind is not MessageKind.EMAIL or one.direction is Direction.INSIDE,
                participants=taking.participants,
                record_done=taking.done,
                kind=taking.kind,
            )


def _tagged(session: Session, known: Known, subject: str) -> Iterator[KnownMessage]:
    numbers = tokens.subject_numbers(subject)
    ids = records.by_number(session, numbers) if numbers else {}
    for number in numbers:
        taking = known.taking(ids[number]) if number in ids else None
        if taking is not None:
            yield KnownMessage("", ids[number], False, False, taking.participants, taking.done, taking.kind)


def _aliases(desk: DeskFacts, known: Known, mail: IncomingMail) -> list[AliasFact]:
    """Match Delivered-To and To; Cc only when nothing else brought the mail here (R2)."""
    addressed = [*mail.delivered_to, *(mailbox.address for mailbox in mail.to)]
    found = _matching(desk, known, addressed)
    if found:
        return found
    carbon = [mailbox.address for mailbox in mail.cc]
    return _matching(desk, known, carbon) or _catching(desk, [*addressed, *carbon])


def _matching(desk: DeskFacts, known: Known, addresses: Sequence[str]) -> list[AliasFact]:
    found: dict[int, AliasFact] = {}
    for address in addresses:
        for fact in known.aliases(desk, address):
            if fact.exact or fact.alias_id not in found:
                found[fact.alias_id] = fact
    return list(found.values())


def _matched(desk: DeskFacts, bare: str) -> Iterator[AliasFact]:
    ours = {facts.name for facts in desk.domains}
    for alias in desk.aliases:
        exact = bare == alias.address
        if exact or (alias.any_domain and local(bare) == alias.local_part and domain(bare) in ours):
            yield _fact(alias, exact)


def _catching(desk: DeskFacts, addresses: Sequence[str]) -> list[AliasFact]:
    """The aliases for unknown addresses, of the domains that have one."""
    catchalls = {facts.name: f"{facts.catchall}@{facts.name}" for facts in desk.domains if facts.catchall}
    wanted = {catchalls[domain(one)] for one in addresses if domain(one) in catchalls and _nobodys(desk, one)}
    return [replace(_fact(alias, False), catchall=True) for alias in desk.aliases if alias.address in wanted]


def _nobodys(desk: DeskFacts, address: str) -> bool:
    return normal(address) not in desk.own and plus_stripped(address) not in desk.own


def _fact(alias: AliasRow, exact: bool) -> AliasFact:
    return AliasFact(alias.id, alias.address, alias.creates, alias.brand_id, exact, alias.policy)


def _reported(session: Session, desk: DeskFacts, signed: Sequence[str]) -> Iterator[int]:
    for address in signed:
        delivery_id = tokens.read_envelope_sender(desk.key, address)
        if delivery_id is not None and (delivery := outbox.read(session, delivery_id)):
            yield delivery.record_id
