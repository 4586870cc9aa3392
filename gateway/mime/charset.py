"""Bytes to text by a label that may be missing, unknown or wrong; never raises and never loses readable letters."""

import codecs
import re
from functools import lru_cache

from gateway.mime.clean import storable

# What mail programs write -> what Python can decode; a superset where writers mislabel by habit (WHATWG Encoding).
_ALIASES = {
    "ascii": "", "us-ascii": "", "ansi_x3.4-1968": "", "unknown-8bit": "", "x-unknown": "", "unknown": "",
    "default": "", "utf8": "utf-8", "utf-8": "utf-8", "utf8mb4": "utf-8", "cp65001": "utf-8",
    "unicode-1-1-utf-8": "utf-8", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "l1": "cp1252",
    "iso8859-1": "cp1252", "8859_1": "cp1252", "ansi": "cp1252", "x-ansi": "cp1252", "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso8859_8", "iso-8859-8-e": "iso8859_8", "logical": "iso8859_8", "iso-8859-11": "cp874",
    "tis-620": "cp874", "windows-874": "cp874", "x-windows-874": "cp874", "dos-874": "cp874", "shift_jis": "cp932",
    "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932", "windows-31j": "cp932",
    "ms932": "cp932", "cswindows31j": "cp932", "euc-kr": "cp949", "euckr": "cp949", "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949", "ksc5601": "cp949", "ksc_5601": "cp949", "windows-949": "cp949", "korean": "cp949",
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "chinese": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs", "x-x-big5": "big5hkscs", "cn-big5": "big5hkscs",
    "big5-hkscs": "big5hkscs", "iso-2022-jp": "iso-2022-jp", "iso-2022-jp-ms": "iso-2022-jp",
    "iso-2022-jp-1": "iso-2022-jp", "cp50220": "iso-2022-jp", "cp50221": "iso-2022-jp", "cp50222": "iso-2022-jp",
    "csiso2022jp": "iso-2022-jp", "x-mac-roman": "mac_roman", "macintosh": "mac_roman",
    "mac": "mac_roman", "latin-9": "iso8859_15", "iso-8859-6-i": "iso8859_6", "iso-8859-6-e": "iso8859_6",
    "cp31j": "cp932",
    "x-mac-cyrillic": "mac_cyrillic", "x-mac-ce": "mac_latin2", "x-mac-centraleurroman": "mac_latin2",
    "x-mac-greek": "mac_greek", "x-mac-turkish": "mac_turkish", "x-mac-icelandic": "mac_iceland",
    "koi8-ru": "koi8_u", "koi8": "koi8_r", "unicode": "utf-16", "ucs-2": "utf-16", "iso-10646-ucs-2": "utf-16",
    "unicode-1-1-utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7", "utf7": "utf-7",
}  # fmt: skip
_SPELLED = re.compile(r"^(?:x-)?(?:windows|win|cp|dos|ibm)[-_ ]?(\d{3,5})$")
_LABEL = re.compile(r"[\s\"']+")
_SURE = frozenset({"cp1252", ""})  # labels worn by mail in any charset
_SAMPLE = 4096  # bytes the guess looks at
_JIS_SHIFT = re.compile(rb"\x1b(\([BJHI]|\$[@B]|\$\([DO]|&@\x1b\$B|\.[AF])")


def decode(data: bytes, label: str = "", hint: str = "") -> str:
    """Read bytes as text. ``hint``: the label to try when there is none and the bytes are not UTF-8."""
    name = _codec(label)
    if not data.isascii():
        return storable(_decode_8bit(data, name, hint))
    if name in {"", "utf-8", "cp1252"}:
        return storable(data.decode("ascii"))
    if name == "iso-2022-jp":
        return storable(_decode_jis(data) if b"\x1b" in data else data.decode("ascii"))
    if name.startswith(("utf-16", "utf-32")):
        return storable(_wide(data, name))
    return storable(data.decode(name, "replace"))


def _decode_8bit(data: bytes, name: str, hint: str) -> str:
    if name == "iso-2022-jp" and b"\x1b" in data:
        return _decode_jis(data)
    if name.startswith(("utf-16", "utf-32")):
        return _wide(data, name)
    if name in _SURE or name == "utf-8" or (name and not _multibyte(name)):
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            # Nearly all of it is UTF-8: cut or damaged, not another charset.
            if name == "utf-8" and (_cut_off(data, fault) or _mostly_utf8(data)):
                return data.decode("utf-8-sig", "replace")
    if name and name not in _SURE and name != "utf-8":
        try:
            return _wide_utf8(data) or data.decode(name)
        except UnicodeDecodeError:
            return _utf8_or(data, name)
    return _guess(data, _codec(hint) if name != "cp1252" else name)


def _cut_off(data: bytes, fault: UnicodeDecodeError) -> bool:
    """Say whether only the last letter is broken, and others were whole."""
    return fault.reason == "unexpected end of data" and not data[: fault.start].isascii()


def _wide_utf8(data: bytes) -> str:
    """Return the text if it is UTF-8 with three bytes a letter, else "": no other charset looks so by chance."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    letters = [letter for letter in text if ord(letter) > 127]
    return text if len(letters) > 1 and min(letters) >= "\u0800" else ""


def _utf8_or(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(name, "replace")


def _guess(data: bytes, hint: str) -> str:
    if hint and hint not in {"utf-8", "iso-2022-jp"}:
        return _legacy(data, hint)
    from gateway.mime.charset_guess import guess  # rare

    return _legacy(data, guess(data[:_SAMPLE]))


def _legacy(data: bytes, name: str) -> str:
    """Decode what the charset leaves undefined as Latin-1, as browsers do for windows-1252."""
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return data.decode("latin-1") if name == "cp1252" else data.decode(name, "replace")


def _mostly_utf8(data: bytes) -> bool:
    sample = data[:_SAMPLE]
    wrong = sample.decode("utf-8", "replace").count("\ufffd")
    return wrong * 4 < sum(1 for byte in sample if byte >= 0xC0) or wrong == 0


def _wide(data: bytes, name: str) -> str:
    """UTF-16 and UTF-32 with or without a mark; by the place of the zeros when there is none."""
    if name == "utf-16" and data[:2] not in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        name = "utf-16-le" if data[1::2].count(0) > data[0::2].count(0) else "utf-16-be"
    whole = len(data) - len(data) % (4 if "32" in name else 2)
    return data[:whole].decode(name, "replace").lstrip("\ufeff")


def _decode_jis(data: bytes) -> str:
    """ISO-2022-JP with the vendor rows Python's codec refuses, by way of cp932 (RFC 1468, CP50221)."""
    words, state, start = [], b"(B", 0
    for shift in _JIS_SHIFT.finditer(data):
        words.append(_jis_run(data[start : shift.start()], state))
        state, start = shift[1], shift.end()
    words.append(_jis_run(data[start:], state))
    return "".join(words)


def _jis_run(run: bytes, state: bytes) -> str:
    if state in {b"$B", b"$@", b"&@\x1b$B"}:
        return b"".join(_sjis(run[i], run[i + 1]) for i in range(0, len(run) - 1, 2)).decode("cp932", "replace")
    if state == b"(I":
        return bytes(byte | 0x80 for byte in run).decode("cp932", "replace")
    return run.decode("cp932" if state in {b"(B", b"(J"} else "latin-1", "replace")


def _sjis(row: int, cell: int) -> bytes:
    """Turn a JIS X 0208 pair into Shift_JIS; control bytes in between stay."""
    if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
        return bytes((row, cell))
    lead = ((row - 0x21) >> 1) + 0x81
    if lead > 0x9F:
        lead += 0x40
    trail = cell + (0x1F if cell < 0x60 else 0x20) if row & 1 else cell + 0x7E
    return bytes((lead, trail))


@lru_cache(maxsize=512)
def _codec(label: str) -> str:
    """Name Python's codec for a label; "" when it says nothing (ASCII, unknown, nonsense)."""
    name = _LABEL.sub("", label).lower()[:60]
    name = name.partition("*")[0].rstrip(";,")  # RFC 2231 5: a language after the charset
    name = _SPELLED.sub(r"cp\1", name)
    if name in _ALIASES:
        return _ALIASES[name]
    for candidate in (
        name,
        name.removeprefix("x-"),
        name.removeprefix("cs"),
    ):
        try:
            found = codecs.lookup(candidate)
        except (LookupError, ValueError):
            continue
        if getattr(found, "_is_text_encoding", True):
            canonical = str(found.name)
            return _ALIASES.get(canonical, canonical)
    return ""


def _multibyte(name: str) -> bool:
    return name in {
        "cp932",
        "cp949",
        "gb18030",
        "big5hkscs",
        "euc_jp",
        "hz",
        "iso-2022-jp",
        "johab",
    } or name.startswith(("euc", "iso2022", "shift", "big5", "utf"))
