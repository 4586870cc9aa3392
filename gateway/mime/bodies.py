"""Which parts are the text, which are files: readable lines and a list, out of the tree of parts (RFC 8621 4.1.4)."""

import re
from dataclasses import dataclass, field

from gateway.mime.charset import decode
from gateway.mime.enclosures import enclosed_files
from gateway.mime.flowed import unflow
from gateway.mime.limits import DEPTH, NOT_FULLY_PARSED, TEXT, TEXT_BYTES
from gateway.mime.parts import Part
from gateway.mime.uuencode import take_out
from models.rules.filename import safe
from models.types.mail import AttachedFile

_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w:.-]{2,40})", re.IGNORECASE)
_TEXT = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_UNSEEN = frozenset({"text/x-amp-html", "text/watch-html"})  # forms of the text for other readers
_STUB = 400  # characters; a text/plain alternative up to this long may be a mere hint to the HTML


@dataclass(slots=True)
class Content:
    """What a mail holds. ``quoted`` runs beside ``lines``: the sender's program marked that line as quoted."""

    lines: list[str] = field(default_factory=list)
    quoted: list[bool] = field(default_factory=list)
    files: list[AttachedFile] = field(default_factory=list)
    has_html: bool = False
    plain: bool = False  # some of the lines came from text/plain
    warnings: list[str] = field(default_factory=list)

    def add_lines(self, lines: list[str], quoted: list[bool]) -> None:
        """Append a text after a blank line; blank ones are left out."""
        if not any(line.strip() for line in lines):
            return
        if self.lines:
            self.lines.append("")
            self.quoted.append(self.quoted[-1] and quoted[0])
        self.lines += lines
        self.quoted += quoted

    def add(self, other: "Content") -> None:
        """Take over everything of another part's content."""
        self.add_lines(other.lines, other.quoted)
        self.files += other.files
        self.warn(*other.warnings)
        self.has_html |= other.has_html
        self.plain |= other.plain

    def warn(self, *sentences: str) -> None:
        """Say something once."""
        self.warnings += [one for one in sentences if one not in self.warnings]


def read_content(part: Part, *, first: bool = True) -> Content:
    """Collect text and files of a part and all below it. ``first``: it stands where a body stands."""
    content = Content()
    if part.cut:
        content.warn(NOT_FULLY_PARSED)
        if not part.children:
            content.files.append(_file(part, len(part.raw())))
            return content
    if part.children and not part.type.startswith("message/"):
        _container(part, content, first=first)
    elif _is_text(part, first=first):
        _text(part, content)
    else:
        _leaf(part, content)
    return content


def _container(part: Part, content: Content, *, first: bool) -> None:
    if part.type == "multipart/alternative":
        _alternative(part, content)
        return
    if part.type == "multipart/encrypted" or (part.type == "multipart/signed" and len(part.children) > 2):
        content.warn("encrypted: the text cannot be read here" if part.type == "multipart/encrypted" else "signed")
    related = part.type == "multipart/related"
    for number, child in enumerate(part.children):
        content.add(read_content(child, first=(number == 0 and first) or (not related and _unnamed(child))))
    if part.cut:
        content.warn(NOT_FULLY_PARSED)


def _alternative(part: Part, content: Content) -> None:
    """Take the plain form unless it is empty or a mere stub of the HTML; files of all forms are kept."""
    forms = [read_content(child) for child in part.children]
    readable = [form for form in forms if any(line.strip() for line in form.lines)]
    plain = next((form for form in readable if form.plain), None)
    rich = next((form for form in readable if form.has_html and not form.plain), None)
    chosen = plain or rich or (readable[-1] if readable else None)
    if plain and rich and _length(plain) < _STUB and _length(rich) > 3 * _length(plain) + 100:
        chosen = rich
    for form in forms:
        if form is not chosen:
            content.files += form.files
            content.warn(*form.warnings)
            content.has_html |= form.has_html
    if chosen:
        content.add(chosen)


def _length(form: Content) -> int:
    return sum(len(line) for line in form.lines)


def _is_text(part: Part, *, first: bool) -> bool:
    if part.type not in _TEXT or part.disposition == "attachment":
        return False
    return first or _unnamed(part)


def _unnamed(part: Part) -> bool:
    return not _name(part)


def _text(part: Part, content: Content) -> None:
    data = part.decoded(TEXT_BYTES)
    if part.end - part.start > TEXT_BYTES:
        content.warn(NOT_FULLY_PARSED)
    label = part.params.get("charset", "")
    if part.type == "text/html":
        from gateway.mime.html import html_text  # only HTML mail pays for it

        meta = _META.search(data, 0, 4096) if not label or label.lower() == "us-ascii" else None
        made = html_text(decode(data, meta[1].decode("ascii") if meta else label))
        content.has_html = True
        content.add_lines(made.lines, made.quoted)
        return
    text = decode(data, label).replace("\r\n", "\n").replace("\r", "\n")
    if part.params.get("format", "").lower() == "flowed":
        text = unflow(text, delsp=part.params.get("delsp", "").lower() == "yes")
    text, files = take_out(text)
    if len(text) > TEXT:
        text = text[:TEXT]
        content.warn(NOT_FULLY_PARSED)
    for number, file in enumerate(files, 1):
        name = safe(file.name)
        content.files.append(
            AttachedFile(name, "application/octet-stream", len(file.content), f"{part.path or 1}/{number}")
        )
    if "-----BEGIN PGP MESSAGE-----" in text:
        content.warn("encrypted: the text cannot be read here")
    lines = text.rstrip("\n").split("\n")
    content.plain = True
    content.add_lines(lines, [False] * len(lines))


def _leaf(part: Part, content: Content) -> None:
    """Keep a part as a file; one that packs others is unpacked."""
    kind = part.type
    if kind in _UNSEEN:
        return
    if kind in _TNEF or _name(part).lower() == "winmail.dat":
        unpacked = enclosed_files(part)
        if unpacked is not None:
            for number, file in enumerate(unpacked.files, 1):
                path = f"{part.path or 1}/{number}"
                content.files.append(AttachedFile(safe(file.name), file.media_type, len(file.content), path))
            content.add_lines(unpacked.lines, [False] * len(unpacked.lines))
            return
        content.warn("winmail.dat could not be unpacked")
    if kind in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        signed = part.params.get("smime-type", "").lower().startswith("signed")
        content.warn(
            "signed (S/MIME): the text is inside the file" if signed else "encrypted: the text cannot be read here"
        )
    if _deep(part):
        content.warn(NOT_FULLY_PARSED)
    data_size = len(part.raw()) if part.children else len(part.decoded())
    if data_size or _name(part):
        content.files.append(_file(part, data_size))


def _deep(part: Part) -> bool:
    """Say whether a limit was reached somewhere inside a nested message."""
    level = [part]
    for _ in range(DEPTH + 2):
        if any(one.cut for one in level):
            return True
        level = [child for one in level for child in one.children]
    return False


def _file(part: Part, size: int) -> AttachedFile:
    content_id = part.header.text("content-id").strip("<> ")[:200]
    inline = part.disposition == "inline" or (bool(content_id) and part.disposition != "attachment")
    name = _name(part) or _given_name(part)
    return AttachedFile(safe(name, part.type), part.type, size, part.path or "1", content_id, inline)


def _name(part: Part) -> str:
    """Return the file name a part claims, "" when it has none."""
    return part.file_name().strip()


def _given_name(part: Part) -> str:
    """Name what has no name after what it is."""
    if part.type in {"message/rfc822", "message/global"}:
        subject = part.children[0].header.text("subject") if part.children else ""
        return f"{subject[:80].strip() or 'message'}.eml"
    return _NAMES.get(part.type, "")


_NAMES = {
    "text/calendar": "invite.ics",
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "read-receipt.txt",
    "message/feedback-report": "feedback-report.txt",
    "text/rfc822-headers": "headers.txt",
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "pgp-version.txt",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
}
