"""Read FETCH answers: which message said what. Items nobody asked for are passed over (RFC 3501 7.4.2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.transports.imap_protocol import Piece

_BEGIN = re.compile(rb"\d+ FETCH \(", re.IGNORECASE)
_UID = re.compile(rb"[( ]UID (\d{1,10})\b", re.IGNORECASE)
_SIZE = re.compile(rb"[( ]RFC822\.SIZE (\d{1,15})\b", re.IGNORECASE)
_BODY = re.compile(rb"BODY\[(?:HEADER)?\](?:<\d+>)? (?:\{\d+\}$|\"((?:[^\"\\]|\\.)*)\")", re.IGNORECASE)
_ESCAPED = re.compile(rb"\\(.)")


@dataclass(slots=True)
class FetchItem:
    """What one FETCH response said. ``size_bytes`` and ``body`` None: not in it, or NIL."""

    uid: int = 0
    size_bytes: int | None = None
    body: bytes | None = None


def fetch_items(pieces: Iterable[Piece]) -> dict[int, FetchItem]:
    """Collect the responses by UID; one without a UID says nothing about any message and is dropped."""
    found: dict[int, FetchItem] = {}
    item = FetchItem()
    body_follows = False
    for piece in pieces:
        if isinstance(piece, bytearray):
            if body_follows:
                item.body = bytes(piece)
            body_follows = False
            continue
        if _BEGIN.match(piece):
            _keep(found, item)
            item = FetchItem()
        body_follows = _read_line(item, piece)
    _keep(found, item)
    return found


def _keep(found: dict[int, FetchItem], item: FetchItem) -> None:
    """Add to what is known: a change of flags may follow the answer that held the body."""
    known = found.setdefault(item.uid, item) if item.uid else item
    known.size_bytes = item.size_bytes if known.size_bytes is None else known.size_bytes
    known.body = item.body if known.body is None else known.body


def _read_line(item: FetchItem, line: bytes) -> bool:
    """Read the items of one line; True when the body follows as a literal."""
    if (uid := _UID.search(line)) and not item.uid:
        item.uid = int(uid[1])
    if size := _SIZE.search(line):
        item.size_bytes = int(size[1])
    body = _BODY.search(line)
    if body is None:
        return False
    if body[1] is not None:
        item.body = _ESCAPED.sub(rb"\1", body[1])
        return False
    return True
