"""Signatures at the end of what somebody wrote: the standard separator, phones, list footers (RFC 3676 4.3)."""

import re

from gateway.mime.quote_words import MOBILE

_SEPARATOR = re.compile(r"(?:--|—|––|__)[ \t]*$")
_DRAWN = " \t-_=~*#+–—ᐧ."
_FOOTER = re.compile(r"[_]{10,}\s*$|[-]{20,}\s*$")
_LONGEST = 30  # lines of text a signature may have
_FOOTER_LONGEST = 8
_MOBILE_LONGEST = 90  # characters; longer is a sentence about a phone
_SENTENCE = re.compile(r"[,;?!]\s|[,;?!]$|\.\s+\S")
_ADVERT = re.compile(r"https?://|\b(?:smart)?phone$|\bdevice$|\btablet$", re.IGNORECASE)


def without_signature(lines: list[str]) -> list[str]:
    """Cut the signature off. A separator with a whole text below it is a divider, not a signature."""
    for at, line in enumerate(lines):
        first = line[:1]
        if not first or (first not in "-—–_ *([" and not first.isalpha()):
            continue
        if first in "-—–_" and _ends_text(lines, at):
            return _end(lines[:at])
        if at and is_mobile(line) and _texts_below(lines, at) <= _LONGEST:
            return _end(lines[:at])
    return _end(lines)


def _ends_text(lines: list[str], at: int) -> bool:
    """Say whether a drawn line stands where a text ends."""
    if _SEPARATOR.match(lines[at]) and _texts_below(lines, at) <= _LONGEST:
        return True
    return at > 0 and _FOOTER.match(lines[at]) is not None and 0 < _texts_below(lines, at) <= _FOOTER_LONGEST


def is_mobile(line: str) -> bool:
    """Say whether a line is what a phone puts below ("Sent from my ..."); a sentence about phones is not."""
    text = line.strip()
    if len(text) > _MOBILE_LONGEST or not MOBILE.match(text):
        return False
    return not _SENTENCE.search(text) or _ADVERT.search(text) is not None


def is_rule(line: str) -> bool:
    """Say whether a line is drawn, not written."""
    return len(line.strip()) > 1 and not line.strip(_DRAWN)


def _texts_below(lines: list[str], at: int) -> int:
    """Count the lines after one that are not blank, as far as it matters how many."""
    count = 0
    for number in range(at + 1, len(lines)):
        count += bool(lines[number].strip())
        if count > _LONGEST:
            break
    return count


def _end(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip(_DRAWN):
        end -= 1
    return lines[:end]
