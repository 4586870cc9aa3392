"""Names of files that came by mail, made harmless: the name shown is the name saved."""

import unicodedata

MAX_BYTES = 255  # NAME_MAX of every common file system, UTF-8
_SEPARATORS = frozenset('/\\:*?"<>|')  # path separators, and what Windows and shells read as more than a letter
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)
_EXTENSIONS = {
    "application/gzip": ".gz",
    "application/json": ".json",
    "application/msword": ".doc",
    "application/ms-tnef": ".dat",
    "application/pdf": ".pdf",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/rtf": ".rtf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/xml": ".xml",
    "application/zip": ".zip",
    "audio/mpeg": ".mp3",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/webp": ".webp",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
    "text/xml": ".xml",
}
_LONGEST_EXTENSION = 16  # a longer one is part of the name


def safe(name: str, media_type: str = "") -> str:
    """Make a name to save under: one path component, printable, at most 255 bytes, no device, not hidden, no option.

    An empty one becomes "attachment" with the usual extension of its media type.
    """
    cleaned = _trimmed("".join(_letter(c) for c in unicodedata.normalize("NFC", name)))
    if not cleaned:
        return "attachment" + _EXTENSIONS.get(media_type.lower(), "")
    if cleaned.partition(".")[0].strip().lower() in _DEVICES:
        cleaned = f"_{cleaned}"
    return _shortened(cleaned)


def _letter(character: str) -> str:
    if character in _SEPARATORS:
        return "_"
    kind = unicodedata.category(character)
    if kind[0] == "Z" or character in "\t\r\n":
        return " "
    return "" if kind[0] == "C" else character  # controls, bidi and other invisible ones, surrogates, unassigned


def _trimmed(text: str) -> str:
    return " ".join(text.split()).lstrip(".-~ ").rstrip(" .")


def _shortened(text: str) -> str:
    if len(text.encode()) <= MAX_BYTES:
        return text
    stem, dot, extension = text.rpartition(".")
    if not stem or len(extension) > _LONGEST_EXTENSION:
        stem, dot, extension = text, "", ""
    ending = dot + extension
    room = MAX_BYTES - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + ending
