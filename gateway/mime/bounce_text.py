"""Bounces in plain words, recognised by who sends them and what they say."""

import re
from collections.abc import Sequence

from gateway.mime.bounce_kind import recipient
from gateway.mime.bounce_places import Words
from gateway.mime.bounce_words import BODY, DELAYED, SUBJECT, SUBJECT_STEMS
from gateway.mime.delivery_status import addresses_of, read_status
from gateway.mime.header import Header, read_header
from gateway.mime.ids import message_ids
from gateway.mime.machine import is_bounce_daemon
from gateway.mime.machine_subjects import AUTOMATIC_SUBJECT
from gateway.mime.mailboxes import mailboxes
from models.types.mail import Bounce, BounceRecipient, Mailbox

_FIELD = re.compile(r"[A-Za-z][\w-]{1,40}:\s")
_TRACE_FOR = re.compile(rb"\sfor\s+<?([^\s<>;@]{1,100}@[^\s<>;@]{1,200})")
_ANSWER = re.compile(r"\s*(?:re|aw|fwd?|wg|sv|tr|rv)\s?:", re.IGNORECASE)
_SYSTEM_NAME = re.compile(
    r"mail(?:er)?[ .-]?(?:deliver\w*|daemon|system|administrator)|delivery (?:sub)?system|postmaster"
    r"|system administrator|\bndr\b|mail ?gateway",
    re.IGNORECASE,
)


def read_text_bounce(
    header: Header,
    lines: Sequence[str],
    *,
    sender: tuple[Mailbox, ...],
    subject: str,
    return_path: str | None,
    returned: Header | None,
) -> Bounce:
    """Read a mail as a bounce; ``is_bounce`` False when it is none. What is found by words alone is ``probable``."""
    failed = [one.address for raw in header.raws("x-failed-recipients")[:5] for one in mailboxes(raw)]
    if not failed and not _may_be_one(sender, subject, return_path):
        return Bounce()
    words = Words(lines)
    if not failed and not _says_so(words, sender, subject, return_path):
        return Bounce()
    back = returned or _returned_header(words.rest)
    system = _from_system(sender, return_path)
    found = _recipients(words, failed, own_addresses(header), back, subject, system=system)
    if not found and not failed and not _surely(words, sender, subject):
        return Bounce()
    ids = message_ids(back.raw("message-id")) if back else ()
    return Bounce(is_bounce=True, recipients=found, original_ids=ids, probable=not failed)


def own_addresses(header: Header) -> frozenset[str]:
    """Return whom the report is addressed to: who sent the mail that failed."""
    return frozenset(one.address.lower() for raw in header.raws("to")[:5] for one in mailboxes(raw))


def _may_be_one(sender: tuple[Mailbox, ...], subject: str, return_path: str | None) -> bool:
    return _from_system(sender, return_path) or subject_says_so(subject)


def subject_says_so(subject: str) -> bool:
    """Say whether a subject speaks of a failed delivery. Most do not even hold a stem of such words."""
    subject = subject[:500]
    if subject.isascii():
        lowered = subject.lower()
        if not any(map(lowered.__contains__, SUBJECT_STEMS)):
            return False
    return SUBJECT.search(subject) is not None


def _says_so(words: Words, sender: tuple[Mailbox, ...], subject: str, return_path: str | None) -> bool:
    above, below = subject_says_so(subject), _body_says_so(words)
    if _from_system(sender, return_path):
        away = AUTOMATIC_SUBJECT.match(subject)
        return above or (below and (away is None or (away.lastgroup != "strong" and _is_system(sender))))
    return above and below and not _ANSWER.match(subject)


def _body_says_so(words: Words) -> bool:
    return any(BODY.search(line) for line in words.own if not line.startswith(">"))


def _surely(words: Words, sender: tuple[Mailbox, ...], subject: str) -> bool:
    """Say whether sender, subject and words all speak of a failure, so that it is one even if it names nobody."""
    return _is_system(sender) and subject_says_so(subject) and _body_says_so(words)


def _from_system(sender: tuple[Mailbox, ...], return_path: str | None) -> bool:
    return return_path == "" or _is_system(sender)


def _is_system(sender: tuple[Mailbox, ...]) -> bool:
    return is_bounce_daemon(sender) or any(_SYSTEM_NAME.search(one.name) for one in sender)


def _returned_header(rest: list[str]) -> Header | None:
    """Read the header of the mail a report returns inside its own text."""
    start = next((at for at, line in enumerate(rest) if _FIELD.match(line)), None)
    if start is None:
        return None
    raw = "\n".join(rest[start:]).encode("utf-8", "replace")
    return read_header(raw, 0, len(raw))[0]


def _received_for(returned: Header) -> list[str]:
    """Return whom the returned mail was on its way to, by its newest trace that says so (RFC 5321 4.4)."""
    found = (_TRACE_FOR.search(raw) for raw in returned.raws("received")[:10])
    return [one[1].decode("utf-8", "replace") for one in found if one][:1]


def _recipients(
    words: Words,
    failed: list[str],
    senders: frozenset[str],
    returned: Header | None,
    subject: str,
    *,
    system: bool,
) -> tuple[BounceRecipient, ...]:
    groups = read_status(words.whole) or read_status("\n".join(words.rest))
    places = words.places(failed, senders, sure=not system)
    if not any(places.values()) and not failed:
        places = {address: [] for group in groups for address in addresses_of(group)}
    if not places and returned is not None:
        places = {one.address: [] for one in mailboxes(returned.raw("to")) if "@" in one.address}
        places = places or {address: [] for address in _received_for(returned)}
    if system and not places:
        places = words.mentioned(senders)
    action = "delayed" if DELAYED.search(f"{subject}\n{words.whole}") else ""
    people = []
    for address in places:
        group = next((one for one in groups if address in addresses_of(one)), {})
        said = group.get("diagnostic-code") or words.said(places, address)
        people.append(
            recipient(address, status=group.get("status", ""), said=said, action=group.get("action") or action)
        )
    return tuple(people)
