"""Enum values in the words the screen uses."""

from models.types.message import Direction, MailClass, MessageKind
from models.types.people import Channel
from models.types.record import Need, RecordRow, View

VIEWS = {
    View.OPEN: "Open",
    View.NEEDS_US: "Needs us",
    View.MINE: "Mine",
    View.DONE: "Done",
    View.QUARANTINE: "Quarantine",
}
NEEDS = {Need.NEEDS_US: "us", Need.WAITING: "waiting", Need.LATER: "later", Need.DONE: "done"}
REASONS = {"bounced": "bounced", "reply": "reply", "new": "new"}
KIND_LETTERS = {"ticket": "T", "opportunity": "C", "order": "O", "invoice": "I"}
CHANNELS = {Channel.EMAIL: "mail", Channel.INBOX: "inbox"}
KINDS = {
    MessageKind.EMAIL: "mail",
    MessageKind.NOTE: "note",
    MessageKind.LOG: "log",
    MessageKind.SMS: "SMS",
    MessageKind.WHATSAPP: "WhatsApp",
}
DIRECTIONS = {Direction.IN: "in", Direction.OUT: "out", Direction.INSIDE: "inside"}
CLASSES = {
    MailClass.HUMAN: "",
    MailClass.AUTOREPLY: "automatic reply",
    MailClass.LIST: "mailing list",
    MailClass.REPORT: "delivery report",
    MailClass.OWN: "our own mail",
}


def need(row: RecordRow) -> str:
    """Say who has to act, in at most seven cells; where it is us, why."""
    if row.need is Need.NEEDS_US:
        return REASONS.get(row.need_reason, NEEDS[row.need])
    return NEEDS[row.need]


def kind_letter(kind: str) -> str:
    """One letter for a kind of record; a desk's own kind gets its first, in lower case."""
    return KIND_LETTERS.get(kind, kind[:1].lower() or "?")
