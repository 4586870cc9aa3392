"""Where the quoted mail begins: intro lines and header blocks. Every look is bounded, so the whole is linear."""

import re
from collections.abc import Sequence

from gateway.mime.quote_words import LABEL, MOMENT, OPENER, WROTE

INTRO_LINES = 5  # an intro is broken over this many lines at most
_INTRO_LONGEST = 400
_SAID_LONGEST = 120
_LINE_LONGEST = 1000
_BLOCK_LINES = 12  # lines of a header block that are looked at
_ADDRESS = re.compile(r"[^\s<>@()\[\]]{1,100}@[^\s<>@()\[\]]{1,100}")
_DIGIT = re.compile(r"\d")
_ENDS = re.compile(r"(?::|：|wrote)[\s*_–—\u200e\u200f\u202a-\u202e\u2066-\u2069-]{0,40}$", re.IGNORECASE)
_DASHED = re.compile(r"\s*[–—-]{2,}\s?[^–—-].{0,200}\bwrote\s?[–—-]{2,}\s*$", re.IGNORECASE)
_SAID = re.compile(
    r"\b(?:wrote|writes|said|says|stated|joked|asked|answered|replied|posted|spake|typed|schrieb|meinte|sagte|écrivait"
    r"|a écrit|escribió|dijo|escreveu|disse|ha scritto|schreef|skrev|napisał|pisze|писал|написал)[^:]{0,40}:",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"[<(][^\s<>@()]{1,100}@[^\s<>@()]{1,100}[>)]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d).{0,40}\d[:.]\d\d")
_DATE_AND_TIME = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\D{1,12}\d{1,2}[:.]\d{2}")
_UNSEEN = " \t\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # marks of direction
_SHARED = re.compile(
    r"[\s–—-]{0,20}\bOn (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? |\d|[A-Z][a-z]{2,8} \d).{5,300}\bwrote:\s*$"
)
_SECOND_LABEL = re.compile(r"\s(?:date|sent|to|datum|gesendet|envoyé|fecha|data)\s?:", re.IGNORECASE)


def is_quote(line: str) -> bool:
    """Say whether a line carries a quote mark: ``>``, or initials before it."""
    text = line.lstrip(" \t")[:6]
    if not text:
        return False
    return text[0] in ">»" or (
        ">" in text[:4] and text.partition(">")[0].isupper() and text.partition(">")[0].isalpha()
    )


def is_arrowed_intro(line: str) -> bool:
    """Say whether a line is GroupWise's intro, ">>> Anna Berg 3/4/2024 10:00 >>>": what follows has no marks."""
    return line.startswith(">>> ") and line.rstrip().endswith(" >>>") and MOMENT.search(line) is not None


def intro_at(lines: Sequence[str], at: int) -> int:
    """Count the lines of the intro ("On ..., Anna wrote:") that begins at ``at``; 0 when none does."""
    line = lines[at]
    if len(line) > _LINE_LONGEST or not line.strip() or is_quote(line):
        return 0
    if _DASHED.match(line):
        return 1
    if _DIGIT.search(line) and OPENER.match(line):
        return _opened(lines, at)
    if _ENDS.search(line):
        return 1 if _is_intro(line, opened=False) or (_names_writer(line) and _quoted_below(lines, at + 1)) else 0
    return _broken(line, lines[at + 1]) if at + 1 < len(lines) else 0


def _broken(line: str, following: str) -> int:
    """An intro over two lines that begins with the writer's name, or with the moment as no opener does."""
    if not ("@" in line or "20" in line or "19" in line):
        return 0
    if len(following) > _SAID_LONGEST or not _ENDS.search(following):
        return 0
    if "@" in line and (WROTE.search(following) or MOMENT.search(following)):
        return 2 if _is_intro(f"{line} {following}", opened=False) else 0
    dated = _YEAR.search(line) is not None and _IN_BRACKETS.match(following.lstrip(_UNSEEN)) is not None
    return 2 if dated else 0


def _opened(lines: Sequence[str], at: int) -> int:
    joined = ""
    for number in range(at, min(at + INTRO_LINES, len(lines))):
        line = lines[number]
        if number > at and (OPENER.match(line) and MOMENT.search(line) and WROTE.search(line)):
            return 0  # another intro begins here
        if len(joined) + len(line) > _INTRO_LONGEST:
            return 0
        if is_quote(line) and not line.lstrip().startswith((">wrote", "> wrote", ">:", "> ")):
            break
        joined = f"{joined} {line.strip()}"
        if _ENDS.search(joined) and _is_intro(joined, opened=True):
            return number - at + 1
    return _gmail_date(lines, at)


def _names_writer(line: str) -> bool:
    """Say whether a line could stand before a quote: "Quoting anna@x:", "Anna said:", "Anna, 1/2/2021 10:00:"."""
    if "@" in line:
        return True
    return len(line) < _SAID_LONGEST and (_SAID.search(line) or _DATE_AND_TIME.search(line)) is not None


def _gmail_date(lines: Sequence[str], at: int) -> int:
    """Old Gmail: a date and an address, no verb and no colon, the quote right below."""
    line = lines[at].strip()
    if (
        line[:1].isdigit()
        and line.endswith(">")
        and "@" in line
        and MOMENT.match(line)
        and _quoted_below(lines, at + 1)
    ):
        return 1
    return 0


def _quoted_below(lines: Sequence[str], at: int) -> bool:
    for line in lines[at : at + 4]:
        if line.strip():
            return is_quote(line) or line.lstrip().startswith("|")
    return False


def _is_intro(text: str, *, opened: bool) -> bool:
    moment = MOMENT.search(text) is not None
    if opened:
        return moment and (_ADDRESS.search(text) is not None or _says_wrote(text))
    if _says_wrote(text) and (moment or _ADDRESS.search(text)):
        return True
    return moment and _IN_BRACKETS.search(text) is not None


def _says_wrote(text: str) -> bool:
    return text.endswith("wrote:") or WROTE.search(text) is not None


def shared_intro(line: str) -> str:
    """Return what stands before an intro in the same line; "" when there is no such intro."""
    if "wrote:" not in line[-12:] or len(line) > _LINE_LONGEST:
        return ""
    found = _SHARED.search(line)
    return line[: found.start()].rstrip(" -") if found else ""


def header_block_at(lines: Sequence[str], at: int) -> bool:
    """Say whether the quoted mail's own header (From, Sent, To, Subject in any language) begins at ``at``."""
    first = _label(lines[at])
    if first not in {"sender", "moment", "subject"}:
        return False
    kinds = {first}
    address = "@" in lines[at]
    if first == "sender" and address and _SECOND_LABEL.search(lines[at]):
        return True
    unlabelled = blank = 0
    for line in lines[at + 1 : at + _BLOCK_LINES]:
        if not line.strip():
            blank += 1
            if blank > 1 and len(kinds) > 1:
                break
            continue
        kind = _label(line)
        if kind is None:
            unlabelled += 1
            if unlabelled > 2:
                break
            address = address or ("@" in line and blank == 0)
            continue
        if kind == "sender" and kind in kinds:
            break  # the next mail's
        blank = unlabelled = 0
        kinds.add(kind)
        address = address or "@" in line
    if "sender" in kinds:
        return len(kinds) > 1 and (address or "subject" in kinds)
    return address and {"moment", "to"} <= kinds


def _label(line: str) -> str | None:
    if ":" not in line[:60] and "：" not in line[:60]:
        return None
    found = LABEL.match(line[:200])
    return found.lastgroup if found else None
