"""Delivery reports, receipts and complaints: standard forms first (RFC 3464, 5965, 8098), then those in plain words."""

from gateway.mime.bodies import read_content
from gateway.mime.bounce_kind import only_gave_up, recipient
from gateway.mime.bounce_places import Words
from gateway.mime.bounce_text import own_addresses, read_text_bounce, subject_says_so
from gateway.mime.charset import decode
from gateway.mime.content import Content
from gateway.mime.delivery_status import address_in, addresses_of, read_fields, read_status
from gateway.mime.header import Header, read_header
from gateway.mime.ids import message_ids
from gateway.mime.limits import PARTS
from gateway.mime.machine import is_bounce_daemon
from gateway.mime.mailboxes import mailboxes
from gateway.mime.parts import Part
from gateway.mime.ses import read_notification
from models.types.mail import Bounce, BounceRecipient, Mailbox

_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RECEIPT = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_JUNK_MARK = "x-hmxmroriginalrecipient"
_FEEDBACK = "message/feedback-report"
_RETURNED = frozenset({
    "message/rfc822", "message/global", "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers",
    "message/global-headers",
})  # fmt: skip


def read_report(
    root: Part, held: Content, sender: tuple[Mailbox, ...], subject: str, return_path: str | None
) -> tuple[Bounce, bool]:
    """Return what a report says, and whether the mail is a report at all (a receipt is one and says nothing here)."""
    parts = _leaves(root)
    kinds = {part.type for part in parts}
    returned = next((part for part in parts if part.type in _RETURNED and part is not root), None)
    if returned is not None and returned.children and _wraps_report(root, parts, sender):
        inner = returned.children[0]
        return read_report(inner, read_content(inner), sender, subject, return_path)
    if _FEEDBACK in kinds or _is_junk_report(root, returned, subject):
        return _complaint(parts, returned), True
    status = [part for part in parts if part.type in _STATUS]
    if status:
        groups = [group for part in status for group in read_status(decode(part.decoded(), "utf-8"))]
        return _from_status(groups, held, root, returned), True
    if kinds & _RECEIPT:
        return Bounce(), True
    notified = read_notification(held.lines)
    if notified is not None:
        return notified, True
    found = read_text_bounce(
        root.header, held.lines, sender=sender, subject=subject, return_path=return_path, returned=_header_of(returned)
    )
    if found.is_bounce:
        return found, True
    declared = root.params.get("report-type", "").lower()
    emptied = declared == "delivery-status" and subject_says_so(subject)  # nothing of the report is left in it
    return Bounce(is_bounce=emptied), emptied or root.type == "multipart/report"


def _is_junk_report(root: Part, returned: Part | None, subject: str) -> bool:
    """Recognise what Outlook.com's junk reporting sends: the mail itself, marked with whom it was for."""
    if returned is None:
        return False
    if root.header.raw(_JUNK_MARK) is not None:
        return True
    header = _header_of(returned) if subject.lower().startswith("complaint about message") else None
    return header is not None and header.raw(_JUNK_MARK) is not None


def _leaves(root: Part) -> list[Part]:
    """List the parts of this mail; a returned mail's own parts are not among them."""
    found: list[Part] = []
    waiting = [root]
    while waiting and len(found) < PARTS:
        part = waiting.pop(0)
        if part.children and not part.type.startswith("message/"):
            waiting = part.children + waiting
        else:
            found.append(part)
    return found


def _wraps_report(root: Part, parts: list[Part], sender: tuple[Mailbox, ...]) -> bool:
    """Say whether a gateway put a whole report into a mail of its own."""
    inside = next(part.children[0] for part in parts if part.type in _RETURNED and part.children)
    if inside.type != "multipart/report" or any(part.type in _STATUS for part in parts):
        return False
    return is_bounce_daemon(sender) or "report-type" in root.params


def _header_of(returned: Part | None) -> Header | None:
    """Read the returned mail's header, from a nested message or from a part that holds only the header."""
    if returned is None:
        return None
    if returned.children:
        return returned.children[0].header
    data = returned.decoded()
    return read_header(data, 0, len(data))[0]


def _from_status(groups: list[dict[str, str]], held: Content, root: Part, returned: Part | None) -> Bounce:
    """Read the groups of a report; where they are silent, its words for people speak."""
    header = _header_of(returned)
    words = Words(held.lines)
    places = words.places((), own_addresses(root.header))
    named = {address for group in groups for address in addresses_of(group)}
    unnamed = [address for address in places if address not in named] or _addressed(header)
    found: dict[str, BounceRecipient] = {}
    for group in groups or [{}]:
        for address in addresses_of(group) or unnamed:
            said = group.get("diagnostic-code", "")
            if not said or only_gave_up(said):
                said = f"{said}\n{words.said(places, address)}".lstrip("\n")
            found.setdefault(
                address,
                recipient(address, status=group.get("status", ""), said=said, action=group.get("action", "")),
            )
    return Bounce(
        is_bounce=not found or any(one.kind != "delivered" for one in found.values()),
        recipients=tuple(found.values()),
        original_ids=message_ids(header.raw("message-id")) if header else (),
    )


def _addressed(returned: Header | None) -> list[str]:
    """Return whom the returned mail was for, if it was one."""
    people = mailboxes(returned.raw("to")) if returned else ()
    return [people[0].address] if len(people) == 1 and people[0].address else []


def _complaint(parts: list[Part], returned: Part | None) -> Bounce:
    header = _header_of(returned)
    people: list[str] = []
    for part in parts:
        if part.type == _FEEDBACK:
            for name, value in read_fields(decode(part.decoded(), "utf-8")):
                if name in {"original-rcpt-to", "removal-recipient", "redacted-address"} and "@" in value:
                    people.append(address_in(value))
    if not people and header is not None:
        people = [one.address for one in mailboxes(header.raw(_JUNK_MARK) or header.raw("to"))]
    return Bounce(
        is_complaint=True,
        recipients=tuple(BounceRecipient(one, "", "unknown", "spam") for one in dict.fromkeys(people) if one),
        original_ids=message_ids(header.raw("message-id")) if header else (),
    )
