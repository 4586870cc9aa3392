"""The tree of parts by their place in the raw bytes: one pass per level, nothing copied, limits kept (RFC 2046)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.mime.header import Header, read_header
from gateway.mime.limits import DEPTH, EXPANDED_BYTES, PARTS
from gateway.mime.params import field_type, parameters
from gateway.mime.transfer import decode_transfer, size_of_base64

MESSAGES = frozenset({"message/rfc822", "message/global"})
_GUESS = re.compile(rb"(?<![^\n])--([^\s\r\n][^\r\n]{0,199}?)[ \t]*\r?\n(?:[A-Za-z-]{3,40}:|\r?\n)")
_FILE_NAME = re.compile(r"([^/\\?#:*<>|\"]{1,120}\.[A-Za-z0-9]{2,5})$")
_LATE_FIELD = re.compile(rb"Content-(?:Type|Transfer-Encoding|Disposition):", re.IGNORECASE)
_GUESS_WITHIN = 20_000  # bytes looked at for a boundary nobody declared


@dataclass(slots=True)
class Part:
    """One part. ``path`` as in IMAP sections ("" is the whole mail); ``start``/``end``: its body in ``content``."""

    content: bytes
    header: Header
    start: int
    end: int
    path: str
    type: str
    params: Mapping[str, str]
    children: list["Part"] = field(default_factory=list)
    cut: bool = False  # a limit was reached inside: the children are not all of it

    def raw(self) -> bytes:
        """Return the body as it stands in the mail."""
        return self.content[self.start : self.end]

    @property
    def encoded(self) -> bool:
        """True when the bytes in the mail are not yet those of the part."""
        return self.header.plain("content-transfer-encoding") in {"base64", "quoted-printable"}

    def decoded(self, limit: int | None = None) -> bytes:
        """Return the body with its transfer encoding undone; of more than ``limit`` encoded bytes only the first."""
        end = self.end if limit is None else min(self.end, self.start + limit)
        return decode_transfer(self.content[self.start : end], self.header.plain("content-transfer-encoding"))

    def as_file(self) -> bytes:
        """Return what is saved: a message as it stands in the mail unless it is encoded, anything else decoded."""
        return self.raw() if self.children and not self.encoded else self.decoded()

    def file_size(self) -> int:
        """Say how long ``as_file()`` is."""
        if self.children and not self.encoded:
            return self.end - self.start
        encoding = self.header.plain("content-transfer-encoding")
        if encoding == "base64":
            return size_of_base64(self.content[self.start : self.end])
        return len(decode_transfer(self.content[self.start : self.end], encoding))

    def file_name(self) -> str:
        """Return the name the part claims for itself, "" when it has none."""
        raw = self.header.raw("content-disposition")
        if raw and (name := parameters(raw, self.header.hint).get("filename")):
            return name
        return self.params.get("name", "") or self.params.get("filename", "") or self._described_name()

    def _described_name(self) -> str:
        """Name by Content-Location or Content-Description, if that looks like a file's name (RFC 2557 4)."""
        for field_name in ("content-location", "content-description"):
            found = _FILE_NAME.search(self.header.text(field_name))
            if found and not self.type.startswith(("text/", "multipart/", "message/")):
                return found[1]
        return ""

    @property
    def disposition(self) -> str:
        """Return "inline", "attachment" or what else stands there; "" without the field."""
        return self.header.plain("content-disposition").partition(";")[0].strip()


def read_tree(content: bytes) -> Part:
    """Read a whole mail into its tree. Lone CRs are line ends when there are no others."""
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    start = 0
    while content.startswith((b"\n", b"\r"), start):
        start += 1
    return _Reader(content).read(start, len(content), "", 0, "text/plain")


def find(root: Part, path: str) -> Part | None:
    """Find a part by its path."""
    if root.path == path or (path == "1" and (not root.children or root.type.startswith("message/"))):
        return root
    for child in root.children:
        if child.path == path or path.startswith(child.path + "."):
            return find(child, path)
    return None


class _Reader:
    """Counts parts while it goes down, so that no mail has more than the limits allow."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.parts = 0

    def read(self, start: int, end: int, path: str, depth: int, default_type: str) -> Part:
        """Read one part and what it holds."""
        self.parts += 1
        header, body = read_header(self.content, start, end)
        late = not header.fields and path and default_type == "text/plain"
        if late and _LATE_FIELD.match(self.content, body, end):
            header, body = read_header(self.content, body, end)  # a blank line too many before the header
        raw_type = header.raw("content-type")
        kind = field_type(raw_type) or default_type
        params: Mapping[str, str] = parameters(raw_type, header.hint) if raw_type else {}
        header.hint = params.get("charset", "")
        part = Part(self.content, header, min(body, end), end, path, kind, params)
        if kind.startswith("multipart/"):
            self._multipart(part, depth)
            if not part.children and not part.cut:
                part.type = "text/plain"  # nothing in it looks like a part: what stands there is for reading
        elif kind in MESSAGES:
            self._message(part, depth)
        return part

    def _message(self, part: Part, depth: int) -> None:
        """Read the message inside; one that is encoded, as RFC 2046 5.2.1 forbids and some write it, from a copy."""
        if depth >= DEPTH or self.parts >= PARTS:
            part.cut = True
            return
        path = _below(part.path, 1)
        if not part.encoded:
            part.children.append(self.read(part.start, part.end, path, depth + 1, "text/plain"))
            return
        inside = _Reader(part.decoded(EXPANDED_BYTES))
        inside.parts = self.parts
        part.children.append(inside.read(0, len(inside.content), path, depth + 1, "text/plain"))
        self.parts = inside.parts

    def _multipart(self, part: Part, depth: int) -> None:
        if depth >= DEPTH:
            part.cut = True
            return
        spans = self._spans(part)
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        for number, (start, end) in enumerate(spans, 1):
            if self.parts >= PARTS:
                part.cut = True
                break
            part.children.append(self.read(start, end, _below(part.path, number), depth + 1, default))

    def _spans(self, part: Part) -> list[tuple[int, int]]:
        """Cut the body at its boundary lines; without a declared or a working boundary, at one that looks like it."""
        boundary = part.params.get("boundary", "").encode("utf-8", "replace")
        spans = self._cut(part, boundary.rstrip()) if boundary.strip() else []
        if spans:
            return spans
        guess = _GUESS.search(self.content, part.start, min(part.end, part.start + _GUESS_WITHIN))
        return self._cut(part, guess[1]) if guess else []

    def _cut(self, part: Part, boundary: bytes) -> list[tuple[int, int]]:
        content, end = self.content, part.end
        mark = b"--" + boundary
        spans: list[tuple[int, int]] = []
        opened = -1
        at = part.start
        while (at := content.find(mark, at, end)) >= 0:
            after = at + len(mark)
            line_end = content.find(b"\n", after, min(end, after + 200))
            tail = content[after : line_end if line_end >= 0 else min(end, after + 200)].strip(b" \t\r")
            if (at > part.start and content[at - 1] != 10) or tail not in {b"", b"--"}:
                at = after
                continue
            if opened >= 0:
                spans.append((opened, _before_break(content, at, opened)))
            opened = -1
            if tail == b"--" or len(spans) > PARTS:
                break
            opened = at = line_end + 1 if line_end >= 0 else end
        if opened >= 0 and opened < end:
            spans.append((opened, end))
        return spans


def _below(path: str, number: int) -> str:
    return f"{path}.{number}" if path else str(number)


def _before_break(content: bytes, at: int, floor: int) -> int:
    """The line break before a boundary belongs to the boundary (RFC 2046 5.1.1)."""
    if at - 1 >= floor and content[at - 1] == 10:
        at -= 1
        if at - 1 >= floor and content[at - 1] == 13:
            at -= 1
    return at
