"""The header of a mail or a part: fields in order, unfolded, as bytes; decoded when asked for."""

import re
from dataclasses import dataclass, field

from gateway.mime.limits import HEADER_BYTES
from gateway.mime.words import header_text

_END = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_KNOWN = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|received|mime-version|content-[a-z-]{4,20}|return-path|dkim-signature"
    rb"|x-[\w-]{2,40})[ \t]*:",
    re.IGNORECASE,
)
_MBOX = re.compile(rb">?From ")
_WHOLE_FIELD = re.compile(rb"^([!-9;-~]{1,100})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)


@dataclass(slots=True)
class Header:
    """Unfolded values by lower-case field name, in order. ``hint``: the charset raw 8-bit values are probably in."""

    fields: dict[str, list[bytes]] = field(default_factory=dict)
    hint: str = ""

    def raw(self, name: str) -> bytes | None:
        """Return the first field's value, None when there is none."""
        values = self.fields.get(name)
        return values[0] if values else None

    def raws(self, name: str) -> list[bytes]:
        """Return the values of all fields of that name."""
        return self.fields.get(name, [])

    def text(self, name: str) -> str:
        """Return the first field's value decoded; "" when there is none."""
        value = self.raw(name)
        return "" if value is None else header_text(value, self.hint).strip()

    def texts(self, name: str) -> list[str]:
        """Return the values of all fields of that name, decoded."""
        return [header_text(value, self.hint).strip() for value in self.raws(name)]

    def plain(self, name: str) -> str:
        """Return the first value in lower case for comparing with words of a standard."""
        value = self.raw(name)
        return "" if value is None else value[:1000].decode("latin-1").strip().lower()


def read_header(content: bytes, start: int, end: int) -> tuple[Header, int]:
    """Read the header that begins at ``start``; return it and where the body begins.

    A missing blank line is forgiven.
    """
    if content.startswith((b"\n", b"\r\n"), start, end):
        return Header(), start + (1 if content[start] == 10 else 2)
    found = _END.search(content, start, end)
    if found and found.start() - start < HEADER_BYTES and (sound := _sound_fields(content[start : found.start()])):
        return Header(sound), found.end()
    return _read_lines(content, start, end, found)


def _sound_fields(head: bytes) -> dict[str, list[bytes]] | None:
    """Read a header in which every line begins or continues a field, as in nearly all mail; None when one does not."""
    fields: dict[str, list[bytes]] = {}
    found = _WHOLE_FIELD.findall(head)
    if len(found) != 1 + head.count(b"\n") - head.count(b"\n ") - head.count(b"\n\t"):
        return None
    for name, value in found:
        if b"\n" in value:
            value = value.replace(b"\r\n", b"").replace(b"\n", b"")
        key = name.decode("ascii").lower()
        if key in fields:
            fields[key].append(value.strip())
        else:
            fields[key] = [value.strip()]
    return fields


def _read_lines(content: bytes, start: int, end: int, found: re.Match[bytes] | None) -> tuple[Header, int]:
    """Read line by line what may hold junk, or end without a blank line."""
    head_end = found.start() + 1 if found else end
    body = found.end() if found else end
    lines = content[start : min(head_end, start + HEADER_BYTES)].split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    header = Header()
    names: list[str] = []
    values: list[list[bytes]] = []  # folded fields are joined at the end: once, however many lines
    at = start
    for number, raw in enumerate(lines):
        line = raw[:-1] if raw.endswith(b"\r") else raw
        if line[:1] in b" \t" and values:
            values[-1].append(line)
        elif match := _FIELD.match(line):
            names.append(match[1].decode("ascii").lower())
            values.append([line[match.end() :]])
        elif not (number == 0 and _MBOX.match(line)) and not _goes_on(lines, number):
            body = at
            break
        at += len(raw) + 1
    for name, pieces in zip(names, values, strict=True):
        header.fields.setdefault(name, []).append(b"".join(pieces).strip())
    return header, body


def _goes_on(lines: list[bytes], number: int) -> bool:
    """Tell junk inside a header from a body that lacks the blank line: after junk come fields every mail has.

    A part's header comes after a boundary line, which is the body's.
    """
    return not (number and lines[number].startswith(b"--")) and any(
        _KNOWN.match(line) for line in lines[number + 1 : number + 40]
    )
