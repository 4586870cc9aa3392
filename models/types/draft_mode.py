"""What is being written; a module of its own, because the table of keys needs it before the first frame."""

from enum import StrEnum


class DraftMode(StrEnum):
    """Chosen by the key that opened the composer, never by a switch remembered from last time (R12)."""

    REPLY = "reply"
    NOTE = "note"
