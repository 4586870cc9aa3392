"""Encoded words in header fields (RFC 2047), as written by programs that did not read it."""

import binascii
import re

from gateway.mime.charset import decode
from gateway.mime.limits import HEADER_VALUE

OPENING = re.compile(r"=\?([^?\s=]{1,64})\?([bBqQ])\?")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


def header_text(raw: bytes, hint: str = "") -> str:
    """Read a field's unfolded value: raw 8-bit text as its charset is guessed, encoded words decoded."""
    raw = raw[:HEADER_VALUE]
    return decode_words(decode(raw, "", hint))


def decode_words(text: str) -> str:
    """Decode every encoded word; white space between two of them is dropped (RFC 2047 6.2). The text is passed once."""
    if "=?" not in text:
        return text
    out: list[str] = []
    charset = ""
    run: list[bytes] = []  # neighbours in one charset are decoded together: writers split letters
    at = done = 0
    while (start := text.find("=?", at)) >= 0:
        opening = OPENING.match(text, start)
        if opening is None:
            at = start + 2
            continue
        end = text.find("?=", opening.end())
        if end < 0:
            break
        between = text[done:start]
        joined = bool(run) and not between.strip()
        if not joined or charset != opening[1].lower():
            out.append(decode(b"".join(run), charset))
            charset, run = opening[1].lower(), []
        if not joined:
            out.append(between)
        body = text[opening.end() : end]
        run.append(_from_base64(body) if opening[2] in "bB" else _from_q(body))
        at = done = end + 2
    out.append(decode(b"".join(run), charset))
    out.append(text[done:])
    return "".join(out)


def _from_base64(body: str) -> bytes:
    """Decode without asking for padding or purity; an odd last letter is dropped."""
    letters = _NOT_BASE64.sub("", body)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return b""


def _from_q(body: str) -> bytes:
    raw = body.replace("_", " ").encode("utf-8", "replace")
    return _HEX.sub(lambda found: bytes((int(found[1], 16),)), raw)
