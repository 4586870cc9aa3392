"""The charset of 8-bit text that nobody named, by the letters it would have: common ones of a script, or kana."""

import codecs
import re
from collections.abc import Iterator

_RUN = re.compile(rb"[\x80-\xff]+")
_FEW = 4  # bytes above 127; fewer say nothing
_ENOUGH = 20  # such bytes a statistical guess needs
_SURE = 0.5  # share of the letters that are common ones in their script
_HAN_SURE = 0.1
_IN_SCRIPT = 2.4  # mean length of runs above 127: a text in Latin letters has shorter ones
_KANA = frozenset(chr(code) for code in range(0x3041, 0x30FF))
_HANGUL = frozenset(chr(code) for code in range(0xAC00, 0xD7A4))
_HAN = frozenset(
    "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家用发天如然作方成"
    "者多日都小同么经法当起与好看学进种将还分此心前面又定见只主没公从您请谢问题票单件"
    "這為來個們說國時會後對著裡過發無經當與學進種將還見沒從請謝問題單關於貨"
)
_SCRIPTS = (
    ("cp1251", frozenset("оеаинтсрвлкмдпу")),
    ("koi8_r", frozenset("оеаинтсрвлкмдпу")),
    ("cp1253", frozenset("αοιετσνηυρπκμλςάέίό")),
    ("cp1255", frozenset("יוהלאמתרבשנםדח")),
    ("cp1256", frozenset("اليمنورتبةعدسف")),
    ("cp874", frozenset("านรอกเงมยลวดทสตะป่้ัี")),
)
_EAST_ASIAN = (
    ("euc_jp", _KANA, 0.2),
    ("cp932", _KANA, 0.2),
    ("euc_kr", _HANGUL, 0.8),
    ("gb18030", _HAN, _HAN_SURE),
    ("big5hkscs", _HAN, _HAN_SURE),
)
_LIKELY = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "koi8_r", "cp932",
    "euc_jp", "gb18030", "big5hkscs", "cp949",
]  # fmt: skip
# Bytes that are letters in cp1250 and none, or rare ones, in cp1252.
_CENTRAL = re.compile(rb"[\x8a\x8d-\x8f\x9a\x9d-\x9f](?=[a-z])|(?<=[a-z])[\x8a\x8d-\x8f\x9a\x9d-\x9f]")
_SIGN_IN_WORD = re.compile(rb"[A-Za-z\xc0-\xff][\xb1\xb3\xb6\xb9\xba\xbc\xbe\xbf]+[A-Za-z\xc0-\xff]")
_UTF8_PAIR = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")
_CENTRAL_ISO = re.compile(rb"[\xb1\xb6\xbe]")
_TURKISH = re.compile(rb"[\xf0\xfd\xfe\xd0\xdd\xde]")
_ICELANDIC = re.compile(rb"[\xe1\xed\xf3\xfa\xe6\xc1\xcd\xd3\xda\xc6]")


def guess(sample: bytes) -> str:
    """Name Python's codec for it; windows-1252 when nothing speaks for another."""
    runs = _RUN.findall(sample)
    high = sum(map(len, runs))
    latin = high < max(_FEW, _IN_SCRIPT * len(runs))
    dense = high >= _FEW and len(runs) * 6 > len(
        sample
    )  # as in Shift_JIS and Big5, whose second bytes are often below 128
    if latin:
        return (_best(_east_asian(sample, high)) if dense else "") or _latin(sample)
    found = _best(_east_asian(sample, high)) or _best(_in_script(sample, high))
    return found or (_statistics(sample) if high >= _ENOUGH else "") or "cp1252"


def _best(found: Iterator[tuple[float, str]]) -> str:
    return max(found, default=(0.0, ""))[1]


def _east_asian(sample: bytes, high: int) -> Iterator[tuple[float, str]]:
    for name, letters, least in _EAST_ASIAN:
        try:
            text = codecs.getincrementaldecoder(name)().decode(sample)
        except UnicodeDecodeError:
            continue
        foreign = [letter for letter in text if letter > "\x7f"]
        share = sum(letter in letters for letter in foreign) / max(1, len(foreign))
        if share >= least and len(foreign) * 3 > high:
            yield share, name


def _in_script(sample: bytes, high: int) -> Iterator[tuple[float, str]]:
    for name, letters in _SCRIPTS:
        share = sum(letter in letters for letter in sample.decode(name, "replace")) / high
        if share >= _SURE:
            yield share, name


def _latin(sample: bytes) -> str:
    if _UTF8_PAIR.search(sample):
        return "cp1252"  # UTF-8 read wrongly before, or damaged: no letters to judge by
    if _CENTRAL.search(sample):
        return "cp1250"
    if _SIGN_IN_WORD.search(sample):
        return "cp1250" if b"\xb9" in sample and not _CENTRAL_ISO.search(sample) else "iso8859_2"
    if _TURKISH.search(sample) and not _ICELANDIC.search(sample):
        return "cp1254"
    return "cp1252"


def _statistics(sample: bytes) -> str:
    from charset_normalizer import from_bytes  # 17 ms to import, needed for one mail in thousands

    best = from_bytes(sample, cp_isolation=_LIKELY).best()
    return best.encoding if best is not None else ""
