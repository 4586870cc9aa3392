"""Mailbox names on the wire: modified UTF-7 (RFC 3501 5.1.3) inside a quoted string."""

import re
from base64 import b64encode

_OUTSIDE_ASCII = re.compile(r"[^\x20-\x7e]+")


def quote_mailbox(name: str) -> str:
    """Return the name as an IMAP command wants it: ``Entwürfe`` becomes ``"Entw&APw-rfe"``."""
    encoded = _OUTSIDE_ASCII.sub(_shifted, name.replace("&", "&-"))
    return quote(encoded)


def quote(text: str) -> str:
    """Return an IMAP quoted string (RFC 3501 9). The caller keeps CR, LF and NUL out."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _shifted(match: re.Match[str]) -> str:
    coded = b64encode(match.group().encode("utf-16-be", "replace")).rstrip(b"=").replace(b"/", b",")
    return f"&{coded.decode()}-"
