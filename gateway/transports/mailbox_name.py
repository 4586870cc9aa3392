"""Mailbox names on the wire: modified UTF-7 (RFC 3501 5.1.3) inside a quoted string."""

import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable

_LISTED = re.compile(
    rb'LIST \(([^)]*)\) (?:NIL|"(?:[^"\\]|\\.)*") (?:"((?:[^"\\]|\\.)*)"|(\{\d+\})|(\S+))$', re.IGNORECASE
)
_SHIFT = re.compile(r"&([A-Za-z0-9+,]*)-")
_OUTSIDE_ASCII = re.compile(r"[^\x20-\x7e]+")


def quote_mailbox(name: str) -> str:
    """Return the name as an IMAP command wants it: ``Entwürfe`` becomes ``"Entw&APw-rfe"``."""
    encoded = _OUTSIDE_ASCII.sub(_shifted, name.replace("&", "&-"))
    return quote(encoded)


def quote(text: str) -> str:
    """Return an IMAP quoted string (RFC 3501 9). The caller keeps CR, LF and NUL out."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def read_mailbox(encoded: str) -> str:
    """Return the name behind modified UTF-7; one that is none stays as it is."""
    return _SHIFT.sub(_unshifted, encoded)


def list_names(pieces: Iterable[bytes | bytearray]) -> tuple[str, ...]:
    """Read LIST answers (RFC 3501 7.2.2); folders that cannot be opened are left out."""
    names: list[str] = []
    literal_follows = False
    for piece in pieces:
        if isinstance(piece, bytearray):
            if literal_follows:
                names.append(bytes(piece).decode("utf-8", "replace"))
            literal_follows = False
            continue
        found = _LISTED.match(piece)
        literal_follows = found is not None and found[3] is not None
        if found is None or literal_follows or b"\\noselect" in found[1].lower():
            continue
        name = found[4] if found[2] is None else re.sub(rb"\\(.)", rb"\1", found[2])
        names.append(name.decode("utf-8", "replace"))
    return tuple(read_mailbox(name) for name in names)


def _unshifted(match: re.Match[str]) -> str:
    coded = match[1].replace(",", "/")
    if not coded:
        return "&"
    try:
        return b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be")
    except (Error, UnicodeDecodeError):
        return match[0]


def _shifted(match: re.Match[str]) -> str:
    coded = b64encode(match.group().encode("utf-16-be", "replace")).rstrip(b"=").replace(b"/", b",")
    return f"&{coded.decode()}-"
