"""uuencoded files inside plain text: taken out and decoded, by the shape of their lines."""

import binascii
import re
from collections.abc import Iterable

from gateway.mime.packed import PackedFile

_BEGIN = re.compile(r"begin(?:-base64)? [0-7]{3,4} (.{1,255})$")


def take_out(text: str) -> tuple[str, list[PackedFile]]:
    """Return the text without its uuencoded files, and the files. A block that does not decode stays text."""
    if "begin" not in text or "\nend" not in text:
        return text, []
    kept: list[str] = []
    files: list[PackedFile] = []
    lines = text.split("\n")
    ends = [number for number, line in enumerate(lines) if line.rstrip() in {"end", "===="}]
    at = cursor = 0
    while at < len(lines):
        begin = _BEGIN.match(lines[at].rstrip()) if lines[at].startswith("begin") else None
        while cursor < len(ends) and ends[cursor] <= at:
            cursor += 1
        if begin is None or cursor == len(ends):
            kept.append(lines[at])
            at += 1
            continue
        content = _block((lines[n] for n in range(at + 1, ends[cursor])), base64=lines[at].startswith("begin-base64"))
        if content is None:
            kept.append(lines[at])
            at += 1
            continue
        files.append(PackedFile(begin[1].strip(), "application/octet-stream", content))
        at = ends[cursor] + 1
    return "\n".join(kept), files


def decode_uu(data: bytes) -> bytes | None:
    """Decode a part whose transfer encoding is uuencode; None when it is not."""
    _, files = take_out(data.replace(b"\r\n", b"\n").decode("latin-1") + "\n")
    return files[0].content if files else None


def _block(lines: Iterable[str], *, base64: bool) -> bytes | None:
    """Decode the lines between begin and end; None as soon as one has the wrong shape."""
    out: list[bytes] = []
    for line in lines:
        if not line.strip() or not line.isascii():
            if line.strip(" `"):
                return None
            continue
        try:
            out.append(binascii.a2b_base64(line) if base64 else _uu_line(line))
        except (binascii.Error, ValueError):
            return None
    return b"".join(out)


def _uu_line(line: str) -> bytes:
    """Decode one line; blanks lost at its end on the way are given back."""
    length = (ord(line[0]) - 32) & 63
    letters = (length + 2) // 3 * 4
    return binascii.a2b_uu(line[0] + line[1 : letters + 1].rstrip("\r").ljust(letters)[:letters])
