"""What a mail says through the messages it carries, when it says nothing itself: one forwarded as an attachment."""

from collections.abc import Iterator
from itertools import islice

from gateway.mime.bodies import read_content
from gateway.mime.limits import TEXT
from gateway.mime.parts import MESSAGES, Part

MOST = 10  # messages that are read; the others are files only
BEGINS = "---------- Forwarded message ----------"  # as mail programs that forward in the text write it
_TOLD = ("From", "Date", "Subject", "To", "Cc")
_FIELD = 500  # characters of a field that are told


def carried_text(root: Part) -> str:
    """Return their texts, each under who wrote it; "" when it carries none. They stay files of the mail, too."""
    return "\n\n".join(_told(one) for one in islice(_messages(root), MOST))[:TEXT]


def _messages(part: Part) -> Iterator[Part]:
    """Find them outside each other."""
    if part.type in MESSAGES:
        yield from part.children
        return
    for child in part.children:
        yield from _messages(child)


def _told(message: Part) -> str:
    fields = [f"{name}: {text[:_FIELD]}" for name in _TOLD if (text := message.header.text(name.lower()))]
    text = "\n".join(read_content(message).lines).strip("\n")
    return "\n".join([BEGINS, *fields, "", text]).rstrip("\n")
