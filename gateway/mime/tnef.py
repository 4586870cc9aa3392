"""TNEF, the winmail.dat of Outlook: its files and its text (MS-OXTNEF), with every length checked."""

import struct
from collections.abc import Iterator
from mimetypes import guess_type

from gateway.mime.charset import decode
from gateway.mime.limits import PARTS
from gateway.mime.packed import PackedFile, Unpacked

_SIGNATURE = b"\x78\x9f\x3e\x22"
_BODY = 0x0002800C
_ATTACH_TITLE = 0x00018010
_ATTACH_DATA = 0x0006800F
_ATTACH_REND = 0x00069002
_ATTACHMENT = 0x00069005
_MESSAGE_PROPERTIES = 0x00069003
_CODEPAGE = 0x00069007
_LONG_NAMES = (0x3707, 0x3001, 0x3704)  # PidTagAttachLongFilename, PidTagDisplayName, PidTagAttachFilename
_MIME_TAG = 0x370E
_DATA_BINARY = 0x3701
_BODY_TEXT = 0x1000
_BODY_HTML = 0x1013
_FIXED = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x000A: 4,
    0x000B: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}
_VARIABLE = {0x000D, 0x001E, 0x001F, 0x0102}


class _Damaged(Exception):
    """A length leads out of the data."""


def read_tnef(data: bytes) -> Unpacked | None:
    """Read a TNEF stream as far as it is whole; None when it does not begin like one."""
    if not data.startswith(_SIGNATURE):
        return None
    files: list[dict[str, bytes | str]] = []
    lines: list[str] = []
    codepage = "cp1252"
    for tag, value in _attributes(data):
        if tag == _CODEPAGE and len(value) >= 4:
            codepage = f"cp{int.from_bytes(value[:4], 'little')}"
        elif tag == _ATTACH_REND:
            files.append({})
        elif tag == _ATTACH_TITLE and files:
            files[-1].setdefault("name", _string(value, codepage))
        elif tag == _ATTACH_DATA and files:
            files[-1]["data"] = value
        elif tag == _ATTACHMENT and files:
            _attachment(files[-1], value, codepage)
        elif tag == _BODY and not lines:
            lines = _string(value, codepage).replace("\r\n", "\n").split("\n")
        elif tag == _MESSAGE_PROPERTIES and not lines:
            lines = _body(value, codepage)
        if len(files) > PARTS:
            break
    return Unpacked(
        [_packed(file) for file in files if file.get("data") or (file.get("name") and "data" in file)], lines
    )


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at + 9 <= len(data):
        tag, size = struct.unpack_from("<II", data, at + 1)
        start = at + 9
        if start + size > len(data):
            return
        yield tag, data[start : start + size]
        at = start + size + 2  # a checksum follows


def _attachment(file: dict[str, bytes | str], value: bytes, codepage: str) -> None:
    names: dict[int, str] = {}
    for tag, content in _properties(value, codepage):
        if tag in _LONG_NAMES and isinstance(content, str):
            names[tag] = content
        elif tag == _MIME_TAG and isinstance(content, str):
            file["type"] = content
        elif tag == _DATA_BINARY and isinstance(content, bytes) and "data" not in file:
            file["data"] = content[16:] if content[16:20] == _SIGNATURE else content
    for tag in _LONG_NAMES:
        if names.get(tag):
            file["name"] = names[tag]
            return


def _body(value: bytes, codepage: str) -> list[str]:
    """The text among the message's properties, else its HTML made readable."""
    html: bytes | str = ""
    for tag, content in _properties(value, codepage):
        if tag == _BODY_TEXT and isinstance(content, str) and content.strip():
            return content.replace("\r\n", "\n").split("\n")
        if tag == _BODY_HTML:
            html = content
    if not html:
        return []
    from gateway.mime.html import html_text  # only HTML mail pays for it

    return html_text(html if isinstance(html, str) else decode(html, codepage)).lines


def _properties(data: bytes, codepage: str) -> Iterator[tuple[int, bytes | str]]:
    """Walk an encapsulated property list; what leads out of the data ends it."""
    try:
        count, at = _u32(data, 0), 4
        for _ in range(min(count, 4000)):
            kind, tag = struct.unpack_from("<HH", data, at)
            at += 4
            if tag >= 0x8000:
                at = _skip_name(data, at)
            values, at = _values(data, at, kind)
            if values:
                yield tag, _typed(values[0], kind & 0xFFF, codepage)
    except (_Damaged, struct.error):
        return


def _values(data: bytes, at: int, kind: int) -> tuple[list[bytes], int]:
    base = kind & 0x0FFF
    if base in _FIXED:
        count = 1
        if kind & 0x1000:
            count, at = _u32(data, at), at + 4
        size = _FIXED[base]
        end = at + count * size
        if end > len(data):
            raise _Damaged
        return [data[at : at + size]], end + (-end + at) % 4
    if base not in _VARIABLE:
        raise _Damaged
    count, at = _u32(data, at), at + 4
    values = []
    for _ in range(count):
        size, at = _u32(data, at), at + 4
        if at + size > len(data):
            raise _Damaged
        values.append(data[at : at + size])
        at += size + (-size) % 4
    return values, at


def _skip_name(data: bytes, at: int) -> int:
    """Step over the name of a named property."""
    at += 16
    if _u32(data, at) == 0:
        return at + 8
    size = _u32(data, at + 4)
    return at + 8 + size + (-size) % 4


def _u32(data: bytes, at: int) -> int:
    if at + 4 > len(data):
        raise _Damaged
    return int.from_bytes(data[at : at + 4], "little")


def _typed(value: bytes, kind: int, codepage: str) -> bytes | str:
    if kind == 0x001E:
        return _string(value, codepage)
    if kind == 0x001F:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    return value


def _string(value: bytes, codepage: str) -> str:
    return decode(value.split(b"\0", 1)[0], codepage)


def _packed(file: dict[str, bytes | str]) -> PackedFile:
    name, data, kind = file.get("name", ""), file.get("data", b""), file.get("type", "")
    text = name if isinstance(name, str) else ""
    media_type = kind if isinstance(kind, str) and "/" in kind else guess_type(text)[0] or "application/octet-stream"
    return PackedFile(text, media_type, data if isinstance(data, bytes) else b"")
