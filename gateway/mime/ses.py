"""Bounces Amazon SES reports as JSON in a mail from SNS, read leniently: mail programs break its lines."""

import re

from gateway.mime.bounce_kind import recipient
from models.types.mail import Bounce, BounceRecipient

_TYPE = re.compile(r'"(?:notificationType|eventType)"\s*:\s*"(Bounce|Complaint|Delivery)"')
_PEOPLE = re.compile(r'"(?:bouncedRecipients|complainedRecipients)"\s*:\s*\[(.{0,20000}?)\]', re.DOTALL)
_ONE = re.compile(r"\{(.{0,4000}?)\}", re.DOTALL)
_ADDRESS = re.compile(r'"emailAddress"\s*:\s*"([^"]{3,320})"')
_DELIVERED = re.compile(r'"delivery"\s*:\s*\{.{0,2000}?"recipients"\s*:\s*\[\s*"([^"]{3,320})"', re.DOTALL)
_MESSAGE_ID = re.compile(r'"messageId"\s*:\s*"([^"]{3,200})"')
_LINES = 400


def read_notification(lines: list[str]) -> Bounce | None:
    """Read a notification; None when the text is none."""
    head = "\n".join(lines[:30])
    if "notificationType" not in head and "eventType" not in head:
        return None
    text = "".join(lines[:_LINES]).replace('\\"', '"').replace("\\\\", "\\")
    kind = _TYPE.search(text)
    if kind is None:
        return None
    ids = tuple(f"<{one}@email.amazonses.com>" for one in _MESSAGE_ID.findall(text)[:1])
    if kind[1] == "Delivery":
        people = tuple(BounceRecipient(one, "", "delivered", "") for one in _DELIVERED.findall(text))
        return Bounce(recipients=people, original_ids=ids)
    named = _PEOPLE.search(text)
    found = tuple(_recipient(one) for one in _ONE.findall(named[1])) if named else ()
    complaint = kind[1] == "Complaint"
    return Bounce(is_bounce=not complaint, is_complaint=complaint, recipients=found, original_ids=ids)


def _recipient(text: str) -> BounceRecipient:
    address = _ADDRESS.search(text)
    return recipient(
        address[1] if address else "",
        status=_value(text, "status"),
        said=_value(text, "diagnosticCode"),
        action=_value(text, "action"),
    )


def _value(text: str, name: str) -> str:
    found = re.search(rf'"{name}"\s*:\s*"([^"]{{0,2000}})"', text)
    return found[1] if found else ""
