"""``IncomingMail`` as plain JSON and back, for the pipe to the parsing child."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from models.types.mail import AttachedFile, Bounce, BounceRecipient, IncomingMail, Mailbox
from models.types.message import MailClass

_FIELDS = tuple(field.name for field in fields(IncomingMail))
_PEOPLE = ("sender", "to", "cc", "reply_to")
_WORDS = ("delivered_to", "in_reply_to", "references", "auth_results", "warnings")


def to_json(mail: IncomingMail) -> dict[str, Any]:
    """Turn a mail into dicts, lists, strings, numbers; the date in ISO 8601."""
    form = {name: getattr(mail, name) for name in _FIELDS}  # ``asdict`` copies every string's place (130 us a mail)
    for name in _PEOPLE:
        form[name] = [{"name": one.name, "address": one.address} for one in form[name]]
    form["attachments"] = [asdict(file) for file in mail.attachments]
    form["bounce"] = asdict(mail.bounce)
    form["date"] = mail.date.isoformat() if mail.date else None
    form["mail_class"] = mail.mail_class.value
    return form


def from_json(form: dict[str, Any]) -> IncomingMail:
    """Turn it back. KeyError or TypeError: it was not made by ``to_json``."""
    values = dict(form)
    for name in _PEOPLE:
        values[name] = tuple(Mailbox(**one) for one in form[name])
    for name in _WORDS:
        values[name] = tuple(form[name])
    values["date"] = datetime.fromisoformat(form["date"]) if form["date"] else None
    values["attachments"] = tuple(AttachedFile(**one) for one in form["attachments"])
    values["mail_class"] = MailClass(form["mail_class"])
    bounce = dict(form["bounce"])
    bounce["recipients"] = tuple(BounceRecipient(**one) for one in bounce["recipients"])
    bounce["original_ids"] = tuple(bounce["original_ids"])
    values["bounce"] = Bounce(**bounce)
    return IncomingMail(**values)
