"""Body parts of an outgoing mail with their own header: the text, and files."""

import binascii
import re
from urllib.parse import quote

from models.rules import filename
from models.types.mail import FileOut

TEXT_LINE = 78  # RFC 5322 2.1.1; longer lines travel as quoted-printable
BASE64_LINE = 57  # bytes that make 76 letters (RFC 2045 6.8)
NAME_PIECE = 60  # characters of one piece of a long file name (RFC 2231 3)

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_ASCII_TEXT = bytes(octet for octet in range(128) if _NOT_TEXT.match(chr(octet)))
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")


def text_part(text: str) -> bytes:
    """Write the readable text: as it is when every server must take it, else quoted-printable or base64."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = text if text.isascii() else _NOT_TEXT.sub("", text)
    raw = clean.encode().translate(None, _NOT_ASCII_TEXT).rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
    if raw.isascii() and max(map(len, raw.split(b"\r\n"))) <= TEXT_LINE:
        return b"Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + raw
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
    quoted = binascii.b2a_qp(raw, istext=True)
    if len(quoted) * 3 < len(raw) * 4:  # base64 grows by a third
        return head + b"quoted-printable\r\n\r\n" + quoted
    return head + b"base64\r\n\r\n" + _base64(raw)


def file_part(file: FileOut) -> bytes:
    """Write an attachment in base64. What is no plain media type, or may not travel in base64, is octet-stream."""
    media_type = file.media_type.strip().lower()
    if not _MEDIA_TYPE.fullmatch(media_type) or media_type.startswith(("multipart/", "message/")):
        media_type = "application/octet-stream"  # RFC 2046 5.1 and 5.2 allow those no base64
    name = _name_parameters(filename.safe(file.name, media_type))
    head = (
        f"Content-Type: {media_type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {name}\r\n\r\n"
    )
    return head.encode() + _base64(file.content)


def _base64(raw: bytes) -> bytes:
    lines = (binascii.b2a_base64(raw[at : at + BASE64_LINE], newline=False) for at in range(0, len(raw), BASE64_LINE))
    return b"".join(line + b"\r\n" for line in lines)


def _name_parameters(name: str) -> str:
    """Write ``filename``: a quoted string, or RFC 2231 when it is not short plain ASCII."""
    if name.isascii() and len(name) <= NAME_PIECE and not set(name) & set('"\\'):
        return f'filename="{name}"'
    pieces = [""]
    for letters in re.findall(r"(?:%[0-9A-F]{2})|[^%]", quote(name, safe="")):
        if len(pieces[-1]) >= NAME_PIECE - 3:
            pieces.append("")
        pieces[-1] += letters
    if len(pieces) == 1:
        return f"filename*=utf-8''{pieces[0]}"
    named = [f"filename*{number}*={piece}" for number, piece in enumerate(["utf-8''" + pieces[0], *pieces[1:]])]
    return ";\r\n ".join(named)
