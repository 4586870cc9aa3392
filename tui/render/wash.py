"""The one wash for foreign text: nothing that steers a terminal, turns text round or hides passes this sill (R24)."""

import re
from functools import cache

LINE_LIMIT = 500  # characters a one-line field may have
MARKS_KEPT = 4  # combining marks and joiners in a row; more is a flood
_HIDDEN_MARK = "\N{REPLACEMENT CHARACTER}"

_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_TURNING = "\u202a-\u202e\u2066-\u2069"  # bidi embedding, override, isolate
_UNSEEN = (  # shown nowhere, so dropped: soft hyphen, bidi marks, zero-width space and joiners of words, fillers, tags
    "\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e007f\U0001d173-\U0001d17a"
)
_BROKEN = "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # lone surrogates and non-characters
_JOINER = "\u200c\u200d"  # wanted in Persian, Indic and emoji; a flood of them is not
_MARK = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"
)
_DROPPED = f"[{_UNSEEN}]+"
_FOREIGN = (
    f"(?P<one>[{_CONTROL}{_TURNING}{_BROKEN}\u2028\u2029])"
    f"|(?P<kept>[{_MARK}{_JOINER}]{{{MARKS_KEPT}}})[{_MARK}{_JOINER}]+"
)
# What needs no second look: nearly all text is made of it, and this look is many times as fast.
_PLAIN = re.compile(
    "[\t\n -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u20a0-\u20cf"
    "\u3000-\u3029\u3041-\u3096\u4e00-\u9fff]*+"
)
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
_SPACES = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]+")


def line(text: str, limit: int = LINE_LIMIT) -> str:
    """Wash a one-line field: line breaks and tabs become one space, more than ``limit`` characters end in "…"."""
    window = text[: 4 * limit + 64]  # a flood beyond this is not worth reading
    spaced = _SPACES.sub(" ", window)
    washed = spaced if _PLAIN.fullmatch(spaced) else _wash(spaced)
    if len(washed) > limit or len(window) < len(text):
        return washed[: limit - 1] + "…"
    return washed


def block(text: str) -> str:
    """Wash a body: LF and TAB stay, every other line break becomes LF."""
    return text if _PLAIN.fullmatch(text) else _wash(_BREAKS.sub("\n", text))


def _wash(text: str) -> str:
    """Drop first, then look for floods: dropped characters must not hide one."""
    dropped, foreign = _patterns()
    return foreign.sub(_shown, dropped.sub("", text))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile what is looked for; at the first strange text, for it takes longer than a plain list takes to wash."""
    return re.compile(_DROPPED), re.compile(_FOREIGN)


def _shown(found: re.Match[str]) -> str:
    """Name the visible stand-in of what was found."""
    kept: str | None = found["kept"]
    if kept:
        return kept
    code = ord(found["one"])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else _HIDDEN_MARK
