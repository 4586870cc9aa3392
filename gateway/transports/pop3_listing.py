"""What a POP3 server says it has: numbers, sizes and unique ids, read from LIST and UIDL (RFC 1939 5 and 7)."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

_UIDL = re.compile(r"[\x21-\x7e]{1,70}")
_LINE = re.compile(r"([0-9]{1,10}) +([^ ]+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of the maildrop; ``number`` is its name for this session only, ``size_bytes`` 0 is unknown."""

    number: int
    uidl: str
    size_bytes: int


def entries(sizes: bytes, names: bytes) -> tuple[Entry, ...]:
    """Join the two listings; a message LIST forgot keeps size 0, one UIDL forgot cannot be told apart and is left."""
    known = {number: int(size) for number, size in _pairs(sizes) if re.fullmatch("[0-9]{1,15}", size)}
    return tuple(Entry(number, _uidl(name), known.get(number, 0)) for number, name in _pairs(names))


def _pairs(listing: bytes) -> Iterator[tuple[int, str]]:
    for line in listing.decode("latin-1").split("\r\n"):
        if found := _LINE.match(line):
            yield int(found[1]), found[2]


def _uidl(name: str) -> str:
    """Return the name, or a stand-in of fixed length for one that breaks the rules, so that its mail is not left."""
    return name if _UIDL.fullmatch(name) else "=" + hashlib.sha256(name.encode("latin-1")).hexdigest()
