"""Strings both databases take: no NUL, no lone surrogate."""


def storable(text: str) -> str:
    """Put U+FFFD where a NUL or half a surrogate pair stands."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
