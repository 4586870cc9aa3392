"""Message-IDs out of Message-ID, In-Reply-To and References (RFC 5322 3.6.4), also badly written ones."""

import re

from gateway.mime.clean import storable
from gateway.mime.limits import HEADER_VALUE, IDS

_ANGLE = re.compile(r"<([^<>]*)>")
_SPACE = re.compile(r"\s+")
_COMMENT = re.compile(r"\([^()<>]*\)")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0]+")
_LONGEST = 998  # octets of a line (RFC 5322 2.1.1)


def message_ids(raw: bytes | None) -> tuple[str, ...]:
    """Return the ids in order, each with angle brackets and without white space; the last ``IDS`` of them."""
    if not raw:
        return ()
    text = raw[-HEADER_VALUE * 4 :].decode("utf-8", "replace")
    found = [_SPACE.sub("", _COMMENT.sub("", inside) if "(" in inside else inside) for inside in _ANGLE.findall(text)]
    found = [one for one in found if one]
    if not found:
        found = [word.strip("<>,;") for word in _COMMENT.sub(" ", text).split()]
        with_at = [word for word in found if "@" in word]
        found = with_at or found[:1]
    kept = [f"<{storable(_UNSEEN.sub('', one))}>" for one in found if one and len(one) <= _LONGEST]
    return tuple(kept[-IDS:])


def message_id(raw: bytes | None) -> str:
    """Return the one id of a Message-ID field, "" when missing or unusable."""
    found = message_ids(raw)
    return found[0] if found and found[0] != "<>" else ""
