"""Which parts are the text, which are files: readable lines and a list, out of the tree of parts (RFC 8621 4.1.4)."""

from gateway.mime.armor import SAID_ENCRYPTED
from gateway.mime.content import Content
from gateway.mime.enclosures import enclosed_files
from gateway.mime.limits import DEPTH, NOT_FULLY_PARSED, TEXT_BYTES
from gateway.mime.parts import Part
from gateway.mime.text_part import add_text
from models.rules.filename import safe
from models.types.mail import AttachedFile

_TEXT = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_UNSEEN = frozenset({"text/x-amp-html", "text/watch-html"})  # forms of the text for other readers
_STUB = 400  # characters; a text/plain alternative up to this long may be a mere hint to the HTML


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
        add_text(part, content)
    else:
        _leaf(part, content)
    return content


def _container(part: Part, content: Content, *, first: bool) -> None:
    if part.type == "multipart/alternative":
        _alternative(part, content)
        return
    if part.type == "multipart/encrypted":
        content.warn(SAID_ENCRYPTED)
    related = part.type == "multipart/related"
    for number, child in enumerate(part.children):
        content.add(read_content(child, first=(number == 0 and first) or (not related and _unnamed(child))))
    if part.cut:
        content.warn(NOT_FULLY_PARSED)


def _alternative(part: Part, content: Content) -> None:
    """Take the plain form unless it is empty or a mere stub of the HTML; files of all forms are kept."""
    forms: list[Content] = []
    enough = False  # a plain form was read that no HTML form can stand in for
    for child in part.children:
        form = _unread_html(child) if enough and child.type == "text/html" else None
        form = form or read_content(child)
        enough = enough or (form.plain and _length(form) >= _STUB)
        forms.append(form)
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


def _unread_html(part: Part) -> Content | None:
    """Say that an HTML form is there without reading it; None when it is not read as text."""
    if part.cut or part.children or not _is_text(part, first=True):
        return None
    content = Content(has_html=True)
    if part.end - part.start > TEXT_BYTES:
        content.warn(NOT_FULLY_PARSED)
    return content


def _length(form: Content) -> int:
    return sum(len(line) for line in form.lines)


def _is_text(part: Part, *, first: bool) -> bool:
    if part.type not in _TEXT or part.disposition == "attachment":
        return False
    return first or _unnamed(part)


def _unnamed(part: Part) -> bool:
    return not _name(part)


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
        content.warn("signed (S/MIME): the text is inside the file" if signed else SAID_ENCRYPTED)
    if _deep(part):
        content.warn(NOT_FULLY_PARSED)
    data_size = part.file_size()
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
