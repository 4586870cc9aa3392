"""Content-Type and Content-Disposition with their parameters (RFC 2045, 2183, 2231), as tolerant as mail needs."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from gateway.mime.charset import decode
from gateway.mime.words import decode_words, header_text

_NAME = re.compile(r"\s*([^\s=;\"]{1,80}?)\s*=\s*")
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?$")
_TYPE = re.compile(r"\s*([\w.+!#$&^-]{1,100})\s*/\s*([\w.+!#$&^*-]{1,100})", re.ASCII)
# What nearly all fields are: name=token or name="text", nothing escaped, encoded or split.
_SOUND = re.compile(rb"[^;\"=]*(?:;\s*[A-Za-z][\w-]{0,78}=(?:\"[^\"\\]*\"|[^\s\";]+)\s*)*")
_SOUND_ONE = re.compile(rb";\s*([A-Za-z][\w-]{0,78})=(?:\"([^\"\\]*)\"|([^\s\";]+))")
_UNSOUND = (b"=?", b"\0", b"%", b"='")
_TURNED = {"plain/text": "text/plain", "html/text": "text/html", "calendar/text": "text/calendar"}
_SHORT = 200  # bytes of a field worth remembering
_FILE_NAMES = frozenset({"filename", "name"})
_FORGOTTEN = re.compile(r"\s*(?:[\w.+-]+(?:/[\w.+-]+)?\s+)?(?=[A-Za-z][\w-]{2,40}\*?=)")
_LINK_UTF8 = re.compile(r"%[C-Fc-f][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]")
_ESCAPED = re.compile(r'\\(["\\])')


def media_type(value: str) -> str:
    """Return "type/subtype" in lower case; "" when the field does not hold one."""
    match = _TYPE.match(value)
    return f"{match[1]}/{match[2]}".lower() if match else ""


def parameters(raw: bytes, hint: str = "") -> Mapping[str, str]:
    """Read all parameters after the first semicolon, continuations joined and decoded. The first of a name wins."""
    return _read_again(raw, hint) if len(raw) <= _SHORT else _read(raw, hint)


def _read(raw: bytes, hint: str) -> dict[str, str]:
    return _read_tolerant(raw, hint) if (sound := _read_sound(raw)) is None else sound


def _read_sound(raw: bytes) -> dict[str, str] | None:
    """Read what needs no tolerance; None when it does."""
    if not raw.isascii() or any(sign in raw for sign in _UNSOUND) or not _SOUND.fullmatch(raw):
        return None
    found: dict[str, str] = {}
    for name, quoted, token in _SOUND_ONE.findall(raw):
        found.setdefault(name.decode("ascii").lower(), (quoted or token).decode("ascii"))
    return found


def _read_tolerant(raw: bytes, hint: str) -> dict[str, str]:
    text = decode(raw, "", hint)
    at = _first(text)
    found: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    while at >= 0:
        name, value, semicolon = _next(text, at)
        at = semicolon + 1 if semicolon >= 0 else -1
        shape = _SECTION.match(name) if name else None
        if shape is None:
            continue
        key = shape[1].lower()
        if shape[2] is None and shape[3] is None:
            found.setdefault(key, value)
        else:
            sections.setdefault(key, {}).setdefault(int(shape[2] or 0), (value, shape[3] is not None))
    words = {key: decode_words(value) for key, value in found.items()}
    words.update((key, _file_name(words[key])) for key in _FILE_NAMES & words.keys())
    return words | {key: _joined(pieces, hint) for key, pieces in sections.items()}


def _first(text: str) -> int:
    """Find where the parameters begin: behind the first semicolon, or earlier where it was forgotten; -1 for none."""
    semicolon = text.find(";")
    forgotten = _FORGOTTEN.match(text, 0, len(text) if semicolon < 0 else semicolon)
    return forgotten.end() if forgotten else semicolon + 1 or -1


def _file_name(value: str) -> str:
    """Take off quotes of the wrong kind or one pair too many, and the escapes of links if they hold UTF-8."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value.strip(value[0])
    if _LINK_UTF8.search(value):
        try:
            return unquote_to_bytes(value).decode()
        except UnicodeDecodeError:
            pass
    return value


_read_again = lru_cache(512)(_read)  # most parts are of a few types


def _next(text: str, at: int) -> tuple[str, str, int]:
    """Read one ``name=value``; return it and where the next semicolon is (-1: none)."""
    match = _NAME.match(text, at)
    if match is None:
        return "", "", text.find(";", at)
    at = match.end()
    if text.startswith('"', at):
        end = _closing_quote(text, at + 1)
        following = text.find(";", end)
        return match[1], _ESCAPED.sub(r"\1", text[at + 1 : end]), following
    end = text.find(";", at)
    value = text[at:] if end < 0 else text[at:end]
    return match[1], value.strip(), end


def _closing_quote(text: str, at: int) -> int:
    """Find the quote that ends the value. One that is followed by neither ``;`` nor the end was meant as a letter."""
    end = at
    while (end := text.find('"', end)) >= 0:
        behind = text[max(at, end - 40) : end]
        slashes = len(behind) - len(behind.rstrip("\\"))
        rest = text[end + 1 : end + 40].lstrip()
        if slashes % 2 == 0 and (not rest or rest[0] in ";(" or _NAME.match(rest)):
            return end
        end += 1
    semicolon = text.find(";", at)
    return len(text) if semicolon < 0 else semicolon


def _joined(pieces: dict[int, tuple[str, bool]], hint: str) -> str:
    """Put the sections of one parameter together; the charset stands in the first (RFC 2231 4.1)."""
    charset, data, any_encoded = "", [], False
    for number, (value, encoded) in sorted(pieces.items()):
        if encoded and number == min(pieces) and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        any_encoded = any_encoded or encoded
        raw = value.encode("utf-8", "surrogateescape")
        data.append(unquote_to_bytes(value) if encoded else raw)
    text = decode(b"".join(data), charset, hint)
    return text if any_encoded and charset else decode_words(text)


def field_type(raw: bytes | None) -> str:
    """Return the media type of a Content-Type field; "" when missing or unreadable."""
    if raw is None:
        return ""
    return _type_of(raw[:1000] if b"=?" in raw else raw[:1000].partition(b";")[0])


@lru_cache(256)
def _type_of(raw: bytes) -> str:
    found = media_type(header_text(raw))
    return _TURNED.get(found, found)
