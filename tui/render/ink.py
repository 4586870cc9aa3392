"""What a painter returns: text in roles. Colours come later, from ``tui.theme``, so painters stay plain values."""

from enum import StrEnum


class Role(StrEnum):
    """What a piece of text is; never how it looks."""

    TEXT = "text"
    STRONG = "strong"
    MUTED = "muted"
    FAINT = "faint"  # rules and gutters
    NEED = "need"  # somebody here has to act
    GOOD = "good"
    BAD = "bad"
    ACCENT = "accent"  # the chosen one of several
    NOTE = "note"  # stays inside
    KEY = "key"  # a key to press


Span = tuple[str, Role]
Line = tuple[Span, ...]
BLANK: Line = ()


def plain(line: Line) -> str:
    """Join the text of a line, without trailing blanks."""
    return "".join(text for text, _ in line).rstrip()
