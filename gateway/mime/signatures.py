"""Signatures at the end of what somebody wrote: the standard separator, phones, list footers (RFC 3676 4.3)."""

import re

from gateway.mime.quote_words import MOBILE

_SEPARATOR = re.compile(r"(?:--|—|––|__)[ \t]*$")
_DRAWN = " \t-_=~*#+–—ᐧ."
_FOOTER = re.compile(r"[_]{10,}\s*$|[-]{20,}\s*$")
_LONGEST = 30  # lines of text a signature may have
_FOOTER_LONGEST = 8
_MOBILE_LONGEST = 70  # characters; longer is a sentence about a phone


def without_signature(lines: list[str]) -> list[str]:
    """Cut the signature off. A separator with a whole text below it is a divider, not a signature."""
    below = _texts_below(lines)
    for at, line in enumerate(lines):
        if not line or (line[0] not in "-—–_ *([" and not line[0].isalpha()):
            continue
        if _SEPARATOR.match(line) and below[at] <= _LONGEST:
            return _end(lines[:at])
        if _FOOTER.match(line) and at and 0 < below[at] <= _FOOTER_LONGEST:
            return _end(lines[:at])
        if is_mobile(line) and at and below[at] <= _LONGEST:
            return _end(lines[:at])
    return _end(lines)


def is_mobile(line: str) -> bool:
    """Say whether a line is what a phone puts below ("Sent from my ..."); a sentence about phones is not."""
    text = line.strip()
    if len(text) > _MOBILE_LONGEST or not MOBILE.match(text):
        return False
    return not re.search(r"[,;?!]\s|[,;?!]$|\.\s+\S", text)


def is_rule(line: str) -> bool:
    """Say whether a line is drawn, not written."""
    return len(line.strip()) > 1 and not line.strip(_DRAWN)


def _texts_below(lines: list[str]) -> list[int]:
    """Count, for each line, those after it that are not blank."""
    counts = [0] * len(lines)
    for at in range(len(lines) - 2, -1, -1):
        counts[at] = counts[at + 1] + bool(lines[at + 1].strip())
    return counts


def _end(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip(_DRAWN):
        end -= 1
    return lines[:end]
