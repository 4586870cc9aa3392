"""Content-Transfer-Encoding undone (RFC 2045 6), whatever was broken on the way."""

import binascii
import re

from gateway.mime.uuencode import decode_uu

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_BASE64_AND_BLANKS = bytes(set(range(256)) - set(_NOT_BASE64) | set(b" \t\r\n"))
_FOOTER_LONGEST = 16_384  # bytes from the end
_BLANK_END = re.compile(rb"[ \t]\r?(?:\n|\Z)")
_SOFT = re.compile(rb"=[ \t]*\r?\n")


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """Decode a part's bytes by its Content-Transfer-Encoding, already lower-cased; unknown ones mean none."""
    encoding = encoding.strip().strip(";\"'").split(";")[0].strip()
    if encoding in {"b", "base-64"} or encoding.startswith("base64"):
        return from_base64(data)
    if encoding in {"q", "qp"} or encoding.startswith("quoted"):
        return from_quoted_printable(data)
    if encoding in {"uuencode", "x-uuencode", "uue", "x-uue"}:
        decoded = decode_uu(data)
        return data if decoded is None else decoded
    return data


def from_base64(data: bytes) -> bytes:
    """Decode base64; foreign letters are skipped, padding inside ends a run and not the data, a cut end is dropped."""
    letters = _without_footer(data).translate(None, _NOT_BASE64)
    inner = letters.rstrip(b"=")
    if b"=" not in inner:
        return _run(inner)
    return b"".join(_run(run) for run in inner.split(b"="))


def size_of_base64(data: bytes) -> int:
    """Say how many bytes ``from_base64`` makes of it."""
    letters = _without_footer(data).translate(None, _NOT_BASE64)
    inner = letters.rstrip(b"=")
    return len(from_base64(data)) if b"=" in inner else (len(inner) - (len(inner) % 4 == 1)) * 3 // 4


def _without_footer(data: bytes) -> bytes:
    """Cut off what a list or a filter appended in plain words: text behind a blank line."""
    blank = data.find(b"\n\r\n" if b"\r\n" in data[:1000] else b"\n\n", max(0, len(data) - _FOOTER_LONGEST))
    if blank < 0 or not data[: min(blank, 1000)].strip():
        return data
    return data[:blank] if data[blank:].translate(None, _BASE64_AND_BLANKS) else data


def _run(letters: bytes) -> bytes:
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def from_quoted_printable(data: bytes) -> bytes:
    """Decode quoted-printable; soft breaks with blanks behind them are still soft, and a wrong escape is kept."""
    joined = data.replace(b"=\r\n", b"").replace(b"=\n", b"")
    if _BLANK_END.search(joined):
        joined = _strip_blanks(_SOFT.sub(b"", joined))
    return binascii.a2b_qp(joined)


def _strip_blanks(data: bytes) -> bytes:
    """Drop blanks at line ends: they were added on the way (RFC 2045 6.7 rule 3)."""
    return b"\n".join(line.rstrip(b" \t") for line in data.replace(b"\r\n", b"\n").split(b"\n"))
