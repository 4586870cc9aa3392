"""Texts with a few placeholders: ``{customer}`` and its fellows are replaced once, nothing else is looked at."""

import re
from collections.abc import Mapping

PLACEHOLDERS = ("customer", "number", "agent", "brand")
MOST_CHARACTERS = 10_000
MOST_FILLED = 60  # characters of one value

_BRACES = re.compile(r"\{([^{}\n]*)\}")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINK = re.compile(r"://|www\.|@", re.IGNORECASE)


def problem(text: str) -> str:
    """Say why a text cannot be a template; "" when it can."""
    if not text.strip():
        return "it has no words"
    if len(text) > MOST_CHARACTERS:
        return f"it is longer than {MOST_CHARACTERS} characters"
    if _UNFIT.search(text):
        return "it holds a character that is no text"
    unknown = [word for word in _BRACES.findall(text) if word not in PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{word}}}" for word in PLACEHOLDERS)
        return f"{{{unknown[0][:40]}}} is no placeholder; there are {known}"
    return ""


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders. Values are one line each, cut, and never looked at for placeholders themselves."""
    return _BRACES.sub(lambda found: _line(values[found[1]]) if found[1] in values else found[0], text)


def person(name: str, address: str) -> str:
    """Choose what to call a customer.

    A name that holds a link or an address is none: a stranger would have the desk mail their words to a third party.
    """
    return address if not name.strip() or _LINK.search(name) or len(name) > MOST_FILLED else name


def _line(value: str) -> str:
    return " ".join(value.split())[:MOST_FILLED]
